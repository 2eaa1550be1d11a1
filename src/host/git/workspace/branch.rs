//! Branches of batches and items: created only, adopted only when our own record says that we made them.

use crate::error::Result;
use crate::host::git::plumbing::began;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::workspace::mend::broken;
use crate::host::git::workspace::place::leftovers;
use crate::host::git::workspace::place::linked;

/// The branch on which a batch is integrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchBranch {
    pub branch: String,
    /// Commit where the branch started.
    pub base: String,
    pub tip: String,
    /// It was there before: this is a resumed batch.
    pub existed: bool,
    /// What had to be mended, for people.
    pub repaired: Vec<String>,
}

/// Where the branch of an item starts and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) base: String,
    pub(crate) tip: String,
}

/// Makes the batch branch, or adopts the one that an earlier run made.
pub fn ensure_batch(repo: &Repo, branch: &str, base_commit: &str) -> Result<BatchBranch> {
    refs::check_branch(branch)?;
    leftovers::wait_for_references(repo);
    drop(locks::sweep(repo.common_dir()));
    let base_commit = repo.resolve(base_commit)?;
    let mut repaired = broken::mend(repo, branch, None)?;
    repaired.extend(broken::mend_notes(repo)?);
    for _ in 0..3 {
        let record = refs::read(repo, &refs::base(branch))?;
        if let Some(tip) = repo.tip(branch)? {
            let base = adopt(repo, branch, &tip, record.as_deref())?;
            not_checked_out(repo, branch)?;
            return Ok(BatchBranch { branch: branch.to_owned(), base, tip, existed: true, repaired });
        }
        let last = refs::read(repo, &refs::batch(branch))?;
        let change = RefChange::default()
            .set(&refs::base(branch), &base_commit, record.as_deref())
            .set(&refs::batch(branch), &base_commit, last.as_deref())
            .create(&refs::head(branch), &base_commit);
        let change = began::begin_on(repo, change, branch, &base_commit)?;
        if change.apply(repo, "batchprp: batch branch")? == Moved::Done {
            let tip = base_commit.clone();
            let branch = branch.to_owned();
            return Ok(BatchBranch { branch, base: base_commit, tip, existed: false, repaired });
        }
    }
    Err(refuse(format!("`{branch}` is being changed by somebody else")).help("run the command again"))
}

/// Refuses where a remote has the batch and this repository does not: all of it would be carried out again.
pub fn not_elsewhere(repo: &Repo, branch: &str) -> Result<()> {
    if repo.tip(branch)?.is_some() {
        return Ok(());
    }
    let remotes = refs::list(repo, "refs/remotes/")?;
    let found = remotes.iter().find_map(|(name, _)| {
        let (remote, of) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
        (of == branch).then_some(remote)
    });
    let Some(remote) = found else { return Ok(()) };
    let text = format!("`{remote}/{branch}` has work of this batch, and this repository has no branch `{branch}`");
    Err(refuse(text).help(format!(
        "bring it here: `git fetch {remote} {branch}:{branch} 'refs/heads/{branch}-*:refs/heads/{branch}-*' \
         'refs/batchprp/*:refs/batchprp/*' 'refs/notes/batchprp*:refs/notes/batchprp*'`; or carry everything out again \
         with `--restart`"
    )))
}

/// Returns where a branch of ours started; `None` when we did not make it.
pub fn base(repo: &Repo, branch: &str) -> Result<Option<String>> {
    let Some(tip) = repo.tip(branch)? else { return Ok(None) };
    match refs::read(repo, &refs::base(branch))? {
        Some(record) => start_of(repo, branch, &record, &tip).map(Some),
        None => Ok(None),
    }
}

/// Makes the branch of an item, or adopts the one that an earlier run made.
pub(crate) fn item(repo: &Repo, branch: &str, start: &str, repaired: &mut Vec<String>) -> Result<Start> {
    let start = repo.resolve(start)?;
    for _ in 0..3 {
        let record = refs::read(repo, &refs::base(branch))?;
        let last = refs::read(repo, &refs::item(branch))?;
        if let Some(tip) = repo.tip(branch)? {
            let base = adopt(repo, branch, &tip, record.as_deref())?;
            if let Some(last) = last.filter(|last| *last != tip) {
                rewritten(repo, branch, &tip, &last, repaired)?;
            }
            return Ok(Start { base, tip });
        }
        let change = RefChange::default()
            .set(&refs::base(branch), &start, record.as_deref())
            .set(&refs::item(branch), &start, last.as_deref())
            .create(&refs::head(branch), &start);
        if change.apply(repo, "batchprp: item branch")? == Moved::Done {
            return Ok(Start { base: start.clone(), tip: start });
        }
    }
    Err(refuse(format!("`{branch}` is being changed by somebody else")).help("run the command again"))
}

/// Refuses when a branch that we move is checked out anywhere: its files would not move with it.
pub(crate) fn not_checked_out(repo: &Repo, branch: &str) -> Result<()> {
    match linked::holder(repo, branch)? {
        None => Ok(()),
        Some(place) => Err(refuse(format!("`{branch}` is checked out in {place}, and batchprp never changes a checkout"))
            .help("switch to another branch there: `git switch -`; look at the batch with `git log` or in a worktree with `--detach`")),
    }
}

fn adopt(repo: &Repo, branch: &str, tip: &str, record: Option<&str>) -> Result<String> {
    let Some(record) = record else {
        return Err(refuse(format!("a branch `{branch}` exists that batchprp did not make")).help(format!(
            "rename it: `git branch -m {branch} {branch}-old`; if it came with a clone of a batch, fetch its records: \
             `git fetch origin 'refs/batchprp/*:refs/batchprp/*' 'refs/notes/batchprp:refs/notes/batchprp'`"
        )));
    };
    start_of(repo, branch, record, tip)
}

/// Returns the recorded start, or the newest commit that start and tip share when history was rewritten.
fn start_of(repo: &Repo, branch: &str, record: &str, tip: &str) -> Result<String> {
    if repo.is_ancestor(record, tip)? {
        return Ok(record.to_owned());
    }
    repo.merge_base(record, tip)?.ok_or_else(|| {
        refuse(format!("`{branch}` has nothing in common with the commit from which batchprp started it"))
            .help("start over with `--restart`: the branch is kept under another name")
    })
}

/// Keeps the checkpoints that a rewritten branch does not hold any more.
fn rewritten(repo: &Repo, branch: &str, tip: &str, last: &str, repaired: &mut Vec<String>) -> Result<()> {
    if repo.is_ancestor(last, tip)? {
        return Ok(());
    }
    let prefix = format!("refs/batchprp/rescue/rewritten/{branch}");
    let kept = refs::create_numbered(repo, &prefix, last, "batchprp: rescue")?;
    RefChange::default().update(&refs::item(branch), tip, last).must(repo, "batchprp: adopt rewritten history")?;
    repaired.push(format!("the history of `{branch}` was rewritten; the old one is kept at `{kept}`"));
    Ok(())
}

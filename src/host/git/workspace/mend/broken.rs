//! References that a power failure or a pruning broke: the last good state is put back, and said.

use std::fs;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::store::{AskGit, Read};
use crate::host::git::workspace::agent;
use crate::host::git::workspace::objects::quarantine;
use crate::host::git::workspace::place::linked;
use crate::host::git::workspace::place::space::Workspace;

/// Where records are kept beside commits.
const NOTES: [&str; 2] = ["refs/notes/batchprp", "refs/notes/batchprp-approvals"];

/// Puts the references of a branch of ours right. `work` is the workspace of its item.
pub(crate) fn mend(repo: &Repo, branch: &str, work: Option<&Workspace>) -> Result<Vec<String>> {
    let mut told = Vec::new();
    let head = refs::head(branch);
    let names = [refs::item(branch), refs::batch(branch), refs::base(branch)];
    if are_whole(repo, std::iter::once(&head).chain(&names))? {
        return Ok(told);
    }
    let mut tip = repo.commit(&head)?;
    if tip.is_none() && is_there(repo, &head)? {
        if let Some(work) = work.filter(|work| work.dir.is_dir()) {
            // A pruning took what was not named yet; the links to it are still there.
            quarantine::publish(work)?;
            tip = repo.commit(&head)?;
            told.extend(
                tip.iter().map(|tip| format!("the objects of `{branch}` at {tip} were missing and are put back")),
            );
        }
        if tip.is_none() {
            let good = last_good(repo, branch, work)?;
            put(repo, &head, &good)?;
            told.push(format!("`{branch}` was broken and is at {good} again, the last good state that is known"));
            tip = Some(good);
        }
    }
    let Some(tip) = tip else { return Ok(told) };
    for name in names {
        if repo.commit(&name)?.is_none() && is_there(repo, &name)? {
            let good = if name == refs::base(branch) { start(repo, &tip)? } else { tip.clone() };
            put(repo, &name, &good)?;
            told.push(format!("`{name}` was broken and is at {good} again"));
        }
    }
    Ok(told)
}

/// Puts notes right that cannot be read: their last good state, or none, and then what they were about is judged anew.
pub(crate) fn mend_notes(repo: &Repo) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for name in NOTES.map(str::to_owned) {
        if are_whole(repo, std::iter::once(&name))? || !is_there(repo, &name)? {
            continue;
        }
        let mut good = None;
        for commit in logged(repo, &name) {
            if is_whole(repo, &commit)? {
                good = Some(commit);
                break;
            }
        }
        told.push(if let Some(good) = good {
            put(repo, &name, &good)?;
            format!("`{name}` was broken and is at {good} again, the last good state that is known")
        } else {
            take_away(repo, &name)?;
            format!("`{name}` was broken and is taken away: what it recorded is validated again")
        });
    }
    Ok(told)
}

/// Returns the commits at which a reference was, newest first.
fn logged(repo: &Repo, name: &str) -> Vec<String> {
    let log = fs::read_to_string(repo.common_dir().join("logs").join(name)).unwrap_or_default();
    log.lines().rev().filter_map(|line| line.split(' ').nth(1)).map(str::to_owned).collect()
}

/// Tells whether every one of some references leads to a commit or is not there.
fn are_whole<'a>(repo: &Repo, names: impl Iterator<Item = &'a String> + Clone) -> Result<bool> {
    let store = repo.store();
    let is_whole = |name: &String| match store.reference(name) {
        Ok(None) => Ok(!repo.common_dir().join(name).is_file()),
        Ok(Some(object)) => store.commit(&object).map(|commit| commit.is_some()),
        Err(AskGit) => Err(AskGit),
    };
    if let Ok(whole) = names.clone().map(is_whole).collect::<Read<Vec<bool>>>() {
        return Ok(whole.into_iter().all(|whole| whole));
    }
    let seen = repo.git().args(["for-each-ref", "--format=%(objecttype)"]).args(names).run()?;
    Ok(seen.code == 0 && !seen.stderr.contains("broken ref"))
}

/// Tells whether a reference is there, readable or not.
fn is_there(repo: &Repo, name: &str) -> Result<bool> {
    Ok(repo.common_dir().join(name).is_file() || value(repo, name)?.is_some())
}

/// Returns the object id in a reference, whether there is such an object or not.
fn value(repo: &Repo, name: &str) -> Result<Option<String>> {
    let text = repo.git().args(["for-each-ref", "--format=%(refname) %(objectname)", name]).text()?;
    Ok(text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned))
}

/// Finds the newest state of a branch that can be read: our records, the workspace, the log of the branch.
fn last_good(repo: &Repo, branch: &str, work: Option<&Workspace>) -> Result<String> {
    let mut candidates = Vec::new();
    for name in [refs::item(branch), refs::batch(branch)] {
        candidates.extend(refs::read(repo, &name)?);
    }
    if let Some(work) = work {
        candidates.extend(agent::head(work)?.commit().map(str::to_owned));
    }
    candidates.extend(logged(repo, &refs::head(branch)));
    candidates.extend(refs::read(repo, &refs::base(branch))?);
    for candidate in candidates {
        if is_whole(repo, &candidate)? {
            return Ok(candidate);
        }
    }
    Err(refuse(format!("the branch `{branch}` is broken, and nothing good of it is known")).help(format!(
        "`git fsck --lost-found` may find its commits; to start over: `git update-ref -d refs/heads/{branch}`"
    )))
}

/// Tells whether a commit and its files are there.
fn is_whole(repo: &Repo, commit: &str) -> Result<bool> {
    if repo.commit(commit)?.is_none() {
        return Ok(false);
    }
    let args = ["rev-list", "--objects", "--quiet", "-1", commit];
    Ok(repo.git().args(args).run()?.code == 0)
}

/// Returns where a branch left the one that is checked out.
fn start(repo: &Repo, tip: &str) -> Result<String> {
    let head = match linked::head(repo, repo.git_dir())? {
        linked::Head::Branch(name) => repo.tip(&name)?,
        linked::Head::Detached(commit) => Some(commit),
        linked::Head::Broken => None,
    };
    let base = head.map(|head| repo.merge_base(&head, tip)).transpose()?.flatten();
    Ok(base.unwrap_or_else(|| tip.to_owned()))
}

/// Points a broken reference at a commit.
fn put(repo: &Repo, name: &str, commit: &str) -> Result<()> {
    remove_file(repo, name)?;
    let old = value(repo, name)?;
    match RefChange::default().set(name, commit, old.as_deref()).apply(repo, "batchprp: last good state")? {
        Moved::Done => Ok(()),
        Moved::Raced => Err(refuse(format!("`{name}` is broken and cannot be put back")).help("run the command again")),
    }
}

/// Takes a broken reference away.
fn take_away(repo: &Repo, name: &str) -> Result<()> {
    remove_file(repo, name)?;
    match value(repo, name)? {
        Some(old) => RefChange::default().delete(name, &old).must(repo, "batchprp: broken"),
        None => Ok(()),
    }
}

/// Removes the file of a broken reference: neither as an old value nor in the log would git like what stands there.
fn remove_file(repo: &Repo, name: &str) -> Result<()> {
    let file = repo.common_dir().join(name);
    if !file.is_file() {
        return Ok(());
    }
    failpoint::around("reference.remove", || fs::remove_file(&file)).map_err(|e| Workspace::failed("remove", &file, &e))
}

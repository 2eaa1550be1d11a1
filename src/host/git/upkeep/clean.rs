//! Cleaning up: finished worktrees and merged branches, and only those.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Result;
use crate::host::git::plumbing::busy;
use crate::host::git::plumbing::refs::{self, Change};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::worktree::work::Work;
use crate::host::git::worktree::{admin, repair};
use crate::host::lock::Lock;

/// A worktree and branch to remove.
#[derive(Clone, Debug, Default)]
pub struct Remove {
    pub path: PathBuf,
    pub branch: String,
    /// Branch that must hold all commits of `branch`.
    pub into: String,
    /// Removes the branch too. Its records stay, so that history can be read after a rebase of `into`.
    pub delete_branch: bool,
}

/// What `clean` removed, or would remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub branch: String,
    pub path: Option<PathBuf>,
    /// Last commit of the branch.
    pub commit: String,
}

/// What `clean` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub removed: Vec<Removed>,
    /// Branches that stay, each with the reason.
    pub kept: Vec<(String, String)>,
}

/// Removes the worktree of a merged item. Refuses when anything in it is not on `into`, or somebody is in it.
pub fn remove(repo: &Repo, what: &Remove) -> Result<()> {
    let lock = Lock::repository(repo.common_dir(), "worktree", Duration::from_secs(300))?;
    repair::sweep(repo, &what.path);
    let tip = repo.tip(&what.branch)?;
    if let Some(tip) = &tip {
        let into = repo.resolve(&refs::head(&what.into))?;
        if !repo.is_ancestor(tip, &into)? {
            return Err(refuse(format!("`{}` has commits that `{}` does not have", what.branch, what.into))
                .help("nothing was removed; merge the item first"));
        }
    }
    let path = std::fs::canonicalize(&what.path).unwrap_or_else(|_| what.path.clone());
    if let Some(admin) = admin::of(repo, &path) {
        if path.is_dir() {
            spare(repo, &admin, &path, tip.as_deref())?;
            repair::leave(&path)?;
        }
        admin.discard(repo)?;
    }
    if let Some(tip) = tip.filter(|_| what.delete_branch) {
        crate::host::git::worktree::branch::not_checked_out(repo, &what.branch)?;
        Change::default().delete(&refs::head(&what.branch), &tip).must(repo, "batchprp: finished")?;
    }
    drop(lock);
    Ok(())
}

/// Deletes what killed removals left of worktrees in a folder, when there is anything: the run that finds all its work
/// done has no other reason to look there.
pub fn sweep(repo: &Repo, worktrees: &Path) -> Result<()> {
    let trash = repo.common_dir().join("batchprp").join("trash");
    let mut entries = std::fs::read_dir(worktrees).into_iter().flatten().flatten();
    if trash.exists() || entries.any(|entry| entry.file_name().to_string_lossy().starts_with(repair::LEAVING)) {
        let lock = Lock::repository(repo.common_dir(), "worktree", Duration::from_secs(300))?;
        repair::sweep(repo, &worktrees.join("any"));
        drop(lock);
    }
    Ok(())
}

/// Removes finished worktrees and merged item branches whose last commit is older than `older_than`.
///
/// Finished means: a batch branch or the checked-out branch holds every commit, the item made at least one, nothing is
/// uncommitted and nobody is in the worktree. With `dry_run` nothing is changed.
pub fn clean(repo: &Repo, older_than: Duration, dry_run: bool) -> Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    let prefix = refs::item("");
    let batches = refs::list(repo, &refs::batch(""))?;
    for (name, _) in refs::list(repo, &prefix)? {
        let branch = name.trim_start_matches(&prefix).to_owned();
        let Some(commit) = repo.tip(&branch)? else { continue };
        let place = worktree_of(repo, &branch)?;
        match reason_to_keep(repo, &branch, &commit, &batches, older_than)? {
            Ok(into) => {
                let what = Remove {
                    path: place.clone().unwrap_or_default(),
                    branch: branch.clone(),
                    into,
                    delete_branch: true,
                };
                let result = if dry_run { check(repo, &what, &commit) } else { remove(repo, &what) };
                match result {
                    Ok(()) => cleaned.removed.push(Removed { branch, path: place, commit }),
                    Err(error) => cleaned.kept.push((branch, error.message)),
                }
            }
            Err(reason) => cleaned.kept.push((branch, reason)),
        }
    }
    Ok(cleaned)
}

/// Lists the worktrees of ours whose item has commits that are all on `into`, with their branches.
pub fn merged(repo: &Repo, into: &str) -> Result<Vec<(PathBuf, String)>> {
    let top = repo.resolve(&refs::head(into))?;
    let mut found = Vec::new();
    for admin in admin::all(repo) {
        let Some(branch) = admin.marker().map(|marker| marker.branch) else { continue };
        let (Some(tip), Some(path)) = (repo.tip(&branch)?, admin.path) else { continue };
        let started = refs::read(repo, &refs::base(&branch))?;
        if started.as_deref() != Some(&tip) && repo.is_ancestor(&tip, &top)? {
            found.push((path, branch));
        }
    }
    Ok(found)
}

fn check(repo: &Repo, what: &Remove, tip: &str) -> Result<()> {
    match admin::of(repo, &what.path) {
        Some(admin) if what.path.is_dir() => spare(repo, &admin, &what.path, Some(tip)),
        Some(_) | None => Ok(()),
    }
}

/// Refuses when a worktree holds something that would be lost.
fn spare(repo: &Repo, admin: &admin::Admin, path: &Path, tip: Option<&str>) -> Result<()> {
    let named = format!("`{}`", path.display());
    if admin.marker().is_none() {
        return Err(refuse(format!("{named} is a worktree that batchprp did not make")));
    }
    if admin.resolving().exists() {
        return Err(refuse(format!("a merge is being resolved in {named}")));
    }
    let work = Work { repo, admin, path };
    let files = work.status()?.unwrap_or_else(|| vec!["unreadable index".to_owned()]);
    if let Some(first) = files.first() {
        return Err(refuse(format!("{} uncommitted in {named}, such as `{first}`", files.len()))
            .help("commit or remove them; batchprp deletes nothing that is not committed"));
    }
    let here = work.commit()?;
    if let (Some(here), Some(tip)) = (&here, tip)
        && !repo.is_ancestor(here, tip)?
    {
        return Err(refuse(format!("{named} is at a commit that its branch does not have")));
    }
    match busy::occupants(path)[..] {
        [] => Ok(()),
        [pid, ..] => Err(refuse(format!("process {pid} works in {named}")).help("leave the directory first")),
    }
}

/// Finds the branch that holds an item, or says why the item stays.
fn reason_to_keep(
    repo: &Repo,
    branch: &str,
    tip: &str,
    batches: &[(String, String)],
    older_than: Duration,
) -> Result<std::result::Result<String, String>> {
    if refs::read(repo, &refs::base(branch))?.as_deref() == Some(tip) {
        return Ok(Err("it has no commits yet".to_owned()));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = now.saturating_sub(Duration::from_secs(repo.time_of(tip)?.try_into().unwrap_or(0)));
    if age < older_than {
        return Ok(Err("it is younger than asked for".to_owned()));
    }
    let names = batches.iter().filter_map(|(name, _)| name.strip_prefix(&refs::batch(""))).map(str::to_owned);
    for into in names.chain(repo.head_branch()?) {
        if into != branch
            && let Some(top) = repo.tip(&into)?
            && repo.is_ancestor(tip, &top)?
        {
            return Ok(Ok(into));
        }
    }
    Ok(Err("it is not merged".to_owned()))
}

fn worktree_of(repo: &Repo, branch: &str) -> Result<Option<PathBuf>> {
    for admin in admin::all(repo) {
        let ours = admin.marker().is_some_and(|marker| marker.branch == branch);
        if ours || admin.head(repo)?.is_on(branch) {
            return Ok(admin.path);
        }
    }
    Ok(None)
}

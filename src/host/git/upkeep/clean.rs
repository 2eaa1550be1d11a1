//! Cleaning up: finished workspaces and merged branches, and only those.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Result;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::remove::{self, Remove};

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

/// Removes finished workspaces and merged item branches whose last commit is older than `older_than`.
///
/// Finished means: a batch branch or the checked-out branch holds every commit, the item made at least one, nothing is
/// uncommitted and nobody is in the workspace. With `dry_run` nothing is changed.
pub fn clean(repo: &Repo, older_than: Duration, dry_run: bool) -> Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    let prefix = refs::item("");
    let batches = refs::list(repo, &refs::batch(""))?;
    let places = remove::all(repo);
    for (name, _) in refs::list(repo, &prefix)? {
        let branch = name.trim_start_matches(&prefix).to_owned();
        let Some(commit) = repo.tip(&branch)? else { continue };
        let place = places.iter().find(|found| found.branch == branch).map(|found| found.path.clone());
        match reason_to_keep(repo, &branch, &commit, &batches, older_than)? {
            Ok(into) => {
                let what = Remove {
                    path: place.clone().unwrap_or_default(),
                    branch: branch.clone(),
                    into,
                    delete_branch: true,
                };
                let result = if dry_run { remove::check(repo, &what) } else { remove::remove(repo, &what).map(drop) };
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

/// Lists the workspaces whose item has commits that are all on `into`, with their branches.
pub fn merged(repo: &Repo, into: &str) -> Result<Vec<(PathBuf, String)>> {
    let top = repo.resolve(&refs::head(into))?;
    let mut found = Vec::new();
    for remove::Found { path, branch, .. } in remove::all(repo) {
        let Some(tip) = repo.tip(&branch)? else { continue };
        let started = refs::read(repo, &refs::base(&branch))?;
        if started.as_deref() != Some(&tip) && repo.is_ancestor(&tip, &top)? {
            found.push((path, branch));
        }
    }
    Ok(found)
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

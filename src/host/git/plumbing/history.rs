//! Commits of a branch, newest first: by libgit2 where it can open the repository, else by the git program.

use std::collections::HashSet;

use super::message::Revert;
use super::repo::Repo;
use crate::error::Result;

/// Longest walk that does not ask git for the exact range.
const BOUND: usize = 4096;

/// A commit as the scans need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) commit: String,
    pub(crate) parents: Vec<String>,
    /// Seconds since 1970, of the author: a rebase keeps it.
    pub(crate) time: i64,
    pub(crate) message: String,
    /// For the revert of a merge: the commits that came with that merge. Filled in where it matters.
    pub(crate) takes_back: HashSet<String>,
}

impl Entry {
    /// Tells whether this commit, a revert, is about another one.
    pub(crate) fn reverts(&self, revert: &Revert, commit: &str) -> bool {
        commit.starts_with(&revert.commit) || self.takes_back.contains(commit)
    }
}

/// Returns the first-parent commits from `tip` down to `base`, which is not included.
pub(crate) fn first_parents(repo: &Repo, tip: &str, base: &str) -> Result<Vec<Entry>> {
    if let Some(entries) = walk(repo, tip, base) {
        return Ok(entries);
    }
    log(repo, &["--first-parent", tip, &format!("^{base}")])
}

/// Returns the commits that `git log` selects by `args`.
pub(crate) fn log(repo: &Repo, args: &[&str]) -> Result<Vec<Entry>> {
    let format =
        ["log", "-z", "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color", "--format=%H%n%P%n%at%n%B"];
    let entries = repo.git().args(format).args(args).args(["--"]).list()?;
    Ok(entries.iter().filter_map(|entry| parse(entry)).collect())
}

fn parse(entry: &str) -> Option<Entry> {
    let mut parts = entry.splitn(4, '\n');
    Some(Entry {
        commit: parts.next()?.to_owned(),
        parents: parts.next()?.split_whitespace().map(str::to_owned).collect(),
        time: parts.next()?.parse().ok()?,
        message: parts.next()?.to_owned(),
        takes_back: HashSet::new(),
    })
}

/// Walks with libgit2; `None` when it cannot open the repository or does not meet the base soon.
fn walk(repo: &Repo, tip: &str, base: &str) -> Option<Vec<Entry>> {
    let store = git2::Repository::open(repo.git_dir()).ok()?;
    let base = git2::Oid::from_str(base).ok()?;
    let mut next = git2::Oid::from_str(tip).ok()?;
    let mut entries = Vec::new();
    while next != base {
        let commit = store.find_commit(next).ok()?;
        entries.push(Entry {
            commit: next.to_string(),
            parents: commit.parent_ids().map(|id| id.to_string()).collect(),
            time: commit.author().when().seconds(),
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
            takes_back: HashSet::new(),
        });
        next = commit.parent_id(0).ok()?;
        if entries.len() > BOUND {
            return None;
        }
    }
    Some(entries)
}

/// Writes seconds since 1970 as RFC 3339.
pub(crate) fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

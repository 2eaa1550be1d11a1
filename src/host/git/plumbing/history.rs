//! Commits and what their messages say, newest first: in process where that can be, else by the git program.

use std::collections::HashSet;

use super::message::Revert;
use super::repo::Repo;
use super::store::{AskGit, Walked};
use crate::error::Result;

/// Longest walk that does not ask git for the exact range.
const BOUND: usize = 4096;

/// A commit as the scans need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HistoryEntry {
    pub(crate) commit: String,
    pub(crate) parents: Vec<String>,
    /// Seconds since 1970, of the author: a rebase keeps it.
    pub(crate) time: i64,
    pub(crate) message: String,
    /// For the revert of a merge: the commits that came with that merge. Filled in where it matters.
    pub(crate) takes_back: HashSet<String>,
}

impl From<Walked> for HistoryEntry {
    fn from(Walked { commit, parents, time, message }: Walked) -> Self {
        Self { commit, parents, time, message, takes_back: HashSet::new() }
    }
}

impl HistoryEntry {
    /// Tells whether this commit, a revert, is about another one.
    pub(crate) fn reverts(&self, revert: &Revert, commit: &str) -> bool {
        commit.starts_with(&revert.commit) || self.takes_back.contains(commit)
    }
}

/// Returns the first-parent commits from `tip` down to `base`, which is not included.
pub(crate) fn first_parents(repo: &Repo, tip: &str, base: &str) -> Result<Vec<HistoryEntry>> {
    match repo.store().first_parents(tip, base, BOUND) {
        Ok(entries) => Ok(entries.into_iter().map(HistoryEntry::from).collect()),
        Err(AskGit) => log(repo, &["--first-parent", tip, &format!("^{base}")]),
    }
}

/// Returns the commits that are reachable from `to` and not from `from`.
pub(crate) fn between(repo: &Repo, from: &str, to: &str) -> Result<HashSet<String>> {
    if let Ok(between) = repo.store().between(&[from], &[to]) {
        return Ok(between);
    }
    let range = format!("^{from}");
    Ok(repo.git().args(["rev-list", to, &range, "--"]).text()?.lines().map(str::to_owned).collect())
}

/// Returns the commits that `git log` selects by `args`.
pub(crate) fn log(repo: &Repo, args: &[&str]) -> Result<Vec<HistoryEntry>> {
    let format =
        ["log", "-z", "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color", "--format=%H%n%P%n%at%n%B"];
    let entries = repo.git().args(format).args(args).args(["--"]).list()?;
    Ok(entries.iter().filter_map(|entry| parse(entry)).collect())
}

fn parse(entry: &str) -> Option<HistoryEntry> {
    let mut parts = entry.splitn(4, '\n');
    Some(HistoryEntry {
        commit: parts.next()?.to_owned(),
        parents: parts.next()?.split_whitespace().map(str::to_owned).collect(),
        time: parts.next()?.parse().ok()?,
        message: parts.next()?.to_owned(),
        takes_back: HashSet::new(),
    })
}

/// Writes seconds since 1970 as RFC 3339.
pub(crate) fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

//! How the commits of a workspace stand to the branch of its item.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::host::git::workspace::agent::{self, refs::Head};
use crate::host::git::workspace::deviation::Foreign;
use crate::host::git::workspace::objects::transfer::{self, Line};
use crate::host::git::workspace::place::space::Workspace;

/// What the trailers of all commits that batchprp makes begin with.
const TRAILER_PATTERN: &str = "^Batchprp-[A-Z][a-z]*: ";

/// What is checked out in a workspace, compared with the tip of the item's branch.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) head: Head,
    pub(crate) relation: Relation,
}

/// How a commit stands to a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It is the tip.
    Same,
    /// It goes on from the tip by first parents, with so many commits, all of them new.
    Forward { commits: usize },
    /// It goes on, with so many new commits, from an earlier tip: the branch got others meanwhile.
    Beside { commits: usize },
    /// The tip holds it.
    Behind,
    /// It does not go on from the tip.
    Apart,
    /// It holds commits of the project that are not the item's.
    Foreign(Vec<Foreign>),
    /// It goes on from the tip, and holds commits that pretend to be ours: nothing that was made in a workspace is.
    Forged(Vec<Foreign>),
    /// There is no commit.
    Nothing,
    /// Its objects are missing or damaged.
    Unreadable(String),
}

impl Relation {
    /// Tells whether the commit is one of which the project may not know.
    pub(crate) fn has_commits(&self) -> bool {
        matches!(self, Self::Forward { .. } | Self::Beside { .. } | Self::Apart | Self::Foreign(_) | Self::Forged(_))
    }
}

/// Compares what is checked out with a tip. What `batch` holds is foreign to nobody. New commits are in quarantine then.
pub(crate) fn examine(work: &Workspace, tip: &str, batch: Option<&str>) -> Result<History> {
    let head = agent::head(work)?;
    let relation = match head.commit() {
        None => Relation::Nothing,
        Some(commit) if commit == tip => Relation::Same,
        Some(commit) => relation(work, commit, tip, batch)?,
    };
    Ok(History { head, relation })
}

/// Compares a commit with a tip.
pub(crate) fn relation(work: &Workspace, commit: &str, tip: &str, batch: Option<&str>) -> Result<Relation> {
    let lines = match transfer::fetch(work, commit, tip) {
        Ok(lines) => lines,
        Err(error) => return Ok(Relation::Unreadable(error.message)),
    };
    if lines.is_empty() {
        return Ok(Relation::Behind);
    }
    let foreign = foreign(work, &lines, batch)?;
    if !foreign.is_empty() {
        return Ok(Relation::Foreign(foreign));
    }
    if !follows(&lines, commit, tip) {
        return Ok(Relation::Apart);
    }
    let forged = forged(work, &lines)?;
    Ok(if forged.is_empty() { Relation::Forward { commits: lines.len() } } else { Relation::Forged(forged) })
}

/// Tells whether the first parents of a commit lead to the tip.
fn follows(lines: &[Line], commit: &str, tip: &str) -> bool {
    let first: HashMap<&str, Option<&String>> =
        lines.iter().map(|line| (line.commit.as_str(), line.parents.first())).collect();
    let mut at = commit;
    while let Some(parent) = first.get(at) {
        match parent {
            Some(parent) => at = parent,
            None => return false,
        }
    }
    at == tip
}

/// Names the commits that the project had before and that are not on the batch branch.
fn foreign(work: &Workspace, lines: &[Line], batch: Option<&str>) -> Result<Vec<Foreign>> {
    let mut known: Vec<&str> = lines.iter().filter(|line| !line.is_new).map(|line| line.commit.as_str()).collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(batch) = batch {
        let range = format!("{}\n^{batch}\n", known.join("\n"));
        let text = work.git().args(["rev-list", "--stdin"]).input(range).text()?;
        let outside: HashSet<&str> = text.lines().collect();
        known.retain(|commit| outside.contains(commit));
        if known.is_empty() {
            return Ok(Vec::new());
        }
    }
    named(work, &known, &[])
}

/// Names the new commits that carry a trailer of ours. On the branch of the item they would count as checkpoints, merges
/// and approvals of later runs.
fn forged(work: &Workspace, lines: &[Line]) -> Result<Vec<Foreign>> {
    let new: Vec<&str> = lines.iter().filter(|line| line.is_new).map(|line| line.commit.as_str()).collect();
    if new.is_empty() { Ok(Vec::new()) } else { named(work, &new, &["--grep", TRAILER_PATTERN]) }
}

/// Names commits by their subjects, those of them that `which` selects.
fn named(work: &Workspace, commits: &[&str], which: &[&str]) -> Result<Vec<Foreign>> {
    let args = ["log", "--no-walk=unsorted", "--no-show-signature", "-z", "--format=%H %s"];
    let git = work.git().args(args).args(which).args(["--stdin"]);
    let entries = git.input(commits.join("\n") + "\n").list()?;
    let pairs = entries.iter().filter_map(|entry| entry.split_once(' '));
    Ok(pairs.map(|(commit, subject)| Foreign { commit: commit.to_owned(), subject: subject.to_owned() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(commit: &str, parents: &[&str]) -> Line {
        Line { commit: commit.to_owned(), parents: parents.iter().map(|&id| id.to_owned()).collect(), is_new: true }
    }

    #[test]
    fn only_first_parents_lead_on_from_the_tip() {
        let straight = [line("c", &["b"]), line("b", &["tip"])];
        assert!(follows(&straight, "c", "tip"));
        let merged = [line("m", &["b", "side"]), line("b", &["tip"]), line("side", &["tip"])];
        assert!(follows(&merged, "m", "tip"));
        let sideways = [line("m", &["other", "tip"]), line("other", &["root"])];
        assert!(!follows(&sideways, "m", "tip"));
        assert!(!follows(&[line("root", &[])], "root", "tip"));
    }
}

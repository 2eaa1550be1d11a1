//! Events of an attempt: a chain of commits, each with the lines that came since the one before.

use crate::error::Result;
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;

/// Name of the file with the lines.
const FILE: &str = "events.jsonl";

/// Adds lines to a chain and returns its newest commit.
pub fn add(repo: &Repo, before: Option<&str>, lines: &str) -> Result<String> {
    let object = repo.git().args(["hash-object", "-w", "--no-filters", "--stdin"]).input(lines).text()?;
    let tree = repo.git().args(["mktree"]).input(format!("100644 blob {object}\t{FILE}\n")).text()?;
    let parents: Vec<&str> = before.into_iter().collect();
    temporary::commit(repo, &tree, &parents, "Events\n")
}

/// Returns the lines that a chain has after `seen`, oldest first.
pub fn since(repo: &Repo, seen: Option<&str>, newest: &str) -> Result<Vec<String>> {
    if seen == Some(newest) {
        return Ok(Vec::new());
    }
    let mut range = vec!["--first-parent".to_owned(), newest.to_owned()];
    range.extend(seen.map(|seen| format!("^{seen}")));
    let range: Vec<&str> = range.iter().map(String::as_str).collect();
    let mut lines = Vec::new();
    for entry in history::log(repo, &range)?.into_iter().rev() {
        let bytes = repo.show(&entry.commit, std::path::Path::new(FILE))?.unwrap_or_default();
        lines.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
    }
    Ok(lines)
}

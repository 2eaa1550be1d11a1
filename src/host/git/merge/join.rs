//! Where an item starts whose dependencies are done but not merged: their branches joined, without a working tree.

use super::item::{self, Tree};
use crate::error::{Error, Result};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;

/// Only merges can be parked and resolved.
const WAY_OUT: &str = "without `--no-merge`";

/// Returns a commit that holds `onto` and the tips of all branches. The commit of a branch that holds the others is
/// taken as it is.
pub fn start(repo: &Repo, onto: &str, branches: &[String], item: &str) -> Result<String> {
    let mut start = onto.to_owned();
    let mut joined: Vec<&str> = Vec::new();
    for branch in branches {
        let tip = repo.tip(branch)?.ok_or_else(|| gone(branch, item))?;
        if repo.is_ancestor(&start, &tip)? {
            start = tip;
        } else if !repo.is_ancestor(&tip, &start)? {
            let tree = match item::tree(repo, &start, &tip)? {
                Tree::Clean(tree) => tree,
                Tree::Conflict(files) => return Err(conflict(branch, &joined, &files, item)),
            };
            let message = format!("Join `{branch}` for {item}\n\nWhat the item builds on, which is not merged yet.\n");
            start = temporary::commit(repo, &tree, &[&start, &tip], &message)?;
        }
        joined.push(branch);
    }
    Ok(start)
}

fn gone(branch: &str, item: &str) -> Error {
    refuse(format!("the branch `{branch}`, on which {item} builds, is gone"))
        .help("run the batch without `--no-merge`, or run the missing item again")
}

fn conflict(branch: &str, joined: &[&str], files: &[String], item: &str) -> Error {
    let others = if joined.is_empty() { "the batch branch".to_owned() } else { format!("`{}`", joined.join("`, `")) };
    refuse(format!(
        "{item} builds on `{branch}` and {others}, which conflict in {}: {WAY_OUT} the conflict is parked and can be \
         resolved",
        files.join(", ")
    ))
}

/// Tells whether an item failed because what it builds on cannot be joined.
pub fn is_conflict(reason: &str) -> bool {
    reason.contains(WAY_OUT)
}

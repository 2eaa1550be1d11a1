//! What the branch of an item got while somebody worked in its workspace: somebody committed on it in the project, or the
//! workspace was moved back. Without that, what is newer would look as if it was taken out again.

use super::placement::Placed;
use crate::error::Result;
use crate::host::git::plumbing::repo::MERGES_FROM_A_BASE;
use crate::host::git::plumbing::run::{failure, split};
use crate::host::git::workspace::files::tree;
use crate::host::git::workspace::place::space::Workspace;

/// How the files of a workspace and what is newer on its branch come together.
#[derive(Debug)]
pub(crate) enum CaughtUp {
    /// There is nothing newer, or no way to merge it.
    Nothing,
    /// A tree with both.
    Both(String),
    /// Both changed the same lines of these files.
    Overlap(Vec<String>),
}

/// Merges a tree of a workspace with what its branch got meanwhile.
pub(crate) fn catch_up(work: &Workspace, placed: &Placed, tree: &str) -> Result<CaughtUp> {
    let Some(since) = placed.since.as_ref().filter(|_| work.repo.has(MERGES_FROM_A_BASE)) else {
        return Ok(CaughtUp::Nothing);
    };
    let seen = tree::commit(work, tree, &[since], "Trial of batchprp\n")?;
    let base = format!("--merge-base={since}");
    let args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", &base, &placed.parent, &seen];
    let output = work.git().args(args).run()?;
    let mut parts = split(&output.stdout).into_iter();
    match (output.code, parts.next()) {
        // Commits of the workspace belong to the branch also where all that they did is there already.
        (0, Some(merged)) if merged != tree || placed.beside.is_some() => Ok(CaughtUp::Both(merged)),
        (0, Some(_)) => Ok(CaughtUp::Nothing),
        (1, Some(_)) => Ok(CaughtUp::Overlap(parts.filter(|name| !name.is_empty()).collect())),
        _ => Err(failure("merge-tree", &output)),
    }
}

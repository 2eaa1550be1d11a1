//! Removing the worktree of a merged item while others still run. Its branch stays, so that git shows the checkpoints.

use std::path::PathBuf;

use crate::host::git::upkeep::clean::{self, Remove};
use crate::run::work::batch::integration::Integration;

/// Which worktree is to be removed.
pub(crate) struct RemovalOrder {
    pub(crate) integration: Integration,
    pub(crate) path: PathBuf,
    pub(crate) branch: String,
}

/// Removes the worktree. What cannot be removed now is tried again, and told, when the run closes.
pub(crate) fn remove(order: RemovalOrder) {
    let into = order.integration.branch.clone();
    let what = Remove { path: order.path, branch: order.branch, into, delete_branch: false };
    drop(clean::remove(&order.integration.repo, &what));
}

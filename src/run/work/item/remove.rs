//! Removing the workspace of a merged item while others still run. Its branch stays, so that git shows the checkpoints.

use std::path::PathBuf;

use crate::event::EventKind;
use crate::host::git::workspace::Rescue;
use crate::host::git::workspace::remove::{self, Remove};
use crate::run::work::batch::integration::Integration;
use crate::run::work::tell::Tell;

/// Which workspace is to be removed.
pub(crate) struct RemovalOrder {
    pub(crate) integration: Integration,
    pub(crate) item: String,
    pub(crate) path: PathBuf,
    pub(crate) branch: String,
}

/// Removes the workspace. What cannot be removed now is tried again, and told, when the run closes.
pub(crate) fn remove(order: RemovalOrder, tell: &Tell) {
    let RemovalOrder { integration, item, path, branch } = order;
    let what = Remove { path, branch, into: integration.branch, delete_branch: false };
    for Rescue { reference, files, .. } in remove::remove(&integration.repo, &what).unwrap_or_default() {
        tell.event(EventKind::Rescue { item: item.clone(), reference, files });
    }
}

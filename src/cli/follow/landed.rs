//! What is left to be done of what a run said at its end: a batch that has landed since is not landed again.

use std::path::Path;

use crate::event::RunView;
use crate::host::git::merge::landing;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::model::id::BatchId;

/// Takes the landing of a batch out of what comes next where it is done.
pub fn forget_landing(root: &Path, state: &mut RunView) {
    if let (Some(batch), Some(end)) = (state.batch, &mut state.end) {
        open_steps(root, batch, &mut end.next);
    }
}

/// Leaves out of some commands the one that lands a batch, where it is done.
pub fn open_steps(root: &Path, batch: u32, next: &mut Vec<String>) {
    let land = format!("batchprp land {batch}");
    let is_land = |step: &String| step.strip_prefix(&land).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    if !next.iter().any(is_land) {
        return;
    }
    let landed =
        Repo::open(root, GitPolicy::default()).and_then(|repo| landing::landed_on(&repo, &BatchId(batch).branch()));
    // What git cannot say is offered as it was.
    if landed.is_ok_and(|onto| onto.is_some()) {
        next.retain(|step| !is_land(step));
    }
}

//! What is done in git when a run closes: workspaces of merged items that an earlier run left, leases.

use std::path::PathBuf;

use super::integration::Integration;
use crate::event::EventKind;
use crate::host::git::upkeep::clean;
use crate::host::git::upkeep::lease::{self, Lease};
use crate::host::git::workspace::remove::{self, Remove};
use crate::host::git::workspace::scratch;
use crate::run::work::placed::release;

/// What is to be cleaned up.
pub(crate) struct CleanUpOrder {
    pub(crate) integration: Integration,
    /// Where merges were tried out; `None` for what was done beside the run that tries them out.
    pub(crate) candidate: Option<PathBuf>,
    pub(crate) remove_worktrees: bool,
    pub(crate) leases: Vec<Lease>,
    /// Where leases of items are that are carried out elsewhere, and the run that they belong to.
    pub(crate) hub: Option<(String, String)>,
}

/// Cleans up and returns what a person should know about it.
pub(crate) fn clean_up(order: &CleanUpOrder) -> Vec<EventKind> {
    let repo = &order.integration.repo;
    let mut notes = Vec::new();
    if let Some(candidate) = &order.candidate
        && let Err(error) = scratch::discard(repo, candidate)
    {
        notes.push(warning(format!("`{}` stays: {}", candidate.display(), error.message)));
    }
    if order.remove_worktrees {
        remove_worktrees(&order.integration, &mut notes);
    }
    if let Some(workspaces) = order.candidate.as_ref().and_then(|candidate| candidate.parent()) {
        remove::sweep(repo, workspaces);
    }
    // A lease that stays belongs to a dead process soon: the next run takes it away.
    drop(lease::release_all(repo, &order.leases));
    if let Some((hub, run)) = &order.hub {
        notes.extend(release::all(repo, hub, run));
    }
    notes
}

fn warning(text: String) -> EventKind {
    EventKind::warning(None, text)
}

/// Removes the workspaces of merged items; their branches stay, so that git shows the checkpoints.
fn remove_worktrees(integration: &Integration, notes: &mut Vec<EventKind>) {
    let Integration { repo, branch: into, .. } = integration;
    match clean::merged(repo, into) {
        Ok(merged) => {
            for (path, branch) in merged {
                let name = path.display().to_string();
                let what = Remove { path, branch, into: into.clone(), delete_branch: false };
                let removed = remove::remove(repo, &what).or_else(|_| remove::remove(repo, &what));
                match removed {
                    Ok(rescued) => notes.extend(rescued.into_iter().map(|rescue| {
                        warning(format!("commits that only `{name}` had are kept at `{}`", rescue.reference))
                    })),
                    Err(error) => notes.push(warning(format!("the workspace `{name}` stays: {}", error.message))),
                }
            }
        }
        Err(error) => notes.push(warning(format!("no workspace was removed: {}", error.message))),
    }
}

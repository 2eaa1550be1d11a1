//! Checkpoints: the state of a workspace committed for a phase, and a look ahead for conflicts.

use crate::bridge::{Attempt, MadeCheckpoint as Made};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::merge::probe;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::lease::{self, Lease};
use crate::host::git::workspace::{Prepared, checkpoint};
use crate::model::checkpoint::Checkpoint;
use crate::review::drift;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::tell::Tell;

/// What is to be committed.
pub(crate) struct CheckpointOrder {
    pub(crate) integration: Integration,
    pub(crate) attempt: Attempt,
    pub(crate) tree: Prepared,
    pub(crate) lease: Option<Lease>,
    /// Files that the item declares.
    pub(crate) declared: Vec<String>,
    /// Branches of the other items that run.
    pub(crate) siblings: Vec<String>,
    pub(crate) run: String,
    pub(crate) ordinal: u32,
    pub(crate) title: String,
    pub(crate) key: String,
}

/// Makes the checkpoint of a phase.
pub(crate) fn make(order: CheckpointOrder, tell: &Tell) -> Result<Made> {
    let CheckpointOrder { integration, attempt, tree, ordinal, title, key, run, .. } = order;
    let repo = &integration.repo;
    fenced(repo, order.lease.as_ref(), &attempt.item)?;
    let checkpoint = Checkpoint { prp: names::parse(&attempt.item)?, phase: ordinal, title, run, key };
    let made = checkpoint::commit(repo, &tree, &checkpoint)?;
    let item = attempt.item;
    let (commit, files, subject) = (made.commit, made.files, checkpoint.subject());
    tell.event(EventKind::Checkpoint { item: item.clone(), phase: ordinal, commit: commit.clone(), subject });
    for deviation in made.deviations {
        tell.event(EventKind::Disagreement { item: item.clone(), what: deviation.to_string() });
    }
    let stray = drift(&order.declared, &files).extra;
    if !order.declared.is_empty() && !stray.is_empty() {
        tell.event(EventKind::ScopeDrift { item: item.clone(), phase: ordinal, files: stray });
    }
    for with in std::iter::once(integration.branch.clone()).chain(order.siblings) {
        // A probe that fails warns of nothing; the merge itself will tell.
        let files = probe::conflicts(repo, &tree.branch, &with).unwrap_or_default();
        if !files.is_empty() {
            tell.event(EventKind::ConflictWarning { item: item.clone(), with, files });
        }
    }
    Ok(Made { commit, files })
}

/// Refuses to write for an item that another orchestrator has taken over.
pub(crate) fn fenced(repo: &Repo, lease: Option<&Lease>, item: &str) -> Result<()> {
    match lease {
        Some(lease) if !lease::is_held(repo, lease)? => Err(Error::new(
            ExitCode::GitRefuses,
            format!("the lease on {item} is gone (`{}`): somebody else took the item over", lease.reference),
        )
        .help("nothing more is written for it by this run; see `batchprp status`")),
        Some(_) | None => Ok(()),
    }
}

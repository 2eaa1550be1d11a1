//! Checkpoints: the state of a workspace committed for a phase, and a look ahead for conflicts.

use crate::bridge::{Attempt, MadeCheckpoint as Made};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::merge::probe::{self, Touched};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::approval;
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
    /// A person did the work.
    pub(crate) by_hand: bool,
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
    let by = order.by_hand.then(|| approval::who(repo)).transpose()?;
    let checkpoint = Checkpoint { prp: names::parse(&attempt.item)?, phase: ordinal, title, run, key, by };
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
    // A probe that fails warns of nothing; the merge itself will tell.
    for (with, files) in conflicts(&integration, &tree, &commit, order.siblings).unwrap_or_default() {
        tell.event(EventKind::ConflictWarning { item: item.clone(), with, files });
    }
    Ok(Made { commit, files })
}

/// Returns the branches with which the work of an item conflicts now, and where.
fn conflicts(
    integration: &Integration,
    tree: &Prepared,
    commit: &str,
    siblings: Vec<String>,
) -> Result<Vec<(String, Vec<String>)>> {
    let Integration { repo, branch, .. } = integration;
    let own = Touched::between(repo, &tree.base, commit)?;
    let mut found = Vec::new();
    let merged = repo.tip(branch)?.map(|tip| Touched::between(repo, &tree.base, &tip)).transpose()?;
    if merged.is_some_and(|merged| merged.meets(&own)) {
        found.push(branch.clone());
    }
    let meets = |with: &String| Touched::of_branch(repo, with).is_ok_and(|other| other.is_some_and(|o| o.meets(&own)));
    found.extend(siblings.into_iter().filter(meets));
    let files = |with: String| (probe::conflicts(repo, commit, &with).unwrap_or_default(), with);
    let probed = found.into_iter().map(files).filter(|(files, _)| !files.is_empty());
    Ok(probed.map(|(files, with)| (with, files)).collect())
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

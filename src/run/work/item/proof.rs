//! What was judged is what is merged: commits on top of the newest checkpoint need a record of validation of their own.

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, history, notes};
use crate::host::git::upkeep::scan::{self, FoundPhase};
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;

/// The tip of an item's branch, where its files are others than those of the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newer {
    pub(crate) tip: String,
    /// The newest checkpoint.
    pub(crate) checkpoint: String,
    pub(crate) phase: u32,
    /// Commits on top of it.
    pub(crate) commits: usize,
}

/// Finds what was committed since the newest checkpoint: by a person, by an agent whose run died, or by bringing the item
/// up to what it builds on.
pub(crate) fn newer(repo: &Repo, tip: &str, base: &str, phases: &[FoundPhase]) -> Result<Option<Newer>> {
    let line = history::first_parents(repo, tip, base)?;
    let found = line.iter().enumerate().find_map(|(commits, entry)| {
        let phase = phases.iter().find(|phase| phase.commit == entry.commit)?;
        Some((commits, phase))
    });
    let Some((commits, phase)) = found.filter(|(commits, _)| *commits > 0) else { return Ok(None) };
    if diff::files(repo, &phase.commit, tip)?.is_empty() {
        return Ok(None);
    }
    let (tip, checkpoint) = (tip.to_owned(), phase.commit.clone());
    Ok(Some(Newer { tip, checkpoint, phase: phase.ordinal, commits }))
}

impl Newer {
    /// Returns the record of a checkpoint: for the newest one that of the tip, whose files are what would be merged.
    pub(crate) fn record(this: Option<&Self>, repo: &Repo, checkpoint: &str) -> Result<Option<ValidationRecord>> {
        match this.filter(|newer| newer.checkpoint == checkpoint) {
            Some(newer) => notes::read(repo, &newer.tip),
            None => notes::read(repo, checkpoint),
        }
    }
}

/// Finds commits of an item that are newer than its passed validation and were not validated themselves.
pub(crate) fn unproven(repo: &Repo, tip: &str, base: &str, id: &PrpId) -> Result<Option<Newer>> {
    let phases = scan::between(repo, tip, base, id)?.phases;
    let Some(newer) = newer(repo, tip, base, &phases)? else { return Ok(None) };
    let has_passed = |commit: &str| notes::read(repo, commit).map(|record| record.is_some_and(|it| it.passed()));
    Ok(if has_passed(&newer.checkpoint)? && !has_passed(&newer.tip)? { Some(newer) } else { None })
}

//! A merge conflict that an agent resolves: validated, committed, or parked again.

use super::validation;
use crate::bridge::Failure;
use crate::error::Result;
use crate::host::git::plumbing::notes;
use crate::host::git::workspace::Prepared;
use crate::host::git::workspace::resolve;
use crate::host::stop::StopToken;
use crate::host::validate::Validation;
use crate::model::validation::ValidationRecord;
use crate::run::work::batch::integration::Integration;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::Tell;

/// Where a conflict is resolved.
#[derive(Clone)]
pub(crate) struct ConflictPlace {
    pub(crate) integration: Integration,
    pub(crate) tree: Prepared,
}

/// What is to be taken over when it is valid.
pub(crate) struct ResolutionOrder {
    pub(crate) place: ConflictPlace,
    pub(crate) checks: Validation,
    pub(crate) stop: StopToken,
}

/// Takes what the agent left in the worktree when it is valid; parks the merge otherwise and returns why.
pub(crate) async fn take(order: ResolutionOrder, tell: Tell) -> std::result::Result<Option<String>, Failure> {
    let ResolutionOrder { place, checks, stop } = order;
    let ran = validation::run(&checks, &place.tree.item, stop, &tell).await;
    let record = ran.as_ref().ok().cloned().flatten();
    // Without a record the run is being stopped, or git failed: nothing is known of the files as they are.
    let reason = off_the_loop(move || settle(&place, record.as_ref())).await?;
    if ran?.is_some() { Ok(reason) } else { Err(Failure::Cancelled) }
}

fn settle(place: &ConflictPlace, record: Option<&ValidationRecord>) -> Result<Option<String>> {
    let failed = record.map(|record| {
        let failure = record.failure()?;
        Some(format!("level {} failed: {}", failure.level, failure.errors.join("; ")))
    });
    match failed {
        None => park(place).map(|()| None),
        Some(Some(reason)) => park(place).map(|()| Some(reason)),
        Some(None) => match finish(place, record) {
            Ok(()) => Ok(None),
            Err(error) => park(place).map(|()| Some(error.message)),
        },
    }
}

/// Commits the merge with the record of what was validated.
fn finish(place: &ConflictPlace, record: Option<&ValidationRecord>) -> Result<()> {
    let repo = &place.integration.repo;
    let commit = resolve::finish(repo, &place.tree)?;
    record.map_or(Ok(()), |record| notes::write(repo, &commit, record))
}

/// Gives the merge up: what was edited is saved, the worktree goes back to the tip of its branch.
pub(crate) fn park(place: &ConflictPlace) -> Result<()> {
    resolve::abort(&place.integration.repo, &place.tree).map(drop)
}

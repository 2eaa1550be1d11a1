//! The workspace of an item: leased, prepared, set up, and read for what git already shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::abandoned::{self, Left};
use super::follow::{self, Ground};
use super::found;
use super::proof::{self, Newer};
use super::setup::{self, WorktreeSetup};
use crate::bridge::{Attempt, Conflict, Failure, InHand, PhaseRecord, Refused, Worktree};
use crate::error::Result;
use crate::event::EventKind;
use crate::event::hand::HandDeed;
use crate::host::git::merge::join;
use crate::host::git::plumbing::diff;
use crate::host::git::upkeep::hand::{self, Hand};
use crate::host::git::upkeep::lease::{self, Lease};
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::{self, Prepare, Prepared, checkpoint, resolve};
use crate::host::process::Marker;
use crate::host::stop::StopToken;
use crate::model::validation::ValidationRecord;
use crate::run::settings::Settings;
use crate::run::shared::busy::Busy;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::Tell;

/// Bytes of the other side of a conflict that a resolver is shown.
const MAX_THEIRS: usize = 64 << 10;

/// Paths that never enter a commit.
const NEVER: [&str; 1] = [".ce/tmp"];

/// What is to be prepared.
#[derive(Clone)]
pub(crate) struct WorktreeOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) integration: Integration,
    pub(crate) attempt: Attempt,
    pub(crate) branch: String,
    pub(crate) run: String,
    /// A person works there: what lies in it is theirs and stays.
    pub(crate) by_hand: bool,
    /// The attempt is for resolving the conflict of its merge.
    pub(crate) conflict: bool,
    /// The attempt is for mending what its refused merge showed.
    pub(crate) refused: Option<Refused>,
    /// What it builds on.
    pub(crate) ground: Ground,
    /// Files that the item declares.
    pub(crate) declared: Vec<String>,
    /// The environment of the user's own command lines.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) stop: StopToken,
    pub(crate) busy: Busy,
}

/// A prepared workspace and what git shows in it.
#[derive(Debug)]
pub(crate) struct WorktreeReady {
    /// Neither it nor the lease is there where a person works on the item.
    pub(crate) tree: Option<Prepared>,
    pub(crate) worktree: Worktree,
    pub(crate) left: Left,
    pub(crate) lease: Option<Lease>,
    /// How it was asked for, where a person works in it.
    pub(crate) want: Option<Box<Prepare>>,
}

/// A workspace that was made or mended.
struct Made {
    lease: Lease,
    tree: Prepared,
    left: Left,
    want: Prepare,
    /// Who carries a phase out by hand.
    hand: Option<Hand>,
}

/// Prepares the workspace of an item.
pub(crate) async fn prepare(order: WorktreeOrder, tell: Tell) -> std::result::Result<WorktreeReady, Failure> {
    let order = Arc::new(order);
    let made = {
        let (order, tell) = (order.clone(), tell.clone());
        off_the_loop(move || make(&order, &tell)).await?
    };
    let made = match made {
        Ok(made) => made,
        Err(hand) => return Ok(in_hand(&order, &hand)),
    };
    let setup = WorktreeSetup {
        settings: order.settings.clone(),
        repo: order.integration.repo.clone(),
        marker: Marker { run: order.run.clone(), item: order.attempt.item.clone(), attempt: order.attempt.number },
        env: order.env.clone(),
        stop: order.stop.clone(),
    };
    order.busy.set(true);
    let done = setup::set_up(&setup, &made.tree).await;
    order.busy.set(false);
    done?;
    off_the_loop(move || inspect(&order, made, &tell)).await
}

/// Leaves an item alone that a person carries out.
fn in_hand(order: &WorktreeOrder, hand: &Hand) -> WorktreeReady {
    let path = order.settings.worktrees.join(&order.branch);
    let in_hand = Some(InHand { by: hand.by.clone(), phase: hand.phase, path: path.clone() });
    let worktree = Worktree { path, branch: order.branch.clone(), in_hand, ..Worktree::default() };
    WorktreeReady { tree: None, worktree, left: None, lease: None, want: None }
}

/// Makes or mends the workspace; answered with who works in it by hand where nobody else may.
fn make(order: &WorktreeOrder, tell: &Tell) -> Result<std::result::Result<Made, Hand>> {
    let repo = &order.integration.repo;
    let id = names::parse(&order.attempt.item)?;
    let lease = lease::take(repo, &id, order.attempt.number, &order.run)?;
    let hand = hand::read(repo, &id)?;
    if let (Some(hand), false) = (&hand, order.by_hand) {
        lease::release(repo, &lease)?;
        return Ok(Err(hand.clone()));
    }
    resolve::abandon(repo, &order.branch)?;
    let mut start = repo.tip(&order.integration.branch)?.unwrap_or_else(|| order.integration.base.clone());
    if !order.ground.unmerged.is_empty() && repo.tip(&order.branch)?.is_none() {
        start = join::start(repo, &start, &order.ground.unmerged, &order.attempt.item)?;
    }
    // Resolving a conflict is no phase that could have been finished before.
    let there = order.settings.worktrees.join(&order.branch).exists() && !order.conflict && !order.by_hand;
    let finished = if there { abandoned::find(&order.settings, repo, &id, &order.branch)? } else { None };
    let mut want = Prepare {
        branch: order.branch.clone(),
        start,
        path: order.settings.worktrees.join(&order.branch),
        run: order.run.clone(),
        item: order.attempt.item.clone(),
        attempt: order.attempt.number,
        keep_changes: finished.is_some() || order.by_hand,
        batch: Some(order.integration.branch.clone()),
        remotes: order.settings.remotes.clone(),
        declared: order.declared.clone(),
        exclude: NEVER.map(str::to_owned).into(),
        silence: order.settings.checkout_silence,
    };
    let made = workspace::prepare(repo, &want)?;
    let mut pending = finished.is_some();
    if order.by_hand {
        // Where nothing lies in it that is not on the branch, it may follow what it builds on.
        pending = !checkpoint::changed(repo, &made, &made.tip)?.is_empty();
        want.keep_changes = pending;
    }
    let made = if order.conflict {
        made
    } else {
        follow::bring_up_to_date(&order.integration, &order.ground, &want, made, pending, tell)?
    };
    let left = finished.filter(|_| made.rescued.is_empty()).map(|finished| Box::new((finished, want.clone())));
    Ok(Ok(Made { lease, tree: made, left, want, hand }))
}

/// Reads what git shows on the branch.
fn inspect(order: &WorktreeOrder, made: Made, tell: &Tell) -> Result<WorktreeReady> {
    let Made { lease, tree: made, left, want, hand } = made;
    let repo = &order.integration.repo;
    let item = order.attempt.item.clone();
    for text in &made.repaired {
        tell.warn(Some(&item), text.clone());
    }
    found::told(&made, tell);
    let mut found = scan::item(repo, &order.branch, &made.base, &names::parse(&item)?)?;
    if order.ground.reopened {
        follow::add_merged(&order.integration, &item, &mut found)?;
    }
    for hole in &found.holes {
        tell.event(EventKind::Disagreement {
            item: item.clone(),
            what: format!("phase {hole} has no checkpoint, but a later phase has one: it is carried out now"),
        });
    }
    let newer = proof::newer(repo, &made.tip, &made.base, &found.phases)?;
    let phases = found
        .phases
        .into_iter()
        .map(|phase| {
            let validation = Newer::record(newer.as_ref(), repo, &phase.commit)?;
            Ok(PhaseRecord { ordinal: phase.ordinal, commit: phase.commit, key: phase.key, validation })
        })
        .collect::<Result<Vec<_>>>()?;
    let done = phases.iter().filter(|phase| phase.validation.as_ref().is_some_and(ValidationRecord::passed));
    let done = done.map(|phase| phase.ordinal).collect::<Vec<_>>();
    let conflict = if order.conflict { Some(conflict(order, &made)?) } else { None };
    if !phases.is_empty() && conflict.is_none() {
        let next = (1..=u32::MAX).find(|ordinal| !done.contains(ordinal));
        tell.event(EventKind::Resumed { item, phases: done, next });
    }
    let (path, base, refused) = (made.path.clone(), made.base.clone(), order.refused.clone());
    let branch = order.branch.clone();
    if let Some(Hand { by, phase, .. }) = hand.clone() {
        tell.event(EventKind::Hand { item: order.attempt.item.clone(), phase, by, deed: HandDeed::Taken });
    }
    let in_hand = hand.map(|Hand { by, phase, .. }| InHand { by, phase, path: path.clone() });
    let worktree = Worktree { path, branch, base, phases, merged: false, conflict, refused, in_hand };
    let want = order.by_hand.then(|| Box::new(want));
    Ok(WorktreeReady { tree: Some(made), worktree, left, lease: Some(lease), want })
}

/// Puts the merge with its conflict markers into the workspace.
fn conflict(order: &WorktreeOrder, made: &Prepared) -> Result<Conflict> {
    let (repo, into) = (&order.integration.repo, &order.integration.branch);
    let files = resolve::start_for_agent(repo, made, into)?;
    let since = repo.merge_base(&order.branch, into)?.unwrap_or_else(|| made.base.clone());
    let theirs = diff::patch(repo, &since, into, MAX_THEIRS)?.text;
    Ok(Conflict { files, theirs })
}

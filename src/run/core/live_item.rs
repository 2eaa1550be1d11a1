//! What is known of one item beside its state in the machine.

use std::collections::BTreeMap;
use std::time::Instant;

use super::phase_repairs::PhaseRepairs;
use crate::bridge::Refused;
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::workspace::{Prepare, Prepared};
use crate::model::outcome::Outcome;
use crate::run::shared::leftovers::Leftovers;
use crate::run::work::item::abandoned::Left;

/// One item while its run is open.
#[derive(Debug, Default)]
pub(crate) struct LiveItem {
    /// Branch and worktree, once the recipe asked for them.
    pub(crate) tree: Option<Prepared>,
    /// How the workspace was asked for, where a person works in it.
    pub(crate) want: Option<Box<Prepare>>,
    /// Finished work of a dead run that lies in the worktree.
    pub(crate) left: Left,
    /// What the last validation left there.
    pub(crate) leftovers: Leftovers,
    pub(crate) attempt_started: Option<Instant>,
    /// Seconds of work over all attempts.
    pub(crate) busy: f64,
    /// Says to other orchestrators that the item is ours; held to the end of the run.
    pub(crate) lease: Option<Lease>,
    /// Number that no other running item has.
    pub(crate) slot: Option<u32>,
    /// Attempts that were carried out elsewhere.
    pub(crate) placed: u32,
    /// Its merge is in conflict, and an agent is to resolve it in the next attempt.
    pub(crate) conflict: bool,
    /// Its merge was refused, and an agent is to mend that in the next attempt.
    pub(crate) refused: Option<Refused>,
    /// By the ordinals of its phases.
    pub(crate) repairs: BTreeMap<u32, PhaseRepairs>,
    /// Session of its last call that came to a good end.
    pub(crate) session: Option<String>,
    /// What the last attempt handed in: its note, score and value, which the machine has no use for.
    pub(crate) outcome: Option<Outcome>,
}

//! The state of an open run: machine, places, and what is known of each item while it lives.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::adopt::Finished;
use super::ahead::Ahead;
use super::gate::Gate;
use super::internal::Answer;
use crate::bridge::door::{Closed, RunGraph, RunOptions};
use crate::host::agent::SessionLedger;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::worktree::{Prepare, Prepared};
use crate::host::lock::Lock;
use crate::model::outcome::Outcome;
use crate::model::usage::Usage;
use crate::schedule::Machine;

/// The integration branch of a run that merges.
#[derive(Clone, Debug)]
pub(crate) struct Integration {
    pub(crate) repo: Repo,
    pub(crate) branch: String,
    /// Commit at which the batch branch started.
    pub(crate) base: String,
}

/// Most numbers that are tried; more items than that never run at the same time.
const MOST_SLOTS: u32 = 10_000;

/// A number that a running item has for itself, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) number: u32,
    _place: Option<Lock>,
}

impl Slot {
    /// The number where nothing runs beside it.
    pub(crate) fn none() -> Self {
        Self { number: 0, _place: None }
    }
}

/// What the dispatcher knows of one item beside its state in the machine.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Branch and worktree, once the recipe asked for them.
    pub(crate) tree: Option<Prepared>,
    /// Finished work of a dead run that lies in the worktree, and how the worktree was asked for.
    pub(crate) finished: Option<Box<(Finished, Prepare)>>,
    pub(crate) attempt_started: Option<Instant>,
    /// Seconds of work over all attempts.
    pub(crate) busy: f64,
    pub(crate) usage: Usage,
    pub(crate) attempts: u32,
    /// Says to other orchestrators that the item is ours; held to the end of the run.
    pub(crate) lease: Option<Lease>,
    /// Number that no other running item has.
    pub(crate) slot: Option<Slot>,
    /// Its merge is in conflict, and an agent is to resolve it in the next attempt.
    pub(crate) conflict: bool,
    /// What the last attempt handed in: its note and score, which the machine has no use for.
    pub(crate) outcome: Option<Outcome>,
}

/// An open run.
pub(crate) struct Active {
    pub(crate) options: RunOptions,
    pub(crate) graph: RunGraph,
    pub(crate) machine: Machine,
    /// Index of each item id.
    pub(crate) index: HashMap<String, usize>,
    pub(crate) integration: Option<Integration>,
    /// Folder of this run, 0700.
    pub(crate) directory: PathBuf,
    /// Held until the run is closed.
    pub(crate) lock: Option<Lock>,
    /// Items that may run and whose script thread is not there yet.
    pub(crate) ready: VecDeque<(usize, u32)>,
    /// The script waits for an item.
    pub(crate) waiting: Option<Answer>,
    pub(crate) merges: VecDeque<usize>,
    pub(crate) merging: bool,
    pub(crate) live: Vec<Live>,
    pub(crate) sessions: Arc<Mutex<SessionLedger>>,
    pub(crate) spent: Usage,
    pub(crate) ahead: Ahead,
    pub(crate) gate: Gate,
    pub(crate) over_budget: bool,
    /// People were told that the disk is nearly full.
    pub(crate) disk_warned: bool,
    /// The machine has nothing left to do.
    pub(crate) finished: bool,
    pub(crate) closed: Option<Closed>,
    /// Events about things that were found and mended while opening.
    pub(crate) found: Vec<crate::event::EventKind>,
    pub(crate) already_merged: Vec<usize>,
}

impl Active {
    /// Returns the id of an item.
    pub(crate) fn id(&self, item: usize) -> String {
        self.graph.items.get(item).map(|info| info.id.clone()).unwrap_or_default()
    }

    /// Returns the index of an item.
    pub(crate) fn item(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Takes the smallest number that no running item has, also not one of another batch of the repository: ports and
    /// databases of worktrees differ by it.
    pub(crate) fn free_slot(&self) -> Slot {
        let taken: Vec<u32> = self.live.iter().filter_map(|live| Some(live.slot.as_ref()?.number)).collect();
        for number in (0..MOST_SLOTS).filter(|number| !taken.contains(number)) {
            let Some(integration) = &self.integration else { return Slot { number, _place: None } };
            // Where the lock cannot be taken at all, a number that is free in this run has to do.
            match Lock::place(integration.repo.common_dir(), &format!("slot-{number}")) {
                Ok(None) => {}
                Ok(place @ Some(_)) => return Slot { number, _place: place },
                Err(_) => return Slot { number, _place: None },
            }
        }
        Slot { number: MOST_SLOTS, _place: None }
    }
}

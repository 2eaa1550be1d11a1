//! The state of an open run: its machine, its places, and what is known of each item while it lives.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use super::live_item::LiveItem;
use crate::bridge::{Answer, Attempt, NextItem, RunGraph, RunOptions};
use crate::host::agent::SessionLedger;
use crate::host::lock::Lock;
use crate::model::usage::Usage;
use crate::run::shared::at_work::AtWork;
use crate::run::shared::hub_view::HubView;
use crate::run::shared::rate_limits::RateLimits;
use crate::run::shared::slot::Slots;
use crate::run::shared::warm_up::WarmUp;
use crate::run::work::batch::dead_runs::OpenMark;
use crate::run::work::batch::integration::Integration;
use crate::schedule::Machine;

/// An open run.
pub(crate) struct OpenRun {
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
    pub(crate) slots: Slots,
    /// Says to later starts that the run did not end, until it does.
    pub(crate) mark: Option<OpenMark>,
    /// Items that may run and whose script thread is not there yet.
    pub(crate) ready: VecDeque<(usize, u32)>,
    /// The script waits for an item.
    pub(crate) waiting: Option<Answer<Option<NextItem>>>,
    pub(crate) merges: VecDeque<usize>,
    pub(crate) merging: bool,
    /// Items that were merged, and the commits, of which the script was not told yet.
    pub(crate) merged: Vec<(String, String)>,
    pub(crate) live: Vec<LiveItem>,
    /// What was seen of the hub last.
    pub(crate) hub_view: HubView,
    pub(crate) sessions: Arc<Mutex<SessionLedger>>,
    pub(crate) spent: Usage,
    pub(crate) warm_up: WarmUp,
    pub(crate) rate_limits: RateLimits,
    pub(crate) at_work: AtWork,
    pub(crate) over_budget: bool,
    /// People were told that the disk is nearly full.
    pub(crate) disk_warned: Arc<AtomicBool>,
    /// The machine has nothing left to do.
    pub(crate) finished: bool,
    /// Tasks that nobody waits for but the end of the run.
    pub(crate) background: usize,
}

impl OpenRun {
    /// Returns the id of an item.
    pub(crate) fn id(&self, item: usize) -> String {
        self.graph.items.get(item).map(|info| info.id.clone()).unwrap_or_default()
    }

    /// Returns the index of an item.
    pub(crate) fn item(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Returns what is known of the item of an attempt.
    pub(crate) fn live(&self, attempt: &Attempt) -> Option<&LiveItem> {
        self.live.get(self.item(&attempt.item)?)
    }

    /// Returns what is known of the item of an attempt, to be changed.
    pub(crate) fn live_mut(&mut self, attempt: &Attempt) -> Option<&mut LiveItem> {
        let item = self.item(&attempt.item)?;
        self.live.get_mut(item)
    }

    /// Returns the smallest number that no running item has: ports and databases of worktrees differ by it.
    pub(crate) fn free_slot(&self) -> u32 {
        let taken: Vec<u32> = self.live.iter().filter_map(|live| live.slot).collect();
        self.slots.first_without(&taken)
    }

    /// Tells whether an agent refused its work because nobody is signed in.
    pub(crate) fn is_signed_out(&self) -> bool {
        use crate::model::outcome::FailureKind::Auth;
        self.machine.states().any(|state| matches!(state, crate::schedule::ItemState::Failed { kind: Auth, .. }))
    }

    /// Tells whether every item is completed.
    pub(crate) fn is_complete(&self) -> bool {
        self.machine.states().all(|state| *state == crate::schedule::ItemState::Completed)
    }
}

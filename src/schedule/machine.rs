//! The machine: all items, and the one function that changes them.

use std::collections::BTreeMap;

use super::input::{Action, Input};
use super::item_graph::ItemGraph;
use super::policy::RunPolicy;
use super::ready::Queue;
use super::scheduled_item::ScheduledItem;
use super::state::ItemState;

/// Adapters whose usage limit was met, with the epoch seconds of its end where that is known.
pub type Paused = BTreeMap<String, Option<i64>>;

/// How far the run is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Halt {
    /// Items start.
    No,
    /// Nothing starts; what runs goes on to its end.
    Drain,
    /// Nothing starts; what runs was told to stop.
    Stop,
}

/// Decides which item starts when. Same inputs, same actions.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) policy: RunPolicy,
    pub(super) items: Vec<ScheduledItem>,
    /// Items by topological order.
    pub(super) order: Vec<usize>,
    pub(super) ready: Queue,
    /// Ready items that need an adapter whose usage limit was met.
    pub(super) held: BTreeMap<String, Vec<usize>>,
    pub(super) running: usize,
    pub(super) merging: usize,
    pub(super) failures: u32,
    /// The item with whose failure the policy ended the run while others were open.
    pub(super) last_straw: Option<usize>,
    /// Items of each stage that are not final.
    pub(super) open: BTreeMap<u32, usize>,
    pub(super) paused: Paused,
    pub(super) halt: Halt,
    pub(super) finished: bool,
}

impl Machine {
    /// Makes a machine in which nothing has happened yet.
    pub fn new(plan: impl Into<ItemGraph>, policy: RunPolicy) -> Self {
        let plan = plan.into();
        let ready = Queue::new(&plan, policy.barrier);
        let mut order: Vec<usize> = (0..plan.items.len()).collect();
        order.sort_by_key(|&item| plan.items[item].place);
        let mut open = BTreeMap::new();
        let mut items = Vec::with_capacity(plan.items.len());
        for item in plan.items {
            *open.entry(item.stage).or_default() += 1;
            items.push(ScheduledItem {
                id: item.id,
                stage: item.stage,
                state: ItemState::Waiting { unmet: 0 },
                adapter: item.adapter,
                attempt: 1,
                retried: 0,
                resolved: false,
                unsettled: 0,
                settled: false,
                after: Vec::new(),
            });
        }
        for wait in plan.waits {
            items[wait.to].unsettled += 1;
            items[wait.from].after.push((wait.to, wait.needs));
        }
        let mut machine = Self {
            policy,
            items,
            order,
            ready,
            held: BTreeMap::new(),
            running: 0,
            merging: 0,
            failures: 0,
            last_straw: None,
            open,
            paused: Paused::new(),
            halt: Halt::No,
            finished: false,
        };
        for item in 0..machine.items.len() {
            machine.refresh(item);
        }
        machine
    }

    /// Takes note of what happened and returns what is to be done, in order. After [`Action::Finished`] nothing is.
    pub fn step(&mut self, input: Input) -> Vec<Action> {
        let mut actions = Vec::new();
        if !self.finished {
            self.transition(input, &mut actions);
            self.tidy_queue();
            self.finish(&mut actions);
        }
        actions
    }

    /// Returns the state of an item.
    pub fn state(&self, item: usize) -> &ItemState {
        &self.items[item].state
    }

    /// Returns the item with whose failure the policy ended the run while others were open.
    pub fn last_straw(&self) -> Option<usize> {
        self.last_straw
    }

    /// Returns the states of all items by index.
    pub fn states(&self) -> impl Iterator<Item = &ItemState> {
        self.items.iter().map(|item| &item.state)
    }

    /// Returns the number of the attempt that runs, or ran last, or comes next.
    pub fn attempt(&self, item: usize) -> u32 {
        self.items[item].attempt
    }

    /// Tells whether [`Action::Finished`] was said.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns how many slots are in use.
    pub fn running(&self) -> usize {
        self.running
    }

    /// Returns how many merges were asked for and not answered.
    pub fn merging(&self) -> usize {
        self.merging
    }

    /// Tells whether nothing starts any more, for whatever reason.
    pub fn is_halting(&self) -> bool {
        self.halt != Halt::No
    }

    /// Returns the usage limits for which items are held back; `None` when there are none.
    pub fn paused(&self) -> Option<&Paused> {
        (!self.paused.is_empty()).then_some(&self.paused)
    }

    /// Tells whether a `Poll` would start something.
    pub fn can_start(&self) -> bool {
        self.running < self.policy.jobs.max(1) && self.has_startable()
    }
}

//! The virtual clock: what is due when, and whether all threads wait for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::run::core::message::Message;
use crate::run::core::moment::Moment;

/// What comes at a time; items that are due together come in the order of the graph.
type Due = (Duration, usize, u64);

/// The clock and everything that is due on it.
pub(crate) struct Agenda {
    begin: Instant,
    /// Epoch seconds at the beginning.
    epoch: i64,
    passed: Duration,
    due: BTreeMap<Due, Entry>,
    count: u64,
    /// Recipes that run, each on a thread of its own.
    threads: usize,
    /// Recipes that wait for an agent.
    waiting: usize,
    /// The thread of the script waits for an item, or for its recipes.
    script_waits: bool,
}

struct Entry {
    message: Message,
    /// A recipe waits for it.
    of_recipe: bool,
}

impl Default for Agenda {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            epoch: 0,
            passed: Duration::ZERO,
            due: BTreeMap::new(),
            count: 0,
            threads: 0,
            waiting: 0,
            script_waits: false,
        }
    }
}

impl Agenda {
    /// Returns the time.
    pub(crate) fn now(&self) -> Moment {
        let seconds = i64::try_from(self.passed.as_secs()).unwrap_or(i64::MAX);
        Moment { instant: self.begin + self.passed, epoch: self.epoch.saturating_add(seconds) }
    }

    /// Enters the end of an agent call.
    pub(crate) fn agent(&mut self, item: usize, after: Duration, message: Message) {
        self.waiting += 1;
        self.enter(item, after, message, true);
    }

    /// Enters something that nobody waits for by name.
    pub(crate) fn timer(&mut self, after: Duration, message: Message) {
        self.enter(usize::MAX, after, message, false);
    }

    fn enter(&mut self, order: usize, after: Duration, message: Message, of_recipe: bool) {
        self.count += 1;
        self.due.insert((self.passed + after, order, self.count), Entry { message, of_recipe });
    }

    /// A recipe was handed to a thread, and the script goes on.
    pub(crate) fn started(&mut self) {
        self.threads += 1;
        self.script_waits = false;
    }

    /// A recipe is over.
    pub(crate) fn finished(&mut self) {
        self.threads = self.threads.saturating_sub(1);
    }

    /// The script asks for an item: until it gets one it does nothing.
    pub(crate) fn script_waits(&mut self) {
        self.script_waits = true;
    }

    /// Returns what is due next, when nobody can do anything before it; the clock moves there.
    pub(crate) fn next(&mut self) -> Option<Message> {
        if !self.script_waits || self.waiting < self.threads {
            return None;
        }
        let ((at, ..), entry) = self.due.pop_first()?;
        self.passed = self.passed.max(at);
        if entry.of_recipe {
            self.waiting -= 1;
        }
        Some(entry.message)
    }

    /// Moves the clock on: somebody slept.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.passed += time;
    }

    /// Takes everything that recipes wait for: they are being stopped.
    pub(crate) fn take_agents(&mut self) -> Vec<Message> {
        let (agents, timers) = std::mem::take(&mut self.due).into_iter().partition(|(_, entry)| entry.of_recipe);
        self.due = timers;
        self.waiting = 0;
        let agents: BTreeMap<Due, Entry> = agents;
        agents.into_values().map(|entry| entry.message).collect()
    }
}

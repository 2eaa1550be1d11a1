//! Decides which item is next, as simply as the real machine's rules allow.

use std::collections::{BTreeMap, BTreeSet};

use crate::bridge::door::{Closed, ClosedItem, NextItem, RunGraph, RunOptions};
use crate::event::kind::ItemStatus;
use crate::model::outcome::Outcome;

/// One run.
pub(super) struct Schedule {
    options: RunOptions,
    graph: RunGraph,
    running: BTreeSet<String>,
    attempts: BTreeMap<String, u32>,
    ended: BTreeMap<String, (ItemStatus, String)>,
}

/// What `Next` answers now.
pub(super) enum Step {
    Run(NextItem),
    Wait,
    Done,
}

impl Schedule {
    pub(super) fn new(options: RunOptions, graph: RunGraph) -> Self {
        let (running, attempts, ended) = Default::default();
        Self { options, graph, running, attempts, ended }
    }

    /// Starts the first item that may run, in topological order.
    pub(super) fn next(&mut self) -> Step {
        self.block();
        if self.ended.len() == self.graph.items.len() {
            return Step::Done;
        }
        if self.running.len() >= self.options.jobs as usize {
            return Step::Wait;
        }
        let free = self.graph.items.iter().position(|item| self.may_run(&item.id));
        let Some(index) = free else { return Step::Wait };
        let id = self.graph.items[index].id.clone();
        let attempt = self.attempts.entry(id.clone()).or_default();
        *attempt += 1;
        self.running.insert(id);
        Step::Run(NextItem { index, attempt: *attempt })
    }

    fn may_run(&self, id: &str) -> bool {
        let open = |other: &str| !self.ended.contains_key(other);
        let waits = self.graph.edges.iter().any(|edge| edge.to == id && open(&edge.from));
        open(id) && !self.running.contains(id) && !waits
    }

    /// Gives up what depends on something that did not complete.
    fn block(&mut self) {
        for item in &self.graph.items {
            if self.ended.contains_key(&item.id) {
                continue;
            }
            let failed =
                |from: &String| self.ended.get(from).is_some_and(|(status, _)| *status != ItemStatus::Completed);
            let edges = self.graph.edges.iter().filter(|edge| edge.to == item.id && edge.reason == "explicit");
            if let Some(edge) = edges.into_iter().find(|edge| failed(&edge.from)) {
                let end = (ItemStatus::Blocked, format!("waits for {}", edge.from));
                self.ended.insert(item.id.clone(), end);
            }
        }
    }

    /// Takes an outcome; a transient failure is tried again as often as the options say.
    pub(super) fn finished(&mut self, id: &str, outcome: &Outcome) {
        self.running.remove(id);
        let tries = self.attempts.get(id).copied().unwrap_or(1);
        if let Outcome::Failed { kind, .. } = outcome
            && kind.is_transient()
            && tries <= self.options.retries
        {
            return;
        }
        self.ended.insert(id.to_owned(), end(outcome));
    }

    /// Closes the run.
    pub(super) fn close(&self, cancelled: bool) -> Closed {
        let item = |info: &crate::event::kind::ItemInfo| {
            let pending = (ItemStatus::Pending, String::new());
            let (status, reason) = self.ended.get(&info.id).cloned().unwrap_or(pending);
            ClosedItem { id: info.id.clone(), status, reason, duration: 0.0 }
        };
        let items: Vec<ClosedItem> = self.graph.items.iter().map(item).collect();
        let mut totals = BTreeMap::new();
        for item in &items {
            *totals.entry(item.status).or_default() += 1;
        }
        let ok = items.iter().all(|item| item.status == ItemStatus::Completed);
        let exit_code = match (cancelled, ok) {
            (true, _) => 130,
            (false, true) => 0,
            (false, false) => 10,
        };
        Closed { exit_code, totals, items }
    }
}

fn end(outcome: &Outcome) -> (ItemStatus, String) {
    match outcome {
        Outcome::Completed { note, .. } => (ItemStatus::Completed, note.clone().unwrap_or_default()),
        Outcome::Partial { reason, .. } => (ItemStatus::Partial, reason.clone()),
        Outcome::Failed { reason, .. } | Outcome::OverBudget { reason } => (ItemStatus::Failed, reason.clone()),
        Outcome::Unproven { evidence, .. } => (ItemStatus::Unproven, evidence.clone()),
        Outcome::RateLimited { .. } => (ItemStatus::Pending, "usage limit".to_owned()),
        Outcome::Cancelled => (ItemStatus::Cancelled, "stopped".to_owned()),
    }
}

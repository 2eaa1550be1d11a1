//! What each input does to the items.

use crate::model::outcome::{FailureKind, Outcome};

use super::input::{Action, Input};
use super::machine::{Halt, Machine};
use super::state::ItemState;

impl Machine {
    /// The one place where something that happened becomes a change of state.
    pub(super) fn transition(&mut self, input: Input, actions: &mut Vec<Action>) {
        match input {
            Input::Poll => self.start(actions),
            Input::Phase { item, phase } => {
                self.progress(item, |attempt| ItemState::Running { attempt, phase: Some(phase) });
            }
            Input::Validating { item, phase, level } => {
                self.progress(item, |attempt| ItemState::Validating { attempt, phase, level });
            }
            Input::Finished { item, attempt, outcome, now } => {
                if self.items[item].state.is_running() && self.items[item].attempt == attempt {
                    self.running -= 1;
                    self.outcome(item, outcome, now, actions);
                }
            }
            Input::Merged { item } => self.merged(item, ItemState::Completed, actions),
            Input::Conflicted { item, files } => self.conflicted(item, files, actions),
            Input::Unapproved { item, findings } => self.merged(item, ItemState::NeedsApproval { findings }, actions),
            Input::Refused { item, reason } => {
                self.merged(item, ItemState::Failed { kind: FailureKind::Refused, reason }, actions);
            }
            Input::Rejected { item, phase, level, reason } => {
                self.merged(item, ItemState::Partial { phase, level, reason }, actions);
            }
            Input::Mend { item } => {
                if self.items[item].state == ItemState::Merging {
                    self.merging -= 1;
                    self.put_back(item);
                }
            }
            Input::MergeStopped { item } => self.merged(item, ItemState::Cancelled, actions),
            Input::MergeFailed { item, reason } => {
                self.merged(item, ItemState::Failed { kind: FailureKind::System, reason }, actions);
            }
            Input::QuotaHit { adapter, until } => self.pause(adapter, until, actions),
            Input::QuotaOver { adapter } => {
                if self.paused.remove(&adapter).is_some() {
                    for item in self.held.remove(&adapter).unwrap_or_default() {
                        self.ready.push(item);
                    }
                    actions.push(Action::Resume { adapter });
                }
            }
            Input::OverBudget { reason: _ } | Input::Stop => self.halt_at(Halt::Drain, actions),
            Input::Cancel => self.halt_at(Halt::Stop, actions),
            Input::AlreadyMerged { item } => {
                if matches!(self.items[item].state, ItemState::Waiting { .. } | ItemState::Ready) {
                    self.end(item, ItemState::Completed, actions);
                }
            }
        }
    }

    /// Changes the state of an item that runs.
    fn progress(&mut self, item: usize, state: impl FnOnce(u32) -> ItemState) {
        if self.items[item].state.is_running() {
            self.items[item].state = state(self.items[item].attempt);
        }
    }

    /// Judges the end of the attempt that ran.
    fn outcome(&mut self, item: usize, outcome: Outcome, now: f64, actions: &mut Vec<Action>) {
        // Whoever was told to stop did not fail by itself.
        if self.halt == Halt::Stop && !matches!(outcome, Outcome::Completed { .. }) {
            self.end(item, ItemState::Cancelled, actions);
            return;
        }
        match outcome {
            // Work that is done is kept, however late it comes.
            Outcome::Completed { .. } if self.policy.merge => {
                self.items[item].state = ItemState::Merging;
                self.merging += 1;
                actions.push(Action::Merge { item });
            }
            Outcome::Completed { .. } => self.end(item, ItemState::Completed, actions),
            Outcome::Cancelled => self.end(item, ItemState::Cancelled, actions),
            Outcome::Partial { phase, level, reason } => {
                self.end(item, ItemState::Partial { phase, level, reason }, actions);
            }
            Outcome::Failed { kind, reason } => self.failed(item, kind, reason, actions),
            Outcome::Unproven { claim, evidence } => self.end(item, ItemState::Unproven { claim, evidence }, actions),
            Outcome::RateLimited { adapter, until } => {
                self.items[item].adapter = Some(adapter.clone());
                self.put_back(item);
                // An end that has passed already says nothing about the next try.
                self.pause(adapter, until.filter(|&end| end as f64 > now), actions);
            }
            Outcome::OverBudget { reason: _ } => {
                self.put_back(item);
                self.halt_at(Halt::Drain, actions);
            }
        }
    }

    /// Tries again what may go better next time; everything else is the end of the item.
    fn failed(&mut self, item: usize, kind: FailureKind, reason: String, actions: &mut Vec<Action>) {
        let again = kind.is_transient() && self.items[item].retried < self.policy.retries && self.halt == Halt::No;
        if again {
            self.items[item].retried += 1;
            self.put_back(item);
            actions.push(Action::Retry { item, attempt: self.items[item].attempt, reason, kind: Some(kind) });
            return;
        }
        self.end(item, ItemState::Failed { kind, reason }, actions);
        match kind {
            // Every further start would fail in the same way.
            FailureKind::Auth => self.halt_at(Halt::Drain, actions),
            FailureKind::Timeout
            | FailureKind::Transient
            | FailureKind::Crash
            | FailureKind::Refused
            | FailureKind::Script
            | FailureKind::System => {}
        }
    }

    /// Parks a merge that git could not make, or gives the item back so that an agent resolves it, once.
    fn conflicted(&mut self, item: usize, files: Vec<String>, actions: &mut Vec<Action>) {
        let this = &mut self.items[item];
        let again = self.policy.resolve_conflicts && !this.resolved && self.halt == Halt::No;
        if !again || this.state != ItemState::Merging {
            self.merged(item, ItemState::Conflict { files }, actions);
            return;
        }
        this.resolved = true;
        self.merging -= 1;
        self.put_back(item);
        let reason = format!("merge conflict in {}: an agent resolves it", files.join(", "));
        actions.push(Action::Retry { item, attempt: self.items[item].attempt, reason, kind: None });
    }

    /// Ends a merge that was asked for.
    fn merged(&mut self, item: usize, state: ItemState, actions: &mut Vec<Action>) {
        if self.items[item].state != ItemState::Merging {
            return;
        }
        self.merging -= 1;
        let conflict = matches!(state, ItemState::Conflict { .. });
        self.end(item, state, actions);
        if conflict && self.policy.stop_on_conflict {
            self.halt_at(Halt::Drain, actions);
        }
    }

    /// Makes an item ready for its next attempt.
    fn put_back(&mut self, item: usize) {
        self.items[item].attempt += 1;
        self.items[item].state = ItemState::Ready;
        self.ready.push(item);
    }

    fn pause(&mut self, adapter: String, until: Option<i64>, actions: &mut Vec<Action>) {
        // A known end is not forgotten for an unknown one.
        let news = self.paused.get(&adapter).is_none_or(|known| until > *known);
        if news {
            self.paused.insert(adapter.clone(), until);
            actions.push(Action::Pause { adapter, until });
        }
    }

    /// Goes further toward the end of the run, never back.
    pub(super) fn halt_at(&mut self, halt: Halt, actions: &mut Vec<Action>) {
        if halt > self.halt {
            self.halt = halt;
            if halt == Halt::Stop && self.running > 0 {
                actions.push(Action::StopRunning);
            }
        }
    }

    /// Starts items while slots are free.
    fn start(&mut self, actions: &mut Vec<Action>) {
        while self.running < self.policy.jobs.max(1) && self.has_startable() {
            let Some(item) = self.ready.pop() else { return };
            let attempt = self.items[item].attempt;
            self.items[item].state = ItemState::Running { attempt, phase: None };
            self.running += 1;
            actions.push(Action::Start { item, attempt });
            self.tidy_queue();
        }
    }

    /// Takes items out of the head of the queue that may not start: git showed them to be merged, or the adapter that
    /// they need is at its usage limit. Those of other adapters go on.
    pub(super) fn tidy_queue(&mut self) {
        while let Some(item) = self.ready.peek() {
            let this = &self.items[item];
            let limited = this.adapter.clone().filter(|adapter| self.paused.contains_key(adapter));
            match limited {
                _ if this.state != ItemState::Ready => {}
                Some(adapter) => self.held.entry(adapter).or_default().push(item),
                None => return,
            }
            self.ready.pop();
        }
    }

    /// Tells whether the head of the queue may start, were a slot free.
    pub(super) fn has_startable(&self) -> bool {
        if self.halt != Halt::No {
            return false;
        }
        self.ready.peek().is_some_and(|item| {
            let earliest = self.open.keys().next().copied().unwrap_or(u32::MAX);
            !self.policy.barrier || self.items[item].stage <= earliest
        })
    }
}

//! The loop of a run: takes one message after the other and decides what follows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::active::Active;
use super::effects::{self, Checks};
use super::events::Events;
use super::internal::{Answer, Internal, MergeEnd, Rejection, Signal, WorktreeReady};
use super::settings::Settings;
use super::{agents, close, gitwork, merging, opening, resolving, worktrees};
use crate::bridge::door::{Attempt, Failure, NextItem, Origin, Reply, Request};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::event::kind::ItemStatus;
use crate::host::redact::Secrets;
use crate::host::stop::{StopLevel, StopToken};
use crate::model::outcome::Outcome;
use crate::schedule::{Action, Input};

/// Owns everything that changes during a run.
pub(crate) struct Dispatcher {
    pub(crate) settings: Arc<Settings>,
    /// The environment of this program, and what in it is secret.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) secrets: Secrets,
    pub(crate) events: Events,
    pub(crate) tx: mpsc::UnboundedSender<Internal>,
    pub(crate) stop: StopToken,
    /// Ends script code that calls nothing.
    pub(crate) cancel: Arc<AtomicBool>,
    pub(crate) active: Option<Box<Active>>,
    pub(crate) signal: Option<Signal>,
    pub(crate) ended: bool,
}

impl Dispatcher {
    /// Handles one message: state first, then journal and reporters, then effects.
    pub(crate) fn handle(&mut self, message: Internal) {
        match message {
            Internal::Call { origin, request, answer } => self.call(&origin, request, answer),
            Internal::Opened { result, answer } => opening::opened(self, result, answer),
            Internal::WorktreeReady { attempt, result, answer } => self.worktree_ready(&attempt, result, answer),
            Internal::AgentFact { attempt, phase, agent, model, fact } => {
                agents::fact(self, &attempt, phase, agent, model, fact);
            }
            Internal::AgentEnded { attempt, phase, agent, report, answer } => {
                agents::ended(self, attempt, phase, agent, report, answer);
            }
            Internal::Told { events, answer } => {
                for event in events {
                    self.events.emit(event);
                }
                if let Some((answer, result)) = answer {
                    reply(answer, result);
                }
            }
            Internal::MergeEnded { item, result } => self.merge_ended(item, result),
            Internal::QuotaOver { agent } => self.quota_over(agent),
            Internal::Signal(signal) => self.signalled(signal),
            Internal::ScriptEnded => self.ended = true,
        }
    }

    /// Tells whether the run is being stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.level() > StopLevel::None
    }

    fn call(&mut self, origin: &Origin, request: Request, answer: Answer) {
        let stopped = self.is_stopped();
        match request {
            Request::Start { options, graph } => opening::open(self, *options, *graph, answer),
            Request::Next => self.next(answer),
            Request::Finished(outcome) => self.finished(origin, outcome, answer),
            Request::Close => close::close(self, answer),
            Request::Event(kind) => {
                self.events.emit(kind);
                reply(answer, Ok(Reply::Done));
            }
            Request::Phase { ordinal, title, of } => self.phase(origin, ordinal, title, of, answer),
            _ if stopped => reply(answer, Err(Failure::Cancelled)),
            Request::Worktree => worktrees::worktree(self, origin, answer),
            Request::Checkpoint { ordinal, title, key } => {
                gitwork::checkpoint(self, origin, ordinal, &title, &key, answer);
            }
            Request::Validate { ordinal, level, gates, manual } => {
                effects::validate(self, origin, Checks { ordinal, level, gates, manual }, answer);
            }
            Request::Resolve { ordinal, level, gates, manual } => {
                resolving::resolve(self, origin, Checks { ordinal, level, gates, manual }, answer);
            }
            Request::Park => resolving::give_up(self, origin, answer),
            Request::Pause { reason } => self.pause(origin, &reason, answer),
            Request::Agent(call) => agents::start(self, origin, call, answer),
            Request::Diff { item, max_bytes } => gitwork::diff(self, &item, max_bytes, answer),
            Request::Prps(_)
            | Request::ReadFile(_)
            | Request::WriteFile { .. }
            | Request::MoveFile { .. }
            | Request::ListFiles(_)
            | Request::NextBatch
            | Request::Process { .. }
            | Request::Http { .. }
            | Request::Executed { .. }
            | Request::Unclosed { .. }
            | Request::CommitFiles { .. }
            | Request::Env(_)
            | Request::Now => effects::perform(self, origin, request, answer),
        }
    }

    fn next(&mut self, answer: Answer) {
        let Some(active) = &mut self.active else {
            return reply(answer, Err(no_run()));
        };
        active.waiting = Some(answer);
        self.step(Input::Poll);
    }

    /// Gives the machine an input and carries out what it decides.
    pub(crate) fn step(&mut self, input: Input) {
        let Some(active) = &mut self.active else { return };
        for action in active.machine.step(input) {
            self.act(action);
        }
        // A waiting script is a free worker: whatever the input made possible may start now.
        if let Some(active) = &mut self.active
            && active.waiting.is_some()
            && active.ready.is_empty()
        {
            for action in active.machine.step(Input::Poll) {
                self.act(action);
            }
        }
        self.serve();
    }

    fn act(&mut self, action: Action) {
        let Some(active) = &mut self.active else { return };
        match action {
            Action::Start { item, attempt } => active.ready.push_back((item, attempt)),
            Action::Merge { item } => {
                active.merges.push_back(item);
                merging::pump(self);
            }
            Action::Retry { item, attempt, reason } => {
                let item = active.id(item);
                self.events.emit(EventKind::Retry { item, attempt, reason });
            }
            Action::Pause { adapter, until } => {
                active.gate.limit(&adapter, until);
                let wait = active.options.wait_for_quota;
                self.events.emit(EventKind::QuotaPaused { agent: adapter.clone(), until });
                if wait {
                    agents::wait_for_quota(self, adapter, until);
                }
            }
            Action::Resume { adapter } => {
                active.gate.lift(&adapter);
                self.events.emit(EventKind::QuotaResumed { agent: adapter });
            }
            Action::ItemFinished { item } => self.item_finished(item),
            Action::StopRunning => self.stop_running(),
            Action::Finished => active.finished = true,
        }
    }

    /// Hands a ready item, or the end, to the waiting script.
    fn serve(&mut self) {
        let Some(active) = &mut self.active else { return };
        if active.waiting.is_none() {
            return;
        }
        if let Some((item, attempt)) = active.ready.pop_front() {
            let id = active.id(item);
            let stage = active.graph.items.get(item).map_or(1, |info| info.stage);
            let slot = active.free_slot();
            if let Some(live) = active.live.get_mut(item) {
                live.attempt_started = Some(std::time::Instant::now());
                live.attempts = attempt;
                live.slot = Some(slot);
            }
            let answer = active.waiting.take();
            self.events.emit(EventKind::ItemStarted { item: id, stage, attempt });
            if let Some(answer) = answer {
                reply(answer, Ok(Reply::Next(Some(NextItem { index: item, attempt }))));
            }
        } else if active.finished
            && let Some(answer) = active.waiting.take()
        {
            reply(answer, Ok(Reply::Next(None)));
        }
    }

    /// Lets running items finish and starts no others.
    fn pause(&mut self, origin: &Origin, reason: &str, answer: Answer) {
        if self.active.is_none() {
            return reply(answer, Err(no_run()));
        }
        let item = origin.as_ref().map(|attempt| attempt.item.clone());
        self.events.emit(EventKind::Paused { item, reason: reason.to_owned() });
        self.step(Input::Stop);
        reply(answer, Ok(Reply::Done));
    }

    fn phase(&mut self, origin: &Origin, ordinal: u32, title: String, of: u32, answer: Answer) {
        match self.located(origin) {
            Err(failure) => reply(answer, Err(failure)),
            Ok((item, attempt)) => {
                self.step(Input::Phase { item, phase: ordinal });
                self.events.emit(EventKind::PhaseStarted { item: attempt.item, phase: ordinal, title, of });
                reply(answer, Ok(Reply::Done));
            }
        }
    }

    fn worktree_ready(&mut self, attempt: &Attempt, result: Result<Box<WorktreeReady>, Failure>, answer: Answer) {
        match result {
            Err(failure) => reply(answer, Err(failure)),
            Ok(ready) => {
                let WorktreeReady { tree, worktree, finished, events, lease } = *ready;
                for event in events {
                    self.events.emit(event);
                }
                if let Some(active) = &mut self.active
                    && let Some(item) = active.item(&attempt.item)
                    && let Some(live) = active.live.get_mut(item)
                {
                    live.tree = Some(tree);
                    live.lease = Some(lease);
                    live.finished = finished;
                }
                reply(answer, Ok(Reply::Worktree(worktree)));
            }
        }
    }

    fn finished(&mut self, origin: &Origin, outcome: Outcome, answer: Answer) {
        let (item, attempt) = match self.located(origin) {
            Ok(found) => found,
            Err(failure) => return reply(answer, Err(failure)),
        };
        if let Some(live) = self.active.as_mut().and_then(|active| active.live.get_mut(item)) {
            live.slot = None;
            live.busy += live.attempt_started.take().map_or(0.0, |start| start.elapsed().as_secs_f64());
            live.outcome = Some(outcome.clone());
        }
        self.step(Input::Finished {
            item,
            attempt: attempt.number,
            outcome,
            now: crate::host::clock::epoch_seconds() as f64,
        });
        reply(answer, Ok(Reply::Done));
    }

    fn merge_ended(&mut self, item: usize, result: Result<MergeEnd, Error>) {
        let Some(active) = &mut self.active else { return };
        active.merging = false;
        let id = active.id(item);
        let input = match result {
            Ok(MergeEnd::Merged { commit }) => {
                self.events.emit(EventKind::Merge { item: id, commit });
                Input::Merged { item }
            }
            Ok(MergeEnd::Conflict { files }) => {
                if active.options.on_conflict == "agent"
                    && let Some(live) = active.live.get_mut(item)
                {
                    live.conflict = true;
                }
                self.events.emit(EventKind::Conflict { item: id, files: files.clone() });
                Input::Conflicted { item, files }
            }
            Ok(MergeEnd::Rejected(rejection)) => {
                let Rejection { phase, level, reason, guilty, errors } = *rejection;
                let told = reason.clone();
                self.events.emit(EventKind::MergeRejected { item: id, level, reason: told, guilty, errors });
                Input::Rejected { item, phase, level, reason }
            }
            Ok(MergeEnd::Stopped) => Input::MergeStopped { item },
            Err(error) => Input::MergeFailed { item, reason: error.message },
        };
        self.step(input);
        merging::pump(self);
    }

    fn item_finished(&mut self, item: usize) {
        let Some(active) = &mut self.active else { return };
        let id = active.id(item);
        let duration = active.live.get(item).map_or(0.0, |live| live.busy);
        let (status, mut outcome, reason) = close::ending(active.machine.state(item));
        let handed_in = active.live.get(item).and_then(|live| live.outcome.clone());
        if let (ItemStatus::Completed, Some(Outcome::Completed { .. })) = (status, &handed_in) {
            outcome = handed_in;
        }
        if status != ItemStatus::Pending && status != ItemStatus::Cancelled {
            merging::write_status(self, item, status);
        }
        self.events.emit(EventKind::ItemFinished { item: id, status, outcome, reason, duration });
    }

    fn quota_over(&mut self, agent: String) {
        // A later end became known meanwhile: its own timer wakes the run.
        let limited = self.active.as_ref().and_then(|active| active.gate.limited(&agent)?.until);
        if limited.is_some_and(|until| until > crate::host::clock::epoch_seconds()) {
            return;
        }
        self.step(Input::QuotaOver { adapter: agent });
    }

    fn signalled(&mut self, signal: Signal) {
        if self.signal.is_some() {
            self.stop.raise(StopLevel::Now);
            return;
        }
        self.signal = Some(signal);
        self.stop_running();
        self.step(Input::Cancel);
    }

    fn stop_running(&self) {
        self.stop.raise(StopLevel::Graceful);
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// Finds the item on whose behalf a call is made.
    pub(crate) fn located(&self, origin: &Origin) -> Result<(usize, Attempt), Failure> {
        let attempt = origin.clone().ok_or_else(|| misuse("this function works only inside a recipe"))?;
        let active = self.active.as_ref().ok_or_else(no_run)?;
        let item = active.item(&attempt.item).ok_or_else(|| misuse("the item is not part of this run"))?;
        Ok((item, attempt))
    }

    /// Returns the totals of the states that the items are in now.
    pub(crate) fn totals(&self) -> BTreeMap<ItemStatus, u32> {
        let mut totals = BTreeMap::new();
        if let Some(active) = &self.active {
            for item in 0..active.graph.items.len() {
                *totals.entry(close::ending(active.machine.state(item)).0).or_insert(0) += 1;
            }
        }
        totals
    }
}

/// Answers a call; a script thread that is gone needs no answer.
pub(crate) fn reply(answer: Answer, result: Result<Reply, Failure>) {
    drop(answer.send(result));
}

/// The script asks for something that needs an open run.
pub(crate) fn no_run() -> Failure {
    misuse("no run is open: call `dag.run` first")
}

/// The script uses a function where it cannot work.
pub(crate) fn misuse(message: &str) -> Failure {
    Failure::Error(Error::new(ExitCode::Internal, message))
}

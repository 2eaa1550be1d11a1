//! Closing a run: what runs beside it ends, git is cleaned up, the last event is told, metrics are written.

use std::collections::BTreeMap;

use crate::bridge::{Answer, Closed, ClosedItem};
use crate::error::ExitCode;
use crate::event::EventKind;
use crate::event::kind::{ItemStatus, RunStep};
use crate::run::core::effect::{Effect, Reaction, Task};
use crate::run::core::message::Signal;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{CloseEnd, CloseStep, Closing, LoopState, Stage, no_run};
use crate::run::work::batch::{cleanup, report};
use crate::run::work::merge::candidate_worktree;
use crate::schedule::{ItemState, ending};

/// Closes the run for a script.
pub(super) fn asked(state: &mut LoopState, answer: Answer<Closed>, out: &mut Reaction) {
    match std::mem::replace(&mut state.stage, Stage::Idle) {
        Stage::Open(run) => {
            let exit_code = exit_code(state.signal, &run) as u8;
            let end = CloseEnd::Script(answer);
            begin(state, Closing { run: *run, exit_code, step: CloseStep::Background, end }, out);
        }
        other => {
            state.stage = other;
            out.reply(answer, Err(no_run()));
        }
    }
}

/// Begins to close a run.
pub(super) fn begin(state: &mut LoopState, closing: Closing, out: &mut Reaction) {
    let is_waiting = closing.run.background > 0 && !state.is_stopping();
    state.stage = Stage::Closing(Box::new(closing));
    if !is_waiting {
        clean_up(state, out);
    }
}

/// Counts the tasks that only the end of the run waits for.
pub(super) fn background_done(state: &mut LoopState, out: &mut Reaction) {
    match &mut state.stage {
        Stage::Open(run) => run.background = run.background.saturating_sub(1),
        Stage::Closing(closing) => {
            closing.run.background = closing.run.background.saturating_sub(1);
            if closing.run.background == 0 && closing.step == CloseStep::Background {
                clean_up(state, out);
            }
        }
        Stage::Idle | Stage::Opening(_) | Stage::Closed(_) => {}
    }
}

/// Has git cleaned up. A run that is being stopped leaves that to the next start, as a killed one does.
fn clean_up(state: &mut LoopState, out: &mut Reaction) {
    let (settings, is_stopping) = (state.settings.clone(), state.is_stopping());
    let Stage::Closing(closing) = &mut state.stage else { return };
    closing.step = CloseStep::CleanUp;
    let run = &closing.run;
    match run.integration.clone() {
        Some(integration) => {
            let merges = !run.options.no_merge;
            let is_whole = matches!(closing.end, CloseEnd::Script(_)) && !is_stopping;
            out.start(Task::CleanUp(Box::new(cleanup::CleanUpOrder {
                candidate: candidate_worktree::place(&settings, &integration.branch),
                remove_worktrees: is_whole && merges && !run.options.keep_worktrees,
                land: is_whole && merges && run.options.land && run.is_complete(),
                leases: run.live.iter().filter_map(|live| live.lease.clone()).collect(),
                integration,
            })));
        }
        None => report(state, out),
    }
}

/// Tells what cleaning up came to, and how the run ended.
pub(super) fn cleaned_up(state: &mut LoopState, notes: Vec<EventKind>, out: &mut Reaction) {
    match &state.stage {
        Stage::Closing(closing) if closing.step == CloseStep::CleanUp => {}
        // The program was stopped meanwhile and did not wait for it.
        Stage::Closing(_) | Stage::Idle | Stage::Opening(_) | Stage::Open(_) | Stage::Closed(_) => return,
    }
    for note in notes {
        out.tell(note);
    }
    report(state, out);
}

/// Goes on without what git was still doing.
pub(super) fn abandon(state: &mut LoopState, out: &mut Reaction) {
    let signal = state.signal;
    let Stage::Closing(closing) = &mut state.stage else { return };
    if closing.step == CloseStep::Report {
        return;
    }
    if let Some(code) = signal.map(of_signal) {
        closing.exit_code = code as u8;
    }
    report(state, out);
}

fn report(state: &mut LoopState, out: &mut Reaction) {
    let settings = state.settings.clone();
    let Stage::Closing(closing) = &mut state.stage else { return };
    closing.step = CloseStep::Report;
    let run = &mut closing.run;
    let totals = totals(run);
    let unfinished = totals.iter().any(|(status, count)| *status != ItemStatus::Completed && *count > 0);
    let resume = unfinished.then(|| run.options.resume.clone().unwrap_or_else(|| settings.resume_command()));
    let next = next_steps(run, &totals);
    out.tell(EventKind::Step { step: RunStep::Report });
    out.tell(EventKind::RunFinished { totals, exit_code: closing.exit_code, resume, next });
    let (batch, mark, lock) = (run.options.batch, run.mark.take(), run.lock.take());
    out.start(Task::Report(Box::new(report::ReportOrder { settings, batch, mark, lock })));
}

/// Everything is on the disk: the script, or the program, comes to its end.
pub(super) fn reported(state: &mut LoopState, trouble: Option<String>, out: &mut Reaction) {
    state.trouble = state.trouble.take().or(trouble);
    let Stage::Closing(closing) = std::mem::replace(&mut state.stage, Stage::Idle) else { return };
    let Closing { run, exit_code, end, .. } = *closing;
    match end {
        CloseEnd::Script(answer) => {
            let items = (0..run.graph.items.len()).map(|item| closed_item(&run, item)).collect();
            out.reply(answer, Ok(Closed { exit_code, totals: totals(&run), items }));
        }
        CloseEnd::Program(end) => out.effects.push(Effect::End(end)),
    }
    state.stage = Stage::Closed(Box::new(run));
}

fn closed_item(run: &OpenRun, item: usize) -> ClosedItem {
    let live = run.live.get(item);
    let end = ending(run.machine.state(item), live.and_then(|live| live.outcome.as_ref()));
    let duration = live.map_or(0.0, |live| live.busy);
    ClosedItem { id: run.id(item), status: end.status, reason: end.reason, value: end.value, duration }
}

/// Returns the totals of the states that the items are in.
fn totals(run: &OpenRun) -> BTreeMap<ItemStatus, u32> {
    let mut totals = BTreeMap::new();
    for state in run.machine.states() {
        *totals.entry(ending(state, None).status).or_insert(0) += 1;
    }
    totals
}

/// Returns the exit code that says how a run ended.
fn exit_code(signal: Option<Signal>, run: &OpenRun) -> ExitCode {
    match signal {
        Some(signal) => of_signal(signal),
        None if run.is_complete() => ExitCode::Done,
        None if run.over_budget => ExitCode::Budget,
        None if run.rate_limits.is_any_limited() => ExitCode::Quota,
        None => ExitCode::Unfinished,
    }
}

/// Returns the exit code of a program that a signal ended.
pub(super) fn of_signal(signal: Signal) -> ExitCode {
    match signal {
        Signal::Interrupt => ExitCode::Interrupted,
        Signal::Terminate | Signal::HangUp => ExitCode::Terminated,
    }
}

/// Says what a person would do next, as exact commands.
fn next_steps(run: &OpenRun, totals: &BTreeMap<ItemStatus, u32>) -> Vec<String> {
    let is_complete = totals.keys().all(|status| *status == ItemStatus::Completed);
    let own = if is_complete { run.options.next.clone() } else { Vec::new() };
    let Some(integration) = &run.integration else { return own };
    let mut next = Vec::new();
    for (item, state) in run.machine.states().enumerate() {
        if matches!(state, ItemState::Conflict { .. }) {
            next.push(format!("batchprp resolve {}", run.id(item)));
        }
    }
    for (item, state) in run.machine.states().enumerate() {
        if matches!(state, ItemState::NeedsApproval { .. }) {
            next.push(format!("batchprp approve {}", run.id(item)));
        }
    }
    if totals.get(&ItemStatus::Completed).is_some_and(|count| *count > 0) {
        next.push(format!("git log --first-parent {}", integration.branch));
    }
    if let (Some(batch), true, false) = (run.options.batch, is_complete, run.options.no_merge) {
        if !run.options.land {
            next.push(format!("git merge --ff-only {}", integration.branch));
        }
        next.push(format!("batchprp context-update --batch {batch}"));
    }
    next.extend(own);
    next
}

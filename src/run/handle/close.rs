//! Closing a run: what runs beside it ends, git is cleaned up; and when the script has said its last word about it, the
//! last event is told and metrics are written. So exit code, event, metrics and summary are one value.

use super::last_word::{self, totals};
use super::open;
use crate::bridge::{Answer, Closed, ClosedItem};
use crate::error::ExitCode;
use crate::event::EventKind;
use crate::event::kind::RunStep;
use crate::run::core::effect::{Effect, Reaction, Task};
use crate::run::core::message::Signal;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{CloseEnd, CloseStep, Closing, LoopState, Settled, Stage, no_run};
use crate::run::work::batch::cleanup;
use crate::run::work::merge::candidate_worktree;
use crate::schedule::ending;

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
        Stage::Idle | Stage::Opening(_) | Stage::Settled(_) | Stage::Closed(_) => {}
    }
}

/// Has git cleaned up. A run that is being stopped leaves that to the next start, as a killed one does.
fn clean_up(state: &mut LoopState, out: &mut Reaction) {
    let (settings, is_stopping, id) = (state.settings.clone(), state.is_stopping(), state.run.clone());
    let Stage::Closing(closing) = &mut state.stage else { return };
    closing.step = CloseStep::CleanUp;
    let run = &closing.run;
    match run.integration.clone() {
        Some(integration) => {
            let merges = !run.options.no_merge;
            let is_whole = matches!(closing.end, CloseEnd::Script(_)) && !is_stopping;
            out.start(Task::CleanUp(Box::new(cleanup::CleanUpOrder {
                candidate: run.lock.is_some().then(|| candidate_worktree::place(&settings, &integration.branch)),
                remove_worktrees: is_whole && merges && !run.options.keep_worktrees,
                leases: run.live.iter().filter_map(|live| live.lease.clone()).collect(),
                hub: run.options.executor.as_ref().map(|executor| (executor.hub.clone(), id)),
                integration,
            })));
        }
        None => settle(state, out),
    }
}

/// Tells what cleaning up came to.
pub(super) fn cleaned_up(state: &mut LoopState, notes: Vec<EventKind>, out: &mut Reaction) {
    match &state.stage {
        Stage::Closing(closing) if closing.step == CloseStep::CleanUp => {}
        // The program was stopped meanwhile and did not wait for it.
        Stage::Closing(_) | Stage::Idle | Stage::Opening(_) | Stage::Open(_) | Stage::Settled(_) | Stage::Closed(_) => {
            return;
        }
    }
    for note in notes {
        out.tell(note);
    }
    settle(state, out);
}

/// Lets the script know how the run ended; where it has ended itself, that is the last word.
fn settle(state: &mut LoopState, out: &mut Reaction) {
    let Stage::Closing(closing) = std::mem::replace(&mut state.stage, Stage::Idle) else { return };
    let Closing { run, exit_code, end, .. } = *closing;
    out.tell(EventKind::Step { step: RunStep::Report });
    match end {
        CloseEnd::Script(answer) => {
            out.reply(answer, Ok(closed(&run, exit_code)));
            if state.first_bad == 0 {
                state.first_bad = exit_code;
            }
            state.stage = Stage::Settled(Box::new(Settled { run, exit_code }));
        }
        end @ (CloseEnd::Next(..) | CloseEnd::Program(_)) => {
            last_word::close(state, Closing { run, exit_code, step: CloseStep::Report, end }, out);
        }
    }
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
    last_word::tell(state, out);
}

/// Everything is on the disk: the script goes on, or the program comes to its end.
pub(super) fn reported(state: &mut LoopState, trouble: Option<String>, out: &mut Reaction) {
    state.trouble = state.trouble.take().or(trouble);
    let Stage::Closing(closing) = std::mem::replace(&mut state.stage, Stage::Idle) else { return };
    let Closing { run, exit_code, end, .. } = *closing;
    let how = closed(&run, exit_code);
    state.stage = Stage::Closed(Box::new(run));
    match end {
        CloseEnd::Script(answer) => out.reply(answer, Ok(how)),
        CloseEnd::Next(order, answer) => open::start(state, *order, answer, out),
        CloseEnd::Program(end) => out.effects.push(Effect::End(end)),
    }
}

fn closed(run: &OpenRun, exit_code: u8) -> Closed {
    let items = (0..run.graph.items.len()).map(|item| closed_item(run, item)).collect();
    Closed { exit_code, totals: totals(run), items }
}

fn closed_item(run: &OpenRun, item: usize) -> ClosedItem {
    let live = run.live.get(item);
    let end = ending(run.machine.state(item), live.and_then(|live| live.outcome.as_ref()));
    let duration = live.map_or(0.0, |live| live.busy);
    ClosedItem { id: run.id(item), status: end.status, reason: end.reason, value: end.value, duration }
}

/// Returns the exit code that says how a run ended.
fn exit_code(signal: Option<Signal>, run: &OpenRun) -> ExitCode {
    match signal {
        Some(signal) => of_signal(signal),
        None if run.is_complete() => ExitCode::Done,
        None if run.is_signed_out() => ExitCode::AgentMissing,
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

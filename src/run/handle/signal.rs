//! The word to stop, and what does not follow it in time.

use std::time::Duration;

use super::{close, machine, script_end};
use crate::bridge::Failure;
use crate::event::EventKind;
use crate::host::stop::StopLevel;
use crate::model::duration::show;
use crate::run::core::effect::{Effect, Reaction};
use crate::run::core::message::Signal;
use crate::run::core::moment::Moment;
use crate::run::core::state::{LoopState, Stage};
use crate::schedule::Input;

/// What git is doing gets so long to end by itself. It is finished or undone by the next start otherwise.
const GRACE: Duration = Duration::from_millis(250);
/// After that it is looked again what is left, as often as anything is.
const AGAIN: Duration = Duration::from_millis(100);
/// A script that asks nothing for so many looks computes in a function of ours, where it cannot be interrupted.
const SILENT: u32 = 3;

/// Stops everything in order at the first signal, at once at the second.
pub(super) fn signalled(state: &mut LoopState, signal: Signal, now: Moment, out: &mut Reaction) {
    if state.signal.is_some() {
        out.effects.push(Effect::Stop(StopLevel::Now));
        return;
    }
    state.signal = Some(signal);
    let grace = state.settings.timers.grace;
    if state.open().is_ok_and(|run| !run.live.is_empty()) {
        let text =
            format!("stopping: what is at work has {} to end; asked again, it ends at once", show(grace.as_secs_f64()));
        out.tell(EventKind::note(None, text));
    }
    out.effects.push(Effect::Stop(StopLevel::Graceful));
    out.effects.push(Effect::Grace(GRACE));
    machine::step(state, Input::Cancel, now, out);
}

/// Leaves what is still under way in git to itself. Agents and programs of the user have a grace period of their own.
pub(super) fn grace_over(state: &mut LoopState, is_waited_for: bool, out: &mut Reaction) {
    state.pending.refuse();
    // The script may still be on its way to its next question, and setting up a worktree takes its time to stop.
    out.effects.push(Effect::Grace(AGAIN));
    match &mut state.stage {
        Stage::Opening(_) => {
            if let Stage::Opening(answer) = std::mem::replace(&mut state.stage, Stage::Idle) {
                out.reply(answer, Err(Failure::Cancelled));
            }
        }
        Stage::Open(run) => {
            if let Some(answer) = run.waiting.take() {
                out.reply(answer, Err(Failure::Cancelled));
            }
        }
        Stage::Closing(_) => close::abandon(state, out),
        Stage::Idle | Stage::Settled(_) | Stage::Closed(_) => {}
    }
    state.silent = if is_waited_for { 0 } else { state.silent + 1 };
    if state.silent == SILENT {
        script_end::script_ended(state, Err(Failure::Cancelled), out);
    }
}

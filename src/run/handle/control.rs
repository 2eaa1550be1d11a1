//! What a script says about the run as a whole: it wants an item, hands one in, begins a phase, pauses.

use super::machine;
use crate::bridge::{Answer, BeginPhase, NextItem, Origin};
use crate::event::EventKind;
use crate::model::outcome::Outcome;
use crate::run::core::effect::Reaction;
use crate::run::core::moment::Moment;
use crate::run::core::state::LoopState;
use crate::schedule::Input;

/// Waits for the next item.
pub(super) fn next(state: &mut LoopState, answer: Answer<Option<NextItem>>, now: Moment, out: &mut Reaction) {
    match state.open() {
        Err(failure) => out.reply(answer, Err(failure)),
        Ok(run) => {
            if let Some(before) = run.waiting.replace(answer) {
                out.reply(before, Err(crate::run::core::state::misuse("two threads wait for items")));
            }
            machine::step(state, Input::Poll, now, out);
        }
    }
}

/// Takes what a recipe came to.
pub(super) fn finish(
    state: &mut LoopState,
    origin: &Origin,
    outcome: Outcome,
    answer: Answer<()>,
    now: Moment,
    out: &mut Reaction,
) {
    let (item, attempt) = match state.located(origin) {
        Ok(found) => found,
        Err(failure) => return out.reply(answer, Err(failure)),
    };
    if let Some(live) = state.open().ok().and_then(|run| run.live.get_mut(item)) {
        live.slot = None;
        let started = live.attempt_started.take();
        live.busy += started.map_or(0.0, |start| now.instant.duration_since(start).as_secs_f64());
        live.outcome = Some(outcome.clone());
    }
    let input = Input::Finished { item, attempt: attempt.number, outcome, now: now.epoch as f64 };
    machine::step(state, input, now, out);
    out.reply(answer, Ok(()));
}

/// Lets running items finish and starts no others.
pub(super) fn pause(
    state: &mut LoopState,
    origin: &Origin,
    reason: String,
    answer: Answer<()>,
    now: Moment,
    out: &mut Reaction,
) {
    if let Err(failure) = state.open() {
        return out.reply(answer, Err(failure));
    }
    let item = origin.as_ref().map(|attempt| attempt.item.clone());
    out.tell(EventKind::Paused { item, reason });
    machine::step(state, Input::Stop, now, out);
    out.reply(answer, Ok(()));
}

/// The item begins a phase.
pub(super) fn begin_phase(
    state: &mut LoopState,
    origin: &Origin,
    phase: BeginPhase,
    answer: Answer<()>,
    now: Moment,
    out: &mut Reaction,
) {
    match state.located(origin) {
        Err(failure) => out.reply(answer, Err(failure)),
        Ok((item, attempt)) => {
            let BeginPhase { ordinal, title, of } = phase;
            out.tell(EventKind::PhaseStarted { item: attempt.item, phase: ordinal, title, of });
            machine::step(state, Input::Phase { item, phase: ordinal }, now, out);
            out.reply(answer, Ok(()));
        }
    }
}

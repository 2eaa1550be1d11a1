//! Items that are carried out elsewhere.

use super::{budget, machine};
use crate::bridge::{Answer, Attempt, Failure, FollowPlaced, Followed, Origin, Place, Placing};
use crate::event::EventKind;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::moment::Moment;
use crate::run::core::state::{LoopState, misuse};
use crate::run::work::placed::follow::FollowOrder;
use crate::run::work::placed::order::PlaceOrder;
use crate::run::work::placed::place::PlaceReady;
use crate::schedule::Input;

/// Has it found out where an item is carried out.
pub(super) fn asked(state: &mut LoopState, origin: &Origin, place: Place, answer: Answer<Placing>, out: &mut Reaction) {
    match order(state, origin, place) {
        Ok(Some(order)) => {
            state.pend(&answer);
            out.start(Task::Place(Box::new(order), answer));
        }
        Ok(None) => out.reply(answer, Ok(Placing::Here)),
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// Makes the order; `None` where the item is carried out here.
fn order(state: &mut LoopState, origin: &Origin, place: Place) -> Result<Option<PlaceOrder>, Failure> {
    let (item, attempt) = state.located(origin)?;
    let (settings, run_id) = (state.settings.clone(), state.run.clone());
    let run = state.open()?;
    let (Some(executor), Some(integration)) = (run.options.executor.clone(), run.integration.clone()) else {
        return Ok(None);
    };
    let Some(live) = run.live.get_mut(item) else { return Ok(None) };
    // A merge is mended where it is tried out, and the lists of other tools get their ids only here.
    let is_bound = live.conflict || live.refused.is_some() || run.graph.write_back.contains_key(&attempt.item);
    if is_bound || run.options.by_hand {
        return Ok(None);
    }
    live.placed += 1;
    let options = &run.options;
    Ok(Some(PlaceOrder {
        number: live.placed,
        is_fresh: options.restart || options.redo.contains(&attempt.item),
        agent: run.graph.agents.get(&attempt.item).or(options.agent.as_ref()).cloned(),
        batch: options.batch,
        directory: run.directory.clone(),
        view: run.hub_view.clone(),
        run: run_id,
        script: place.script,
        args: place.args,
        given_up: place.given_up,
        settings,
        integration,
        executor,
        attempt,
    }))
}

/// Keeps that the item is ours, and lets the recipe know where it is carried out.
pub(super) fn ready(
    state: &mut LoopState,
    attempt: &Attempt,
    result: Result<Box<PlaceReady>, Failure>,
    answer: Answer<Placing>,
    out: &mut Reaction,
) {
    let result = result.map(|ready| {
        let PlaceReady { placing, lease } = *ready;
        if let Some(live) = state.open().ok().and_then(|run| run.live_mut(attempt)) {
            live.lease = lease;
            if matches!(placing, Placing::Later) {
                live.placed -= 1;
            }
        }
        placing
    });
    out.reply(answer, result);
}

/// Has an attempt looked at.
pub(super) fn follow(
    state: &mut LoopState,
    origin: &Origin,
    order: FollowPlaced,
    answer: Answer<Followed>,
    out: &mut Reaction,
) {
    let made = (|| {
        let (_, attempt) = state.located(origin)?;
        let settings = state.settings.clone();
        let integration = state.integration()?;
        let run = state.open()?;
        let executor = run.options.executor.clone().ok_or_else(|| misuse("this run has no executor"))?;
        let (view, directory) = (run.hub_view.clone(), run.directory.clone());
        let shown = directory.strip_prefix(&settings.root).unwrap_or(&directory).to_owned();
        let FollowPlaced { placed, engine, place } = order;
        Ok(FollowOrder { integration, executor, attempt, placed: *placed, engine, place, view, directory, shown })
    })();
    match made {
        Ok(order) => {
            state.pend(&answer);
            out.start(Task::Follow(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// Tells what happened elsewhere, and lets the run know of it.
pub(super) fn facts(state: &mut LoopState, attempt: &Attempt, events: Vec<EventKind>, now: Moment, out: &mut Reaction) {
    for event in events {
        let follows = followed_by(state, attempt, &event);
        let usage = if let EventKind::AttemptFinished { usage, .. } = &event { Some(*usage) } else { None };
        if is_told(&event) {
            out.tell(event);
        }
        if let Some(input) = follows {
            machine::step(state, input, now, out);
        }
        if let Some(usage) = usage {
            budget::spend(state, usage, now, out);
        }
    }
}

/// Returns what an event elsewhere means here.
fn followed_by(state: &mut LoopState, attempt: &Attempt, event: &EventKind) -> Option<Input> {
    let item = state.open().ok()?.item(&attempt.item)?;
    match event {
        EventKind::PhaseStarted { phase, .. } => Some(Input::Phase { item, phase: *phase }),
        EventKind::Paused { .. } => Some(Input::Stop),
        _ => None,
    }
}

/// Tells whether an event is about the work itself: start, merge and end of an item are ours to tell.
fn is_told(event: &EventKind) -> bool {
    !matches!(
        event,
        EventKind::ItemStarted { .. }
            | EventKind::ItemFinished { .. }
            | EventKind::MergeAwaited { .. }
            | EventKind::Merge { .. }
            | EventKind::Retry { .. }
    )
}

//! Which subject a message belongs to.

use super::{agent, close, control, item, machine, merge, open, placed, script_end, signal, task};
use crate::bridge::{EffectRequest, Failure, Origin, QueryRequest, Request, RunRequest};
use crate::run::core::effect::{Effect, Reaction, Task, Told};
use crate::run::core::message::Message;
use crate::run::core::moment::Moment;
use crate::run::core::state::{LoopState, Stage};
use crate::run::shared::busy::Busy;
use crate::run::work::world::surroundings::Surroundings;

/// Handles one message: changes the state and returns what follows, what is to be told before what is to be done.
pub(crate) fn handle(state: &mut LoopState, message: Message, now: Moment) -> Reaction {
    let mut reaction = Reaction::default();
    let out = &mut reaction;
    match message {
        Message::Asked { origin, request } => asked(state, &origin, request, now, out),
        Message::Opened(result) => open::opened(state, result, now, out),
        Message::WorktreeReady { attempt, result, answer } => {
            item::worktree_ready(state, &attempt, result, answer, out);
        }
        Message::AgentFact { attempt, phase, agent, model, fact } => {
            agent::fact(state, agent::CallSource { attempt, phase, agent, model }, fact, now, out);
        }
        Message::AgentEnded { attempt, phase, agent, result, answer } => {
            let source = agent::CallSource { attempt, phase, agent, model: None };
            agent::ended(state, source, result, answer, now, out);
        }
        Message::Told { events, reply } => {
            out.told.extend(events.into_iter().map(Told::Event));
            out.effects.extend(reply.map(Effect::Reply));
        }
        Message::PlaceReady { attempt, result, answer } => placed::ready(state, &attempt, result, answer, out),
        Message::PlacedFacts { attempt, events } => placed::facts(state, &attempt, events, now, out),
        Message::MergeEnded { item, result } => merge::ended(state, item, result, now, out),
        Message::BackgroundDone => close::background_done(state, out),
        Message::CleanedUp { notes } => close::cleaned_up(state, notes, out),
        Message::Reported { trouble } => close::reported(state, trouble, out),
        Message::QuotaOver { agent } => machine::quota_over(state, agent, now, out),
        Message::Signal(signal) => signal::signalled(state, signal, now, out),
        Message::GraceOver { is_waited_for } => signal::grace_over(state, is_waited_for, out),
        Message::ScriptEnded(result) => script_end::script_ended(state, result, out),
    }
    reaction
}

fn asked(state: &mut LoopState, origin: &Origin, request: Request, now: Moment, out: &mut Reaction) {
    match request {
        Request::Run(request) => run(state, origin, request, now, out),
        other if state.is_stopping() => out.refuse(other, Failure::Cancelled),
        Request::Item(request) => item::asked(state, origin, request, now, out),
        Request::Effect(effect) => {
            // Programs are stopped and waited for.
            let runs = matches!(
                effect,
                EffectRequest::RunProgram(..)
                    | EffectRequest::TryBaseline(..)
                    | EffectRequest::UpdateBase(..)
                    | EffectRequest::Land(..)
                    | EffectRequest::UndoLanding(..)
            );
            if !runs {
                state.pending.add(effect.refusal(), Busy::default());
            }
            let around = Surroundings { has_lock: has_lock(state, &effect), ..surroundings(state, origin) };
            out.start(Task::Effect(effect, Box::new(around)));
        }
        Request::Query(query) => {
            state.pending.add(query.refusal(), Busy::default());
            match query {
                QueryRequest::ItemDiff(order, answer) => task::diff(state, order, answer, out),
                query => out.start(Task::Query(query, Box::new(surroundings(state, origin)))),
            }
        }
    }
}

fn run(state: &mut LoopState, origin: &Origin, request: RunRequest, now: Moment, out: &mut Reaction) {
    match request {
        RunRequest::StartRun(order, answer) => open::start(state, order, answer, out),
        RunRequest::Next(_, answer) => control::next(state, answer, now, out),
        RunRequest::Finish(finish, answer) => control::finish(state, origin, finish.0, answer, now, out),
        RunRequest::Close(_, answer) => close::asked(state, answer, out),
        RunRequest::Pause(pause, answer) => control::pause(state, origin, pause.reason, answer, now, out),
        RunRequest::TakeMerged(_, answer) => {
            let merged = state.open().map(|run| std::mem::take(&mut run.merged));
            out.reply(answer, merged);
        }
        RunRequest::EmitEvent(event, answer) => {
            out.tell(event.0);
            out.reply(answer, Ok(()));
        }
        RunRequest::BeginPhase(phase, answer) => control::begin_phase(state, origin, phase, answer, now, out),
    }
}

/// Tells whether an effect is about the batch of the run that the script has just closed, whose lock we still have.
fn has_lock(state: &LoopState, effect: &EffectRequest) -> bool {
    let Stage::Settled(settled) = &state.stage else { return false };
    let batch = match effect {
        EffectRequest::Land(order, _) => order.batch,
        EffectRequest::UndoLanding(order, _) => order.batch,
        _ => return false,
    };
    settled.run.lock.is_some() && settled.run.options.batch == batch
}

fn surroundings(state: &LoopState, origin: &Origin) -> Surroundings {
    Surroundings {
        settings: state.settings.clone(),
        marker: state.marker(origin),
        env: state.env.clone(),
        stop: state.stop.clone(),
        secrets: state.secrets.clone(),
        has_lock: false,
    }
}

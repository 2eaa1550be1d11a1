//! An item that is carried out elsewhere: submitted, followed, and taken up again where its worker is lost.

use rhai::Dynamic;

use crate::bridge::{
    EmitEvent, EngineState, ExecutorOptions, FollowPlaced, Followed, GivenUp, Place, PlacedAttempt, Placing,
};
use crate::error::ExitCode;
use crate::event::kind::EventKind;
use crate::model::outcome::{FailureKind, Outcome};

use super::executor::Executor;
use super::job::{self, JobOrder};
use crate::script::api::native::{Call, Fault};
use crate::script::api::run::current;

/// How often one item may lose its worker in one run.
const LOSSES: usize = 3;

/// How the following of one attempt ended.
enum End {
    Outcome(Outcome),
    Lost { reason: String, given_up: Vec<GivenUp> },
}

/// Carries an item out elsewhere; `None` where it is to be carried out by this process.
pub(crate) fn carry_out(call: &Call, executor: &Executor, options: &ExecutorOptions) -> Result<Option<Outcome>, Fault> {
    let run = call.state.run();
    let mut given_up: Vec<GivenUp> = Vec::new();
    loop {
        let place = Place { script: run.command.clone(), args: (*run.args).clone(), given_up: given_up.clone() };
        let placed = match call.ask(place)? {
            Placing::Here => return Ok(None),
            Placing::There(placed) => placed,
            // The hub does not answer just now.
            Placing::Later => {
                call.state.sleep(options.poll)?;
                continue;
            }
        };
        match follow(call, executor, options, placed)? {
            End::Outcome(outcome) => return Ok(Some(outcome)),
            End::Lost { reason, given_up: all } if all.len() > LOSSES => {
                let text = format!("{} workers were lost, the last one so: {reason}", all.len());
                return Ok(Some(Outcome::failed(FailureKind::System, text)));
            }
            End::Lost { given_up: all, .. } => given_up = all,
        }
    }
}

/// Follows one attempt to its end.
fn follow(
    call: &Call,
    executor: &Executor,
    options: &ExecutorOptions,
    mut placed: Box<PlacedAttempt>,
) -> Result<End, Fault> {
    let mut complained = false;
    loop {
        let (run, name) = (placed.run.clone(), placed.name.clone());
        let (engine, place) = executor.state_of(&run, &name, options.poll)?;
        match call.ask(FollowPlaced { placed, engine: engine.clone(), place })? {
            Followed::Ended(outcome) => return Ok(End::Outcome(outcome)),
            Followed::Lost { reason, given_up } => {
                // Whatever is left of it has lost its lease; an engine that cannot be reached is in nobody's way.
                if !matches!(engine, EngineState::Exited { .. } | EngineState::Absent) {
                    drop(executor.call("cancel", (name,)));
                }
                executor.forget();
                return Ok(End::Lost { reason, given_up });
            }
            Followed::Submit(again) => {
                match executor.submit(described(call, &again)) {
                    Ok(()) => {}
                    Err(error) if error.code == ExitCode::Remote => {
                        if !std::mem::replace(&mut complained, true) {
                            let text = format!("not submitted yet: {}", error.message);
                            let item = call.origin.as_ref().map(|attempt| attempt.item.clone());
                            call.ask(EmitEvent(EventKind::warning(item, text)))?;
                        }
                    }
                    Err(error) => return Err(error.into()),
                }
                placed = again;
            }
            Followed::Waits(again) => placed = again,
        }
        call.state.sleep(options.poll)?;
    }
}

/// Describes the job of an attempt.
fn described(call: &Call, placed: &PlacedAttempt) -> Dynamic {
    let item = call.origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default();
    let resources = job::resources(&call.state, current::item().as_ref());
    let (name, run, spec) = (placed.name.as_str(), placed.run.as_str(), placed.spec.as_str());
    let order = JobOrder { name, run, item: &item, attempt: placed.attempt, spec, more: &[], resources };
    job::describe(&call.state, order)
}

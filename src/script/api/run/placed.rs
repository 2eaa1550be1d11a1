//! An item that is carried out elsewhere: submitted, followed, and taken up again where its worker is lost.

use std::time::{Duration, Instant};

use rhai::{Dynamic, Map};

use crate::bridge::{
    EmitEvent, EngineState, ExecutorOptions, FollowPlaced, Followed, GivenUp, Place, PlacedAttempt, Placing,
};
use crate::error::ExitCode;
use crate::event::kind::EventKind;
use crate::model::outcome::{FailureKind, Outcome};

use super::executor::Executor;
use crate::script::api::native::{Call, Fault};

/// How often one item may lose its worker in one run.
const LOSSES: usize = 3;
/// How often a sleep looks whether the run is being stopped.
const NAP: Duration = Duration::from_millis(50);

/// How the following of one attempt ended.
enum End {
    Outcome(Outcome),
    Lost { reason: String, given_up: Vec<GivenUp> },
}

/// Carries an item out elsewhere; `None` where it is to be carried out by this process.
pub(super) fn carry_out(call: &Call, executor: &Executor, options: &ExecutorOptions) -> Result<Option<Outcome>, Fault> {
    let run = call.state.run();
    let mut given_up = Vec::new();
    loop {
        let place = Place { script: run.command.clone(), args: (*run.args).clone(), given_up };
        let Placing::There(placed) = call.ask(place)? else { return Ok(None) };
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
        let engine = executor.state_of(&run, &name, options.poll / 2)?;
        match call.ask(FollowPlaced { placed, engine: engine.clone() })? {
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
                match executor.submit(job(call, &again)) {
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
        sleep(call, options.poll)?;
    }
}

/// Describes the job of an attempt.
fn job(call: &Call, placed: &PlacedAttempt) -> Dynamic {
    let mut job = Map::new();
    let item = call.origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default();
    let config = &call.state.config;
    let number = |key: &str| config.get(key).and_then(|value| value.as_i64()).map_or(Dynamic::UNIT, Dynamic::from);
    let minutes = config.seconds("executor.time").map_or(Dynamic::UNIT, |seconds| {
        // Seconds of a configuration are far below the limit.
        #[expect(clippy::cast_possible_truncation, reason = "a number of minutes")]
        Dynamic::from((seconds / 60.0).ceil().max(1.0) as i64)
    });
    let mut argv = worker(call);
    argv.extend(["--spec".to_owned(), "-".to_owned()]);
    job.insert("name".into(), placed.name.clone().into());
    job.insert("run".into(), placed.run.clone().into());
    job.insert("item".into(), item.into());
    job.insert("attempt".into(), i64::from(placed.attempt).into());
    job.insert("argv".into(), argv.into_iter().map(Dynamic::from).collect::<rhai::Array>().into());
    job.insert("env".into(), Map::new().into());
    job.insert("stdin".into(), placed.spec.clone().into());
    job.insert("cpus".into(), number("executor.cpus"));
    job.insert("memory_mb".into(), number("executor.memory_mb"));
    job.insert("minutes".into(), minutes);
    job.insert("extra".into(), Map::new().into());
    job.into()
}

/// Returns the beginning of the command line of a worker.
pub(crate) fn worker(call: &Call) -> Vec<String> {
    let own = || std::env::current_exe().map_or_else(|_| "batchprp".to_owned(), |path| path.display().to_string());
    let mut argv = vec![call.state.setting_text("executor.program").unwrap_or_else(own), "worker".to_owned()];
    if let Some(home) = call.state.setting_text("executor.dir") {
        argv.extend(["--home".to_owned(), home]);
    }
    argv
}

/// Waits, unless the run is being stopped.
fn sleep(call: &Call, time: Duration) -> Result<(), Fault> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if call.state.cancelled() {
            return Err(crate::bridge::Failure::Cancelled.into());
        }
        std::thread::sleep(NAP.min(end.saturating_duration_since(Instant::now())));
    }
    Ok(())
}

//! A question outside of a recipe: a run with one item, so that limits, journal, budget and Ctrl-C hold for it too.

use std::sync::{Mutex, PoisonError};

use rhai::{Dynamic, Map};

use super::super::{current, items, only_item, options, recipe};
use crate::bridge::{self, Attempt, Close, Failure, Finish, Next, StartRun};
use crate::error::{Error, ExitCode};
use crate::graph::Graph;
use crate::model::outcome::Outcome;
use crate::script::api::native::{Call, Fault, invalid};
use crate::script::limits::STACK;
use crate::script::value::dag::Dag;

/// The item of such a run.
const ITEM: &str = "ask";

/// Asks in a run of its own. The machine decides about further attempts as it does for every item.
pub(super) fn ask(
    call: &Call,
    role: &str,
    put: &(dyn Fn(&Call) -> Result<Dynamic, Fault> + Sync),
) -> Result<Dynamic, Fault> {
    if only_item::of(&call.state).is_some() {
        // Each machine would get an answer of its own, and another one.
        let error = invalid("`agent::ask` in `main` does not go together with an executor");
        return Err(error.help("ask within the closure of `dag.run`, or say `--executor none`").into());
    }
    let mut item = Map::new();
    item.insert("id".into(), ITEM.into());
    item.insert("title".into(), format!("Ask the {role}").into());
    let item = Dynamic::from_map(item);
    let (node, read) = items::read(&item)?;
    let graph = Graph::analyze(vec![node]).map_err(|_| Fault::Bug("one item depends on itself".to_owned()))?;
    let dag = Dag::new(graph, vec![read]);
    let mut options = options::read(&call.state, Map::new())?;
    (options.batch, options.merge, options.executor, options.by_hand) = (None, false, None, false);
    call.ask(StartRun { options: Box::new(options), graph: Box::new(recipe::graph(&dag)) })?;
    let answered = Mutex::new(Err(Fault::Bridge(Failure::Cancelled)));
    // As for every item a thread works while this one waits for what comes next.
    std::thread::scope(|scope| -> Result<(), Fault> {
        loop {
            let next = match call.ask(Next) {
                Ok(Some(next)) => next,
                Ok(None) | Err(Fault::Bridge(Failure::Cancelled)) => return Ok(()),
                Err(fault) => return Err(fault),
            };
            let attempt = Attempt { item: ITEM.to_owned(), number: next.attempt };
            let (item, answered) = (item.clone(), &answered);
            let thread = std::thread::Builder::new().name(ITEM.to_owned()).stack_size(STACK);
            let work = move || {
                let own = Call { state: call.state.clone(), origin: Some(attempt.clone()) };
                let _current = current::enter(attempt.clone(), item);
                let said = put(&own);
                let outcome = outcome(&said);
                *answered.lock().unwrap_or_else(PoisonError::into_inner) = said;
                // What cannot be handed in any more is told by the end of the run.
                drop(bridge::ask(&*call.state.bridge, Some(attempt), Finish(outcome)));
            };
            if let Err(error) = thread.spawn_scoped(scope, work) {
                return Err(Error::new(ExitCode::Internal, format!("cannot start a thread: {error}")).into());
            }
        }
    })?;
    let answered = answered.into_inner().unwrap_or_else(PoisonError::into_inner);
    let closed = call.ask(Close)?;
    if matches!(answered, Err(Fault::Bridge(Failure::Cancelled))) {
        call.state.close(closed);
    }
    answered
}

/// Says how the item ends.
fn outcome(answered: &Result<Dynamic, Fault>) -> Outcome {
    match answered {
        Ok(_) => Outcome::completed(),
        Err(Fault::Judged(_, outcome)) => (**outcome).clone(),
        Err(Fault::Bridge(Failure::Cancelled)) => Outcome::Cancelled,
        Err(Fault::Bridge(Failure::Error(error))) => recipe::failed(Some(error.code), error.message.clone()),
        Err(Fault::Bug(text)) => recipe::failed(Some(ExitCode::Internal), Error::new(ExitCode::Internal, text).message),
    }
}

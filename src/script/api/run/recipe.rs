//! The parallel primitive: one named thread per running item, each running the recipe in the caller's context.
//!
//! The machine behind the bridge decides what `Next` answers and when; here is only the opening of threads. A scoped
//! thread borrows the call context, so that imports and constants of the script work in the recipe. Whatever a recipe
//! does - return, throw, panic - becomes the outcome of its own item.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use crate::bridge::{
    self, Attempt, Close, Closed, EmitEvent, ExecutorOptions, Failure, Finish, Next, RunGraph, StartRun,
};
use crate::error::{Error, ExitCode};
use crate::event::kind::{EdgeInfo, EdgeReason, EventKind, ItemInfo, RunStep};
use crate::graph::Reason;
use crate::model::gate::Gate;
use crate::model::outcome::{FailureKind, Outcome};

use super::elsewhere::executor::Executor;
use super::elsewhere::placed;
use super::only_item::{self, OnlyItem};
use super::{current, options};
use crate::script::api::native::{Call, Fault, panic_text};
use crate::script::diagnostic;
use crate::script::hook;
use crate::script::limits::STACK;
use crate::script::reference::ApiReference;
use crate::script::value::answer::AnswerValue;
use crate::script::value::dag::{Dag, DagItem};
use crate::script::value::outcome::OutcomeValue;
use crate::script::value::prp::PrpValue;

/// Runs all items of a graph and closes the run.
pub(crate) fn run(
    context: &NativeCallContext,
    call: &Call,
    dag: &Dag,
    options: Map,
    recipe: &FnPtr,
) -> Result<Closed, Fault> {
    if let Some(attempt) = &call.origin {
        let text = format!("`dag.run` was called within the run of `{}`", attempt.item);
        return Err(Error::new(ExitCode::InvalidInput, text).help("a run cannot open another one").into());
    }
    let mut options = options::read(&call.state, options)?;
    let only = only_item::of(&call.state);
    let alone = only.as_ref().map(|only| only.subset(dag)).transpose()?;
    let dag = alone.as_ref().unwrap_or(dag);
    if only.is_some() {
        only_item::restrict(&mut options);
    }
    let executor = options.executor.as_ref().map(|wanted| Executor::load(&call.state, &wanted.name)).transpose()?;
    let elsewhere = executor.as_ref().zip(options.executor.clone());
    if elsewhere.is_some()
        && let Some(slots) = call.state.config.get("executor.slots").and_then(|slots| slots.as_u64())
    {
        options.jobs = u32::try_from(slots).unwrap_or(u32::MAX);
    }
    let told = options.clone();
    if only.is_none() {
        hook::before_run(call, &options, dag)?;
    }
    call.ask(StartRun { options: Box::new(options), graph: Box::new(graph(dag)) })?;
    step(call, RunStep::Spawn)?;
    let trouble = Mutex::new(None);
    let served = std::thread::scope(|scope| -> Result<(), Fault> {
        step(call, RunStep::Monitor)?;
        loop {
            let next = call.ask(Next)?;
            hook::after_merges(call)?;
            let Some(next) = next else { return Ok(()) };
            let node = dag.graph.order.get(next.index).copied();
            let node = node.ok_or_else(|| Fault::Bug(format!("there is no item {}", next.index)))?;
            let attempt = Attempt { item: dag.graph.nodes[node].id.clone(), number: next.attempt };
            let item = &dag.items[node].value;
            let (elsewhere, only) = (elsewhere.as_ref(), only.as_ref());
            let title = &dag.graph.nodes[node].title;
            let worker = Worker { context, call, recipe, attempt, title, item, elsewhere, only, trouble: &trouble };
            let name = worker.attempt.item.to_lowercase();
            let thread = std::thread::Builder::new().name(name).stack_size(STACK);
            if let Err(error) = thread.spawn_scoped(scope, move || worker.work()) {
                return Err(Error::new(ExitCode::Internal, format!("cannot start a thread: {error}")).into());
            }
        }
    });
    let cancelled = match served {
        Ok(()) => false,
        // A stopped run is closed like any other: its summary says how to go on.
        Err(Fault::Bridge(Failure::Cancelled)) => true,
        Err(fault) => return Err(fault),
    };
    if let Some(fault) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    if !cancelled {
        step(call, RunStep::Aggregate)?;
    }
    let closed = call.ask(Close)?;
    call.state.close(closed.clone());
    if only.is_none() && !cancelled {
        hook::after_run(call, &told, &closed)?;
    }
    // What a script does after its run is for whoever started all of it.
    if only.is_some() { Err(Failure::Cancelled.into()) } else { Ok(closed) }
}

fn step(call: &Call, step: RunStep) -> Result<(), Fault> {
    call.ask(EmitEvent(EventKind::Step { step }))
}

/// What the thread of one item needs.
struct Worker<'a, 'c> {
    context: &'a NativeCallContext<'c>,
    call: &'a Call,
    recipe: &'a FnPtr,
    attempt: Attempt,
    title: &'a str,
    item: &'a Dynamic,
    elsewhere: Option<&'a (&'a Executor, ExecutorOptions)>,
    only: Option<&'a OnlyItem>,
    trouble: &'a Mutex<Option<Fault>>,
}

impl Worker<'_, '_> {
    /// Runs the recipe and hands in what came of it.
    fn work(self) {
        let _current = current::enter(self.attempt.clone(), self.item.clone());
        let run = || self.recipe.call_within_context::<Dynamic>(self.context, (self.item.clone(),));
        let call = Call { state: self.call.state.clone(), origin: Some(self.attempt.clone()) };
        let here = || {
            if let Err(fault) = hook::before_item(&call, self.title) {
                return hook::refused(fault);
            }
            let outcome = match run() {
                Ok(value) => returned(&value, self.context.engine()),
                Err(error) => self.thrown(&error),
            };
            hook::after_item(&call, self.title, outcome)
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| self.placed().unwrap_or_else(here)));
        let outcome = outcome.unwrap_or_else(|panic| {
            let text = format!("a native function panicked: {}", panic_text(&*panic));
            Outcome::failed(FailureKind::Script, text)
        });
        if let Some(only) = self.only
            && let Err(error) = only.keep(&outcome)
        {
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.into());
        }
        let origin = Some(self.attempt.clone());
        let handed_in = bridge::ask(&*self.call.state.bridge, origin, Finish(outcome));
        if let Err(failure @ Failure::Error(_)) = handed_in {
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.into());
        }
    }

    /// Has the item carried out elsewhere; `None` where it is to be carried out by this process.
    fn placed(&self) -> Option<Outcome> {
        let (executor, options) = self.elsewhere?;
        let call = Call { state: self.call.state.clone(), origin: Some(self.attempt.clone()) };
        match placed::carry_out(&call, executor, options) {
            Ok(outcome) => outcome,
            Err(Fault::Bridge(Failure::Cancelled)) => Some(Outcome::Cancelled),
            Err(Fault::Bridge(Failure::Error(error))) if error.code == ExitCode::Remote => {
                Some(Outcome::failed(FailureKind::System, error.message))
            }
            Err(Fault::Bridge(Failure::Error(error))) => Some(failed(Some(error.code), error.message)),
            Err(Fault::Judged(_, outcome)) => Some(*outcome),
            Err(Fault::Bug(text)) => Some(Outcome::failed(FailureKind::Script, text)),
        }
    }

    fn thrown(&self, error: &EvalAltResult) -> Outcome {
        if let Some(outcome) = diagnostic::verdict(error) {
            return outcome;
        }
        let reason = reason(self.context, self.call, error);
        failed(diagnostic::cause(error).map(|error| error.code), reason)
    }
}

/// Says how an item ends whose recipe did not come to its end.
pub(super) fn failed(code: Option<ExitCode>, reason: String) -> Outcome {
    match code {
        Some(ExitCode::Interrupted | ExitCode::Terminated) => Outcome::Cancelled,
        Some(ExitCode::Budget) => Outcome::OverBudget { reason },
        Some(ExitCode::Quota) => Outcome::RateLimited { adapter: String::new(), until: None },
        Some(ExitCode::AgentMissing) => Outcome::failed(FailureKind::Auth, reason),
        Some(ExitCode::GitRefuses) => Outcome::failed(FailureKind::System, reason),
        _ => Outcome::failed(FailureKind::Script, reason),
    }
}

/// Returns why a recipe ended, on one line.
pub(super) fn reason(context: &NativeCallContext, call: &Call, error: &EvalAltResult) -> String {
    let source = context.call_source().unwrap_or_default();
    diagnostic::one_line(error, &call.state.library, source, || ApiReference::of(context.engine()).names())
}

/// Reads what a recipe returned.
pub(super) fn returned(value: &Dynamic, engine: &Engine) -> Outcome {
    if let Some(outcome) = value.read_lock::<OutcomeValue>() {
        return outcome.0.clone();
    }
    if let Some(answer) = value.read_lock::<AnswerValue>() {
        return answer.verdict.clone();
    }
    if value.is_unit() {
        return Outcome::completed();
    }
    let name = engine.map_type_name(value.type_name());
    let text = format!("the recipe returned `{name}` instead of an outcome, an answer or `()`");
    Outcome::failed(FailureKind::Script, text)
}

/// Returns the graph as the machine wants it: in topological order.
pub(super) fn graph(dag: &Dag) -> RunGraph {
    let graph = &dag.graph;
    let id = |node: usize| graph.nodes[node].id.clone();
    let item = |&node: &usize| ItemInfo {
        id: id(node),
        title: graph.nodes[node].title.clone(),
        name: graph.nodes[node].name.clone(),
        stage: graph.stage[node],
        phases: graph.nodes[node].phases,
        hours: graph.nodes[node].hours,
        complexity: graph.nodes[node].complexity,
    };
    let edge = |edge: &crate::graph::Edge| EdgeInfo {
        from: id(edge.from),
        to: id(edge.to),
        reason: match edge.reason {
            Reason::Explicit => EdgeReason::Explicit,
            Reason::File(_) => EdgeReason::File,
            Reason::Conflict => EdgeReason::Conflict,
        },
        file: edge.reason.file().map(str::to_owned),
    };
    let ids = |nodes: Vec<usize>| nodes.into_iter().map(id).collect();
    let documents = dag.items.iter().enumerate().filter_map(|(node, item)| Some((id(node), item.document.clone()?)));
    let written = dag.items.iter().enumerate().filter_map(|(node, item)| Some((id(node), item.write_back.clone()?)));
    let gates = |item: &DagItem| {
        let prp = item.value.read_lock::<PrpValue>()?;
        Some(prp.0.gates.iter().filter_map(Gate::line).collect())
    };
    let gates = dag.items.iter().enumerate().filter_map(|(node, item)| Some((id(node), gates(item)?)));
    let agents = dag.items.iter().enumerate().filter_map(|(node, item)| Some((id(node), item.agent.clone()?)));
    RunGraph {
        items: graph.order.iter().map(item).collect(),
        edges: graph.edges.iter().map(edge).collect(),
        stages: graph.stages().into_iter().map(|(stage, nodes)| (stage, ids(nodes))).collect(),
        critical_path: graph.critical_path.iter().map(|&node| id(node)).collect(),
        bound_hours: graph.bound_hours_path,
        dependencies: graph.nodes.iter().map(|node| (node.id.clone(), node.dependencies.clone())).collect(),
        files: dag.declared(),
        documents: documents.collect(),
        write_back: written.collect(),
        gates: gates.collect(),
        agents: agents.collect(),
    }
}

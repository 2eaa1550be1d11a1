//! The parallel primitive: one named thread per running item, each running the recipe in the caller's context.
//!
//! The machine behind the bridge decides what `Next` answers and when; here is only the opening of threads. A scoped
//! thread borrows the call context, so that imports and constants of the script work in the recipe. Whatever a recipe
//! does - return, throw, panic - becomes the outcome of its own item.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use crate::bridge::{self, Attempt, Close, Closed, EmitEvent, Failure, Finish, Next, RunGraph, StartRun};
use crate::error::{Error, ExitCode};
use crate::event::kind::{EdgeInfo, EdgeReason, EventKind, ItemInfo, RunStep};
use crate::graph::Reason;
use crate::model::gate::Gate;
use crate::model::outcome::{FailureKind, Outcome};

use super::{current, options};
use crate::script::api::native::{Call, Fault, panic_text};
use crate::script::diagnostic;
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
    let options = options::read(&call.state, options)?;
    call.ask(StartRun { options: Box::new(options), graph: Box::new(graph(dag)) })?;
    step(call, RunStep::Spawn)?;
    let trouble = Mutex::new(None);
    let served = std::thread::scope(|scope| -> Result<(), Fault> {
        step(call, RunStep::Monitor)?;
        loop {
            let Some(next) = call.ask(Next)? else { return Ok(()) };
            let node = dag.graph.order.get(next.index).copied();
            let node = node.ok_or_else(|| Fault::Bug(format!("there is no item {}", next.index)))?;
            let attempt = Attempt { item: dag.graph.nodes[node].id.clone(), number: next.attempt };
            let item = &dag.items[node].value;
            let worker = Worker { context, call, recipe, attempt, item, trouble: &trouble };
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
    Ok(closed)
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
    item: &'a Dynamic,
    trouble: &'a Mutex<Option<Fault>>,
}

impl Worker<'_, '_> {
    /// Runs the recipe and hands in what came of it.
    fn work(self) {
        let _current = current::enter(self.attempt.clone(), self.item.clone());
        let run = || self.recipe.call_within_context::<Dynamic>(self.context, (self.item.clone(),));
        let outcome = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(value)) => returned(&value, self.context.engine()),
            Ok(Err(error)) => self.thrown(&error),
            Err(panic) => {
                let text = format!("a native function panicked: {}", panic_text(&*panic));
                Outcome::failed(FailureKind::Script, text)
            }
        };
        let origin = Some(self.attempt.clone());
        let handed_in = bridge::ask(&*self.call.state.bridge, origin, Finish(outcome));
        if let Err(failure @ Failure::Error(_)) = handed_in {
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.into());
        }
    }

    fn thrown(&self, error: &EvalAltResult) -> Outcome {
        let reason = reason(self.context, self.call, error);
        match diagnostic::cause(error).map(|error| error.code) {
            Some(ExitCode::Interrupted | ExitCode::Terminated) => Outcome::Cancelled,
            Some(ExitCode::Budget) => Outcome::OverBudget { reason },
            Some(ExitCode::Quota) => Outcome::RateLimited { adapter: String::new(), until: None },
            Some(ExitCode::AgentMissing) => Outcome::failed(FailureKind::Auth, reason),
            Some(ExitCode::GitRefuses) => Outcome::failed(FailureKind::System, reason),
            _ => Outcome::failed(FailureKind::Script, reason),
        }
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

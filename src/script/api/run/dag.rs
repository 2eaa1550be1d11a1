//! `dag::analyze`: order, stages, conflicts, cycles.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Map};

use crate::error::Error;
use crate::graph::{Cycle, Graph, Node};
use crate::model::problem::Problem;

use super::{item_id, items};
use crate::script::api::fields::Fields;
use crate::script::api::native::{Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key};
use crate::script::value::dag::{Dag, DagItem, DagValue};
use crate::script::value::plan_phase::PlanPhaseValue;
use crate::script::value::prp::PrpValue;

/// Options of `dag::analyze`.
pub(crate) const ANALYZE: Shape = Shape::closed("dag::analyze", 1, &[key("done", Kind::Texts)]);

fn analyze_items(given: &Array, options: Map) -> Result<DagValue, Error> {
    let fields = Fields::new(&ANALYZE, options)?;
    let done: BTreeSet<String> = fields.texts("done")?.unwrap_or_default().into_iter().collect();
    let read = given.iter().map(items::read).collect::<Result<Vec<_>, _>>()?;
    let (mut nodes, items): (Vec<Node>, Vec<DagItem>) = read.into_iter().unzip();
    let ids: BTreeSet<String> = nodes.iter().map(|node| node.id.clone()).collect();
    item_id::require_unique(nodes.iter().map(|node| node.id.as_str()))?;
    for node in &mut nodes {
        node.dependencies.retain(|id| !done.contains(id) || ids.contains(id));
    }
    let shown = nodes.clone();
    let graph = Graph::analyze(nodes).map_err(|cycle| circle(&cycle, &shown, &items))?;
    match graph.unknown.is_empty() {
        true => Ok(DagValue(Arc::new(Dag::new(graph, items)))),
        false => Err(unknown(&graph, &items)),
    }
}

fn unknown(graph: &Graph, items: &[DagItem]) -> Error {
    let lines = graph.unknown.iter().map(|(node, id)| format!("`{}` depends on `{id}`", graph.nodes[*node].id));
    let message = format!("unknown dependencies: {}", lines.collect::<Vec<_>>().join(", "));
    let mut error = invalid(message).help("correct the ids, or choose the missing items as well");
    for (node, id) in &graph.unknown {
        error = with_edge(error, &items[*node], id, "graph::unknown", "there is no such item");
    }
    error
}

/// Names the circle, each place where it is written down, and what to take out.
fn circle(cycle: &Cycle, nodes: &[Node], items: &[DagItem]) -> Error {
    let id = |node: usize| nodes[node].id.as_str();
    let path = |path: &Vec<usize>| path.iter().map(|&node| id(node)).collect::<Vec<_>>().join(" → ");
    let paths = cycle.paths.iter().map(path).collect::<Vec<_>>().join("; ");
    let hints = cycle.break_hint.iter().map(|&(from, to)| format!("`{}` out of `{}`", id(from), id(to)));
    let hints = hints.collect::<Vec<_>>().join(" and ");
    let mut error = invalid(format!("items depend on each other in a circle: {paths}"))
        .help(format!("take the dependency on {hints}"));
    for edge in &cycle.edges {
        error = with_edge(error, &items[edge.to], id(edge.from), "graph::cycle", "this edge is part of the circle");
    }
    error
}

/// Adds the place where an item names a dependency.
fn with_edge(error: Error, item: &DagItem, dependency: &str, code: &'static str, text: &str) -> Error {
    let message = format!("{text}: `{dependency}`");
    if let Some(prp) = item.value.read_lock::<PrpValue>() {
        let spans = prp.0.dependencies.iter().filter(|entry| entry.id.as_str() == dependency).map(|entry| &entry.span);
        let problem = spans.take(1).fold(Problem::error(code, message), |problem, span| problem.at(span.clone()));
        return error.findings(prp.0.path.display().to_string(), prp.0.text.clone(), vec![problem]);
    }
    if let Some(phase) = item.value.read_lock::<PlanPhaseValue>() {
        let spans =
            phase.phase().dependencies.iter().filter(|entry| entry.label == dependency).map(|entry| &entry.span);
        let problem = spans.take(1).fold(Problem::error(code, message), |problem, span| problem.at(span.clone()));
        return error.findings(phase.plan.path.display().to_string(), phase.plan.text.clone(), vec![problem]);
    }
    error
}

#[export_module]
pub(crate) mod module {
    /// Analyses items: PRPs, phases of a plan, or maps with `id` and optionally `title`, `dependencies`, `files`,
    /// `hours`, `phases`, `conflicts_with`, `agent` (the adapter that the item calls, if not that of the run: while its
    /// usage limit lasts the item does not start). A cycle or an unknown dependency is thrown with all its places.
    ///
    /// ```rhai
    /// let dag = dag::analyze(prp::select(#{ batch: 47 }));
    /// print(dag.order);
    /// ```
    #[rhai_fn(name = "analyze", return_raw)]
    pub fn analyze(context: NativeCallContext, items: Array) -> Thrown<DagValue> {
        native(&context, |_| Ok(analyze_items(&items, Map::new())?))
    }

    /// Like `analyze`, with options: `done` are ids outside of the items whose work is done.
    ///
    /// ```rhai
    /// let dag = dag::analyze(prps, #{ done: ["PRP-46.1.1"] });
    /// ```
    #[rhai_fn(name = "analyze", return_raw)]
    pub fn analyze_with(context: NativeCallContext, items: Array, options: Map) -> Thrown<DagValue> {
        native(&context, |_| Ok(analyze_items(&items, options)?))
    }
}

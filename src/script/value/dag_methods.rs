//! What scripts can do with a `Dag`.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, FnPtr, Map};

use super::super::api::native::{Thrown, invalid, native};
use super::super::suggest;
use super::closed::ClosedValue;
use super::convert::{optional, texts};
use super::dag::DagValue;
use crate::bridge::PreviewBridge;
use crate::script::api::run::{preview, recipe};

#[export_module]
pub(crate) mod methods {
    /// Ids per stage: a map such as `#{ "1": ["PRP-47.1.1"] }`.
    #[rhai_fn(get = "stages", pure)]
    pub fn stages(dag: &mut DagValue) -> Map {
        let stage = |(stage, nodes): (u32, Vec<usize>)| (stage.to_string().into(), dag.0.ids(&nodes).into());
        dag.0.graph.stages().into_iter().map(stage).collect()
    }

    /// Ids in topological order.
    #[rhai_fn(get = "order", pure)]
    pub fn order(dag: &mut DagValue) -> Array {
        dag.0.ids(&dag.0.graph.order)
    }

    /// Edges as maps `#{ from, to, reason, file }`: `to` waits for `from`; `reason` is `explicit`, `file` or `conflict`.
    #[rhai_fn(get = "edges", pure)]
    pub fn edges(dag: &mut DagValue) -> Array {
        let graph = &dag.0.graph;
        let edge = |edge: &crate::graph::Edge| {
            let mut map = Map::new();
            map.insert("from".into(), graph.nodes[edge.from].id.clone().into());
            map.insert("to".into(), graph.nodes[edge.to].id.clone().into());
            map.insert("reason".into(), edge.reason.as_str().into());
            map.insert("file".into(), optional(edge.reason.file().map(str::to_owned)));
            Dynamic::from_map(map)
        };
        graph.edges.iter().map(edge).collect()
    }

    /// Ids along the longest path by estimated hours.
    #[rhai_fn(get = "critical_path", pure)]
    pub fn critical_path(dag: &mut DagValue) -> Array {
        dag.0.ids(&dag.0.graph.critical_path)
    }

    /// Hours along the critical path: no number of agents is faster.
    #[rhai_fn(get = "bound_hours", pure)]
    pub fn bound_hours(dag: &mut DagValue) -> f64 {
        dag.0.graph.bound_hours_path
    }

    /// Files that more than one item declares, with the ids of these items.
    #[rhai_fn(get = "file_conflicts", pure)]
    pub fn file_conflicts(dag: &mut DagValue) -> Map {
        let conflicts = dag.0.graph.file_conflicts.iter();
        conflicts.map(|(file, ids)| (file.into(), texts(ids.iter().cloned()).into())).collect()
    }

    /// The items as they were given, in topological order.
    #[rhai_fn(get = "items", pure)]
    pub fn items(dag: &mut DagValue) -> Array {
        dag.0.graph.order.iter().map(|&node| dag.0.items[node].value.clone()).collect()
    }

    /// Returns the graph of one stage alone.
    ///
    /// ```rhai
    /// let first = dag.only_stage(1);
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn only_stage(context: NativeCallContext, dag: &mut DagValue, stage: i64) -> Thrown<DagValue> {
        native(&context, |_| {
            let mut stages = dag.0.graph.stages();
            let nodes = u32::try_from(stage).ok().and_then(|stage| stages.remove(&stage));
            let nodes = nodes.ok_or_else(|| invalid(format!("there is no stage {stage}")))?;
            Ok(DagValue(Arc::new(dag.0.subset(nodes))))
        })
    }

    /// Returns the graph of some items alone. Stages keep their numbers, and who waited for a kept item through others
    /// still comes after it.
    ///
    /// ```rhai
    /// let some = dag.only(["PRP-47.1.1", "PRP-47.2.1"]);
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn only(context: NativeCallContext, dag: &mut DagValue, ids: Array) -> Thrown<DagValue> {
        native(&context, |_| {
            let known: Vec<&str> = dag.0.graph.nodes.iter().map(|node| node.id.as_str()).collect();
            let find = |id: &Dynamic| {
                let id = id.to_string();
                let node = known.iter().position(|known| *known == id);
                node.ok_or_else(|| invalid(format!("`{id}` is not in the graph")).help(suggest::help(&id, &known)))
            };
            let keep = ids.iter().map(find).collect::<Result<Vec<_>, _>>()?;
            Ok(DagValue(Arc::new(dag.0.subset(keep))))
        })
    }

    /// Runs the items: each in a thread of its own as soon as what it waits for is done, at most `jobs` at a time. The
    /// closure gets the item as it was given and returns its `Outcome`; what it throws fails that item only. Options are
    /// `command`, `batch`, `agent` (what items call where they name no other), `executor` (who carries items out that are
    /// merged, `none` for this process), `jobs`, `retries`, `fail_fast`, `max_fail`,
    /// `barrier`, `merge`, `no_merge`, `validate_merge`, `on_conflict`, `base`, `restart`, `whole` (the items are
    /// all of their batch: a restart begins on a new batch branch), `redo` (ids whose merges are taken out first),
    /// `reopen` (merged ids that are carried on), `stay_valid` (maps `#{ prp, needs }`: merged PRPs whose gates must still
    /// pass once the ids in `needs` are merged), `land`, `keep_worktrees`,
    /// `wait_for_quota`, `max_cost`, `max_tokens`, `level`, `resume` (the command line that goes on) and `next`
    /// (commands that come next when everything is done), `dry_run` and `preview` (a closure that tells for an item in
    /// lines what would be done, or returns `#{ lines, asks }` with the number of times that it would ask an agent); what is left out or `()` comes from flags and configuration. Returns `Closed`. In a dry run
    /// nothing is started: stages and edges are shown, and for each item what its closure would do.
    ///
    /// ```rhai
    /// dag.run(#{ jobs: 4, merge: true }, |prp| phases::execute(prp, args))
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn run(context: NativeCallContext, dag: &mut DagValue, options: Map, recipe: FnPtr) -> Thrown<ClosedValue> {
        // The copy keeps a shared variable free while the items run.
        let dag = dag.0.clone();
        native(&context, |call| {
            let is_dry = options.get("dry_run").is_some_and(|flag| flag.as_bool().unwrap_or_default());
            let shown = |bridge: &PreviewBridge| preview::run(&context, call, bridge, &dag, options.clone(), &recipe);
            let closed = match call.state.preview() {
                Some(bridge) => shown(&bridge),
                None if is_dry => call.state.previewed(shown),
                None => recipe::run(&context, call, &dag, options, &recipe),
            };
            Ok(ClosedValue(closed?))
        })
    }

    /// Returns the `Closed` of a dry run: nothing was started, and that is a success.
    ///
    /// ```rhai
    /// if args.dry_run { return dag.not_run(); }
    /// ```
    #[rhai_fn(pure)]
    pub fn not_run(dag: &mut DagValue) -> ClosedValue {
        ClosedValue(dag.0.not_run())
    }

    /// Returns the number of items and stages.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(dag: &mut DagValue) -> String {
        format!("{} items in {} stages", dag.0.items.len(), dag.0.graph.stages().len())
    }
}

//! `graph --json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Cycle, Graph, LeftOut, Node};

/// The whole document. Ids are PRP ids, or phase labels for a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GraphDocument {
    /// Always 1.
    pub schema_version: u32,
    pub sorted_order: Vec<String>,
    pub stages: BTreeMap<u32, Vec<String>>,
    pub edges: Vec<EdgeLine>,
    pub file_conflicts: BTreeMap<String, Vec<String>>,
    pub has_cycles: bool,
    /// A closed path: the first id is repeated at the end.
    pub cycle_path: Vec<String>,
    pub critical_path: Vec<String>,
    /// Hours that the given number of slots needs at least.
    pub bound_hours: f64,
    /// Items that are not carried out, with the reason: their documents say that they are off, or they build on such.
    #[serde(default)]
    pub left_out: BTreeMap<String, String>,
}

/// One edge: `to` waits for `from`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeLine {
    pub from: String,
    pub to: String,
    /// `explicit`, `file` or `conflict`.
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Returns one JSON object, indented, without a line end.
pub fn json(graph: &Graph, left_out: &LeftOut, slots: usize) -> String {
    let id = |item: &usize| graph.nodes[*item].id.clone();
    print(&GraphDocument {
        schema_version: 1,
        sorted_order: graph.order.iter().map(id).collect(),
        stages: graph.stages().iter().map(|(stage, items)| (*stage, items.iter().map(id).collect())).collect(),
        edges: graph
            .edges
            .iter()
            .map(|edge| EdgeLine {
                from: id(&edge.from),
                to: id(&edge.to),
                reason: edge.reason.as_str().to_owned(),
                file: edge.reason.file().map(str::to_owned),
            })
            .collect(),
        file_conflicts: graph.file_conflicts.clone(),
        has_cycles: false,
        cycle_path: Vec::new(),
        critical_path: graph.critical_path.iter().map(id).collect(),
        bound_hours: graph.bound_hours(slots),
        left_out: left_out.0.clone(),
    })
}

/// Returns the JSON object of items that wait for each other: there is no order, the path says why.
pub fn cycle_json(nodes: &[Node], cycle: &Cycle) -> String {
    let id = |item: &usize| nodes[*item].id.clone();
    let edge = |(from, to): (usize, usize)| EdgeLine {
        from: id(&from),
        to: id(&to),
        reason: "explicit".to_owned(),
        file: None,
    };
    print(&GraphDocument {
        schema_version: 1,
        edges: cycle.edges.iter().map(|found| edge((found.from, found.to))).collect(),
        has_cycles: true,
        cycle_path: cycle.paths.first().map(|path| path.iter().map(id).collect()).unwrap_or_default(),
        ..GraphDocument::default()
    })
}

fn print(document: &GraphDocument) -> String {
    serde_json::to_string_pretty(document).expect("invariant: texts, numbers and maps by number or text")
}

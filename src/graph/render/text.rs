//! The graph as plain text.

use super::super::{Cycle, Graph, LeftOut, Node, Reason};

/// Returns stages with what every item waits for, what is not carried out, shared files, critical path and bound; ends
/// with a line end.
pub fn text(graph: &Graph, left_out: &LeftOut, slots: usize) -> String {
    let id = |item: usize| graph.nodes[item].id.as_str();
    let mut waits: Vec<Vec<String>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        waits[edge.to].push(match &edge.reason {
            Reason::Explicit => id(edge.from).to_owned(),
            Reason::File(file) => format!("{} (shares {file})", id(edge.from)),
            Reason::Conflict => format!("{} (conflicts)", id(edge.from)),
        });
    }
    let stages = graph.stages();
    let head = [count(graph.nodes.len(), "item"), count(stages.len(), "stage"), edges(graph)].join(", ");
    let mut lines = vec![head];
    for (stage, items) in stages {
        lines.push(format!("\nStage {stage}"));
        for item in items {
            let node = &graph.nodes[item];
            let after =
                if waits[item].is_empty() { String::new() } else { format!(" after {}", waits[item].join(", ")) };
            lines.push(format!("  {}  {} ({} h){after}", node.id, one_line(&node.title), hours(node.hours)));
        }
    }
    if !left_out.0.is_empty() {
        lines.push("\nNot carried out".to_owned());
        lines.extend(left_out.0.iter().map(|(id, why)| format!("  {id}: {why}")));
    }
    if !graph.file_conflicts.is_empty() {
        lines.push("\nShared files".to_owned());
        lines.extend(graph.file_conflicts.iter().map(|(file, ids)| format!("  {file}: {}", ids.join(", "))));
    }
    let path: Vec<&str> = graph.critical_path.iter().map(|&item| id(item)).collect();
    lines.push(format!("\nCritical path: {} ({} h)", path.join(" → "), hours(graph.bound_hours_path)));
    lines.push(format!("At least {} h with {}\n", hours(graph.bound_hours(slots)), count(slots, "slot")));
    lines.join("\n")
}

/// Returns the paths of all cycles and the edges to take out; ends with a line end.
pub fn cycle_text(nodes: &[Node], cycle: &Cycle) -> String {
    let id = |item: &usize| nodes[*item].id.as_str();
    let mut lines: Vec<String> = Vec::new();
    for path in &cycle.paths {
        lines.push(format!("cycle: {}", path.iter().map(id).collect::<Vec<_>>().join(" → ")));
    }
    for (from, to) in &cycle.break_hint {
        lines.push(format!("to break it, remove `{}` from the dependencies of `{}`", id(from), id(to)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn edges(graph: &Graph) -> String {
    let explicit = graph.edges.iter().filter(|edge| edge.reason == Reason::Explicit).count();
    let serial = graph.edges.len() - explicit;
    format!("{}, {serial} to keep shared files apart", count(explicit, "dependency"))
}

fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Prints at most two decimals, and none that say nothing.
fn hours(hours: f64) -> String {
    let text = format!("{hours:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

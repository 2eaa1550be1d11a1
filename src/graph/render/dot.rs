//! The graph for Graphviz.

use super::super::{Graph, Reason};

/// Returns a digraph with one rank per stage; dashed edges keep shared files apart. Ends with a line end.
pub fn dot(graph: &Graph) -> String {
    let mut lines = vec!["digraph batch {".to_owned(), "  rankdir=LR;".to_owned(), "  node [shape=box];".to_owned()];
    let mut on_path = vec![false; graph.nodes.len()];
    for &item in &graph.critical_path {
        on_path[item] = true;
    }
    for (stage, items) in graph.stages() {
        lines.push(format!("  {{ rank=same; // stage {stage}"));
        for item in items {
            let node = &graph.nodes[item];
            let bold = if on_path[item] { ", style=bold" } else { "" };
            lines.push(format!(
                "    {} [label={}{bold}];",
                quote(&node.id),
                quote(&format!("{}\n{}", node.id, node.title))
            ));
        }
        lines.push("  }".to_owned());
    }
    for edge in &graph.edges {
        let (from, to) = (quote(&graph.nodes[edge.from].id), quote(&graph.nodes[edge.to].id));
        let style = match &edge.reason {
            Reason::Explicit => String::new(),
            Reason::File(file) => format!(" [style=dashed, label={}]", quote(file)),
            Reason::Conflict => " [style=dashed, label=\"conflicts\"]".to_owned(),
        };
        lines.push(format!("  {from} -> {to}{style};"));
    }
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// Makes a quoted string in which only the line end has a meaning.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            _ if letter.is_control() => out.push(' '),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

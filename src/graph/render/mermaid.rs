//! The graph as a Mermaid flow chart, which GitHub shows in markdown.

use super::super::{Graph, Reason};

/// Returns a flow chart with a subgraph per stage; dotted arrows keep shared files apart. Ends with a line end.
pub fn mermaid(graph: &Graph) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (stage, items) in graph.stages() {
        lines.push(format!("  subgraph stage{stage}[\"Stage {stage}\"]"));
        for item in items {
            let node = &graph.nodes[item];
            let label = escape(&format!("{}: {}", node.id, node.title));
            lines.push(format!("    n{item}[\"{label}\"]"));
        }
        lines.push("  end".to_owned());
    }
    for edge in &graph.edges {
        let arrow = match &edge.reason {
            Reason::Explicit => "-->".to_owned(),
            Reason::File(file) => format!("-.->|\"{}\"|", escape(file)),
            Reason::Conflict => "-.->|\"conflicts\"|".to_owned(),
        };
        lines.push(format!("  n{} {arrow} n{}", edge.from, edge.to));
    }
    for item in &graph.critical_path {
        lines.push(format!("  style n{item} stroke-width:3px"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Writes as entities what would end a label or be read as markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' | '|' | '\\' => out.extend(format!("#{};", u32::from(letter)).chars()),
            _ if letter.is_control() => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

//! The graph for people and for programs: text, Mermaid, Graphviz, JSON.

mod dot;
mod json;
mod mermaid;
mod text;

pub use dot::dot;
pub use json::{EdgeLine, GraphDocument, cycle_json, json};
pub use mermaid::mermaid;
pub use text::{cycle_text, text};

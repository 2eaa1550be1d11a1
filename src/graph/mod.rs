//! What waits for what: order, stages, file conflicts, cycles, critical path and lower bound.
//!
//! Explicit edges come from documents. Two items that share a file, or that name each other in `conflicts_with`, get a
//! serialising edge along the topological order, and only when no other path orders them. Nothing depends on hash
//! order or time, and nothing is recursive: a chain of any length is fine.

mod adjacency;
mod analysis;
mod cycle;
mod dag;
mod explicit;
mod files;
mod hash;
mod left_out;
mod node;
mod order;
mod path;
mod reduce;
pub mod render;
mod scc;
mod serial;
mod stages;

pub use analysis::Graph;
pub use cycle::Cycle;
pub use left_out::LeftOut;
pub use node::{Edge, Node, Reason};

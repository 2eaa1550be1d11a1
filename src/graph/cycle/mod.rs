//! Cycles: their full paths and the smallest set of edges that breaks them.

mod breaking;
mod found;
mod paths;

pub use found::Cycle;
pub(super) use found::find;

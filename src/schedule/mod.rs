//! When which item runs: a state machine without clock, thread or process.
//!
//! The dispatcher tells [`Machine::step`] what happened and performs the actions that come back. The same machine runs
//! under a simulated clock in [`simulate`].

mod ending;
mod input;
mod item_graph;
mod machine;
mod policy;
mod ready;
mod scheduled_item;
mod settle;
pub mod simulate;
mod state;
mod transition;

pub use ending::{Ending, ending};
pub use input::{Action, Input};
pub use item_graph::{ItemGraph, ItemNode, Wait};
pub use machine::{Machine, Paused};
pub use policy::RunPolicy;
pub use state::ItemState;

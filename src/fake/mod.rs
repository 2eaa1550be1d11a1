//! A world in memory: what scripts are tested against.
//!
//! Everything that decides is that of a run: the same handling of messages, the same machine, the same ends and exit
//! codes. Only what would touch the world is answered from what a test prescribes, on a clock that runs as fast as the
//! scripts do.

mod agenda;
mod behaviour;
mod bridge;
mod documents;
mod effects;
mod git;
mod items;
mod world;

pub(crate) use behaviour::{FakeAgentCall, FakeConflict, FakeDefect, FakeProgram, FakeServer};
pub use bridge::FakeBridge;
pub(crate) use documents::{document, path};

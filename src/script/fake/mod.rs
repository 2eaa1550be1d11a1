//! A bridge without git, agents or disk: what scripts are tested against.

mod behaviour;
mod bridge;
mod documents;
pub(super) mod module;
mod schedule;
mod world;

pub use bridge::FakeBridge;

//! The branch of one item and the place where it is worked on: a private repository each, made, mended, read, saved.

pub(crate) mod agent;
pub mod branch;
pub(crate) mod broken;
pub mod checkpoint;
pub mod deviation;
pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod leftovers;
pub(crate) mod linked;
pub(crate) mod make;
pub mod modules;
pub(crate) mod objects;
pub(crate) mod placement;
pub mod prepare;
pub(crate) mod record;
pub mod remove;
pub mod rescue;
pub mod resolve;
pub mod scratch;
pub(crate) mod settle;
pub mod setup;
pub(crate) mod space;
pub(crate) mod sparse;
pub(crate) mod stage;
pub(crate) mod takeover;
pub use prepare::{Prepare, Prepared, prepare};
pub use setup::{is_set_up, set_up};

//! batchprp runs batches of PRPs: short Rhai scripts say what one work item does, a Rust core decides when.
//!
//! `docs/architecture.md` is the map of the rooms.

pub mod agents;
pub mod bridge;
pub mod cli;
pub mod config;
pub mod error;
pub mod event;
pub mod evidence;
pub mod fake;
pub mod graph;
pub mod host;
pub mod model;
pub mod report;
pub mod review;
pub mod run;
pub mod schedule;
pub mod script;

//! What a person decides while a batch is under way: approve, resolve, look into a workspace, clean up.

pub mod approve;
pub mod clean;
mod editing;
mod intents;
mod item;
pub mod resolve;
pub mod shell;

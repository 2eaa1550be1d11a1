//! What every use of git rests on: running the program, references, notes, locks, messages, diffs.

pub(crate) mod began;
pub(crate) mod busy;
pub(crate) mod child;
pub(crate) mod configuration;
pub mod diff;
mod files;
pub(crate) mod history;
pub(crate) mod identity;
pub(crate) mod intent;
pub(crate) mod locks;
pub(crate) mod memory;
pub(crate) mod message;
pub mod notes;
pub(crate) mod refs;
pub mod repo;
mod revisions;
pub(crate) mod run;
pub mod seal;
pub(crate) mod store;
pub(crate) mod temporary;

//! What every use of git rests on: running the program, references, notes, locks, messages, diffs.

pub(crate) mod busy;
pub mod diff;
pub(crate) mod history;
pub(crate) mod intent;
pub(crate) mod locks;
pub(crate) mod message;
pub mod notes;
pub(crate) mod refs;
pub mod repo;
pub(crate) mod run;
pub(crate) mod temporary;

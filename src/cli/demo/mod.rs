//! `batchprp demo`: the main job on the embedded agent, in a repository of its own.

mod command;
mod play;

pub use command::{Args, run};

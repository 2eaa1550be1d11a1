//! Everything that touches the machine: processes, files, locks and git.

pub mod git;
pub mod lock;
pub mod owner;

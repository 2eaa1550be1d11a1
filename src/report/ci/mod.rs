//! What logs of CI services show beyond text: groups, annotations at a line of a file.

pub mod github;
mod groups;
mod place;

pub use groups::{CiLog, LogGroups};
pub use place::{Place, find};

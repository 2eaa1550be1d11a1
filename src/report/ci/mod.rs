//! What logs of CI services show beyond text: groups, annotations at a line of a file.

pub mod github;
mod groups;
mod place;
mod tame;

pub use groups::LogGroups;
pub use place::{Place, find};
pub use tame::{CiLog, tame, tame_json};

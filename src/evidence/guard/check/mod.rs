//! The rules about whose files, commits and settings a change touches, and about what is no text.

mod commit;
mod content;
mod gate;
mod indirect;
mod manifest;
mod ownership;
mod place;
mod tool;

pub(super) use commit::check as commits;
pub(super) use content::check as contents;
pub(super) use gate::check as gates;
pub use gate::scripts;
pub(super) use ownership::check as ownership;
pub(super) use place::check as places;

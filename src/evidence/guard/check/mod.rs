//! The rules about whose files, commits and settings a change touches, and about what is no text.

mod commit;
mod content;
mod gate;
mod indirect;
mod manifest;
mod own_document;
mod ownership;
mod place;
mod suppress;
mod tool;

pub(super) use commit::check as commits;
pub(super) use content::check as contents;
pub(super) use gate::check as gates;
pub use gate::scripts;
pub use indirect::reached;
pub(super) use own_document::check as own_document;
pub(super) use ownership::check as ownership;
pub(super) use place::check as places;
pub(super) use suppress::check as suppressions;

//! Git: the truth about what is done. The git program writes, libgit2 reads where speed matters.

pub mod hub;
pub mod merge;
pub mod plumbing;
pub mod upkeep;
pub mod workspace;

//! Bringing the work of an item onto the batch branch.

pub(crate) mod approve;
pub(crate) mod bisect;
pub(crate) mod candidate;
pub(crate) mod candidate_worktree;
pub(crate) mod end;
pub(crate) mod guard;
pub(crate) mod item;
pub(crate) mod status;
pub(crate) mod trial;

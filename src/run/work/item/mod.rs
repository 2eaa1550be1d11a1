//! Tasks of one item: its worktree, its agents, its checkpoints and their validation.

pub(crate) mod abandoned;
pub(crate) mod agent;
pub(crate) mod checkpoint;
pub(crate) mod diff;
pub(crate) mod facts;
pub(crate) mod follow;
mod found;
pub(crate) mod hand;
pub(crate) mod proof;
pub(crate) mod remove;
pub(crate) mod resolve;
pub(crate) mod setup;
mod tries;
pub(crate) mod validation;
pub(crate) mod worktree;

//! The repository of whoever works in a workspace: made, read without trusting it, told what became of the work.

pub(crate) mod config;
pub(crate) mod folder;
pub(crate) mod index;
pub(crate) mod lfs;
pub(crate) mod own;
pub(crate) mod refs;
pub(crate) mod seed;
pub(crate) mod view;
pub(crate) use view::{all, head, stashed};

//! New workspaces, and those that earlier versions made in another way.

pub(crate) mod build;
pub(crate) mod takeover;

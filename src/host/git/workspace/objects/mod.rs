//! Objects between a workspace and the project: looked at in quarantine, then kept for good.

pub(crate) mod alternates;
pub(crate) mod pen;
pub(crate) mod quarantine;
pub(crate) mod transfer;

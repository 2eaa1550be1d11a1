//! The reader of PRPs.

pub(crate) mod batch;
pub(crate) mod body_dependencies;
pub(crate) mod dependency;
pub(crate) mod fields;
pub(crate) mod phase;
pub(crate) mod reader;

//! The types that scripts see: each wraps data of the core and has getters, nothing else.
#![allow(clippy::needless_pass_by_value, reason = "the engine hands arguments over by value")]
#![allow(clippy::unwrap_used, clippy::wildcard_imports, unreachable_pub, reason = "the export macro writes such code")]

pub(crate) mod answer;
pub(crate) mod checks;
pub(crate) mod closed;
pub(crate) mod convert;
pub(crate) mod dag;
pub(crate) mod dag_methods;
pub(crate) mod document;
pub(crate) mod failure;
pub(crate) mod outcome;
pub(crate) mod phase;
pub(crate) mod plan;
pub(crate) mod plan_phase;
pub(crate) mod prp;
mod repairing;
pub(crate) mod worktree;

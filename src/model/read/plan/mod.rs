//! The reader of plans.

pub(crate) mod check;
pub(crate) mod cycle;
pub(crate) mod gaps;
pub(crate) mod missing;
pub(crate) mod phase;
pub(crate) mod phase_ref;
pub(crate) mod reader;
pub(crate) mod sub_plan;

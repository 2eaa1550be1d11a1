//! What a role works with: agent, model, tools, time and turns. One rule, for previews and calls alike.

mod rule;
mod size;
mod source;

pub use rule::{AdapterModels, Role, RoleSettings, Wish};
pub use size::{Size, Workload};
pub use source::Source;

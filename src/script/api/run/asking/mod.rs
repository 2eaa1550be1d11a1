//! Questions to agents: one call, and `agent::ask`, whose answer is data.

mod alone;
pub(crate) mod ask;
pub(crate) mod call;

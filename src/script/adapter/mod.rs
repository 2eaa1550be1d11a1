//! Agents: the adapter scripts, and what is known of those that speak a common protocol.

mod acp;
mod capability;
mod described;
mod description;
mod script;
mod stock;

pub use capability::{CAPABILITIES, Capability};
pub(crate) use described::described;
pub use description::{AgentDescription, SignIn, Signs, VersionFit};
pub use script::{AdapterScript, ScriptAdapter, Traits, built_in_agents};
pub(crate) use script::{Detected, agent_names};
pub use stock::{STOCK, StockAgent, stock};

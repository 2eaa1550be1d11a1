//! Agents: the adapter scripts, and what is known of those that speak a common protocol.

mod acp;
mod script;
mod stock;

pub(crate) use script::Detected;
pub use script::{AdapterScript, ScriptAdapter, Traits, built_in_agents};
pub use stock::{STOCK, StockAgent, stock};

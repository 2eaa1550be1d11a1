//! Agents as they are here: which there are, what each can, and whether one of them works.

pub mod command;
mod list;
mod scratch;
mod trial;

pub use list::AgentList;
pub use trial::AgentTrial;

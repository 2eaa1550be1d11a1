//! Agents that are part of this program. They run as child processes, in the way of every other agent.

mod acp;
mod entry;
mod fake;
mod fake_script;
mod journal;
mod ledger;
mod runbook;
mod speaker;
mod task;
mod template;

pub use entry::main;

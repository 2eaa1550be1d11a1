//! The client of the Agent Client Protocol: it speaks to an agent on one side, and prints our own events on the other.

mod conversation;
mod entry;
mod files;
mod narrator;
mod order;
mod permission;
mod place;
mod program;
mod rpc;
mod session;
mod terminal;
mod usage;
mod wire;

pub(crate) use entry::run;

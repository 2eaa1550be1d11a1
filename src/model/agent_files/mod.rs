//! The files through which an agent learns its task, says how far it is, and tells what it did.

pub mod heartbeat;
pub mod task;

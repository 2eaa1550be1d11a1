//! The worker: one attempt of one item, on whichever machine an engine gives it.
//!
//! Two processes carry it out. The inner one runs the same script as an orchestrator would, for this item alone. The
//! outer one holds the lease, tells the hub what happens, and ends everything when it cannot renew the lease.

pub mod attempt;
pub mod command;
pub mod job;
mod papers;
pub mod publisher;
pub mod supervise;
mod trial;

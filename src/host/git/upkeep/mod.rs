//! What git knows over many items and runs: scans, leases, clean-up, restarts, executed work.

pub mod adopted;
pub mod approval;
pub mod base;
pub mod checkout;
pub mod clean;
pub mod documents;
pub mod executed;
pub mod guard;
pub mod hand;
pub mod incoming;
pub mod lease;
pub(crate) mod log;
pub mod push;
pub(crate) mod relevant;
pub mod restart;
pub mod scan;

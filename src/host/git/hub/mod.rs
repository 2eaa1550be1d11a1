//! The hub: a repository through which the work of items travels between an orchestrator and its workers.
//!
//! The lease of an item is one reference that is moved by compare-and-swap only. Its commit has everything that it is
//! about as parents: what one side has pushed, the other side has whole, or not at all.

pub mod address;
pub mod adopt;
pub mod checkout;
pub mod documents;
pub mod events;
pub mod names;
pub mod talk;

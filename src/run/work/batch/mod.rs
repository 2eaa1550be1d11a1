//! Tasks of a whole run: opening it, cleaning up after it, reporting it.

pub(crate) mod checkout;
pub(crate) mod cleanup;
pub(crate) mod dead_runs;
pub(crate) mod forecast;
pub(crate) mod integration;
pub(crate) mod land;
pub(crate) mod open;
pub(crate) mod propose;
pub(crate) mod report;
pub(crate) mod restart;
mod stack;
pub(crate) mod trial;
pub(crate) mod update_base;

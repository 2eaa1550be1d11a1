//! The four commands, their standard library and the adapters, run on a bridge that has real files but neither git,
//! processes nor agents.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_collect,
    clippy::needless_pass_by_value,
    reason = "tests panic, and short calls read better"
)]

mod adapters;
mod capabilities;
mod context_update;
mod exe;
mod fake;
mod generate;
mod outcomes;
mod own_tests;
mod prompts;
mod review;

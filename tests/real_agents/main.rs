//! The real coding agents, driven headless against a model service of our own on the loopback interface.
//!
//! Nothing is installed here: agents that are not on the search path are skipped with a line that says so.
//! `cargo test -- --ignored real_agents` runs them; see `docs/agents.md`.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_push_string,
    reason = "tests panic and say what they skip, and short code reads better"
)]

mod cases;
#[path = "../support/model_server/mod.rs"]
mod model_server;
mod project;
mod real_agents;
mod record;
mod saving;
mod scrub;
mod server;
mod slash;

//! What people see of a run on a terminal, in a pipe and in a file.
#![allow(clippy::panic, reason = "tests panic")]

#[path = "../support/mod.rs"]
mod support;

mod notes;
mod readers;
mod terminal;

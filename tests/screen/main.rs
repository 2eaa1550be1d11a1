//! What people see of a run on a terminal, in a pipe and in a file.
#![allow(clippy::panic, reason = "tests panic")]

#[path = "../batch/project.rs"]
#[allow(dead_code, reason = "every test binary uses a part of it")]
mod project;
#[path = "../support/mod.rs"]
mod support;

mod board;
mod early;
mod failures;
mod job_control;
mod jobs;
mod notes;
mod picture;
mod readers;
mod terminal;

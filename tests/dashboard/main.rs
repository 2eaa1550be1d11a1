//! The dashboard and the HTML report, in a real browser.
#![allow(clippy::panic, reason = "tests panic")]

#[path = "../batch/project.rs"]
#[allow(dead_code, reason = "every test binary uses a part of it")]
mod project;

mod browser;
mod doors;
mod hostile;
mod keyboard;
mod large;
mod live;
mod report;
mod screens;
mod server;

//! The machine room: real processes, real files, real sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails the test")]

mod acp;
mod agent;
mod builtin;
mod files;
mod hostile;
mod http;
mod process;
mod support;
mod timers;
mod validate;

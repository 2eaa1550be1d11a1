//! Telling somebody who does not look at the run: what is told, once, by a process of its own.

pub mod command;
mod deliver;
mod message;
pub mod reporter;
mod told;

//! What follows from each kind of message, without git, files, processes, threads and clocks.

mod agents;
mod bench;
mod closing;
mod items;
mod merges;
mod opening;
mod questions;
mod signals;

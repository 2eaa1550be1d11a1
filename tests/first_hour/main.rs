//! The first hour: from an empty folder to a batch of one's own, with nothing but what the program says.

mod documents;
mod refusals;
#[path = "../support/mod.rs"]
mod support;
mod way;

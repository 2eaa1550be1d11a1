//! Whether the PRPs of a batch fit together: static rules, no model, no cost.

mod batch;
mod connection;
mod dependency;
mod effort;
mod file;
mod producers;
mod reference;
mod rules;
mod term;

pub use rules::{RULES, consistency};

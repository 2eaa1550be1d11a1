//! Tests of scripts, and which lines of scripts they reach.

pub mod coverage;
pub mod runner;

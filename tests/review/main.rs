//! Reviews by rule, seen from outside.

mod answer;
mod context;
mod drift;
mod executed;
mod report;

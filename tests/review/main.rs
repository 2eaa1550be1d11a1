//! Reviews by rule, seen from outside.

mod answer;
mod consistency;
mod context;
mod drift;
mod executed;
mod report;
mod rules;
mod script;
mod structural;

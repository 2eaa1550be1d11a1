//! The four commands, their standard library and the adapters, run on a bridge that has real files but neither git,
//! processes nor agents.

mod adapters;
mod context_update;
mod exe;
mod fake;
mod generate;
mod review;

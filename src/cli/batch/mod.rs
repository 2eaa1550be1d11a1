//! Commands that read and carry out batches, and what all of them need: project scripts, flags, the live terminal.

pub mod complete;
pub mod detach;
pub mod graph;
pub mod graph_items;
pub mod inspect;
pub mod job;
pub mod launch;
pub mod nested;
pub mod prices;
pub mod question;
pub mod repository;
pub mod run;
pub mod script_args;
pub mod script_command;
pub mod scripts;
pub mod trust;

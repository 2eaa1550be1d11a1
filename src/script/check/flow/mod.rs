//! What the values of a script are, as far as it can be told without running it: types flow through assignments, calls
//! and closures of one file. What cannot be told is any value, about which nothing is said.

mod arguments;
mod binding;
mod blocks;
mod calling;
mod chain;
mod expression;
mod join;
mod lints;
mod operators;
mod settled;
mod table;
mod types;
mod walk;

pub(crate) use table::Table;
pub(super) use walk::{File, inspect};

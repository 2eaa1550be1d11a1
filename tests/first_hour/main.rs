//! The first hour: from an empty folder to a batch of one's own, with nothing but what the program says.

mod documents;
mod machine;
mod question;
mod refusals;
#[path = "../support/mod.rs"]
mod support;
mod table;
#[path = "../screen/terminal.rs"]
#[allow(dead_code, reason = "questions need a part of it")]
mod terminal;
mod way;

//! Tests that are gone, skipped or emptied of what they assert.

mod assertion;
mod body;
mod compare;
mod dead;
mod deselect;
mod find;
mod head;
mod helper;
mod hidden;
mod language;
mod line;
mod read;
mod skip;
mod token;
mod vacuous;

pub(super) use find::{check, held_tests};
pub(super) use language::is_test_file;

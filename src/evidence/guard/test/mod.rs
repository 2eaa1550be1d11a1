//! Tests that are gone, skipped or emptied of what they assert.

mod assertion;
mod body;
mod compare;
mod find;
mod head;
mod helper;
mod language;
mod line;
mod read;
mod skip;

pub(super) use find::{check, held_tests};
pub(super) use language::is_test_file;

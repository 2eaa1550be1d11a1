//! What an editor wants to know of a script that is being written: all of it from the same tables as `check`.

mod complete;
mod source;
mod word;

pub use complete::{Suggestion, SuggestionKind};
pub use source::{Definition, EditedScript, described};

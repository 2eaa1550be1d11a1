//! `events.jsonl`: the journal of a run, one event a line, only ever appended to.

mod growing;
mod reading;
mod signs;
mod writing;

pub use growing::GrowingFile;
pub use reading::{JournalReader, ended_items, examine, first, fold, read};
pub use signs::{SIGNS, SignsFile, signs};
pub use writing::{FILE_NAME, Journal};

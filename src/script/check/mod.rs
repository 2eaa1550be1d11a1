//! `batchprp check`: finds in a script what the engine would only find when it runs.

mod calls;
mod captures;
mod effects;
mod file;
mod imports;
mod notes;
mod report;
mod shape;

pub use file::check;
pub use report::{CheckDocument, CheckReport};

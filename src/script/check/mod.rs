//! `batchprp check`: finds in a script what the engine would only find when it runs.

mod body;
mod callable;
mod calls;
mod captures;
mod effects;
mod file;
mod fix;
mod flow;
mod hiding;
mod imports;
mod level;
mod mixed;
mod notes;
mod report;
mod shape;
mod sites;
mod syntax;

pub(crate) use callable::Callable;
pub(crate) use file::check_text as check_source;
pub use file::{check, mend};
pub(crate) use flow::Table;
pub(crate) use imports::place as import_place;
pub use report::{CheckDocument, CheckReport};

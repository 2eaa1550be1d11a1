//! Names that items and batches have in git and on the disk.

use crate::error::{Error, ExitCode, Result};
use crate::host::git::upkeep::base::Base;
use crate::model::id::{BatchId, NotAnId, PrpId};
use crate::report::text::short_commit;

/// Reads the id of an item that has a branch.
pub(crate) fn parse(id: &str) -> Result<PrpId> {
    id.parse().map_err(|error: NotAnId| {
        Error::new(ExitCode::InvalidInput, error.to_string()).help("ids look like `PRP-47.2.1`")
    })
}

/// Returns the name of the branch on which a batch is integrated.
pub fn batch_branch(batch: Option<u32>) -> String {
    batch.map_or_else(|| "prp-adhoc".to_owned(), |batch| BatchId(batch).branch())
}

/// Returns the base of a batch as people know it.
pub(crate) fn base(base: &Base) -> String {
    match &base.name {
        Some(name) => format!("`{name}`"),
        None => short_commit(&base.commit).to_owned(),
    }
}

/// Makes a file name of an item id: ids of teams' own scripts may hold anything.
pub(crate) fn file_name(id: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name = id.chars().map(kept).take(80).collect::<String>();
    if name.trim_matches('.').is_empty() { format!("item{name}") } else { name }
}

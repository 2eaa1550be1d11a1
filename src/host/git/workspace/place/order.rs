//! What a workspace is made for.

use std::path::Path;
use std::time::Duration;

use crate::host::git::workspace::place::record::{self, Record};

/// How long git may be silent while it checks out, where nothing else is said.
pub(crate) const SILENCE: Duration = Duration::from_secs(300);

/// What a workspace is made for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order<'a> {
    /// Branch that is checked out; `None` where commits are only tried out.
    pub(crate) branch: Option<&'a str>,
    pub(crate) commit: &'a str,
    pub(crate) batch: Option<&'a str>,
    pub(crate) remotes: &'a [String],
    /// Files that must be there, also where the checkout is sparse.
    pub(crate) declared: &'a [String],
    /// Paths that never enter a commit.
    pub(crate) exclude: &'a [String],
    pub(crate) run: &'a str,
    pub(crate) item: &'a str,
    /// Longest silence of git while it checks out.
    pub(crate) silence: Duration,
}

impl Order<'_> {
    /// Makes the record of a workspace that lies at a place.
    pub(crate) fn record(&self, id: String, path: &Path) -> Record {
        Record {
            run: self.run.to_owned(),
            item: self.item.to_owned(),
            branch: self.branch.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            id,
            place: record::place(path).unwrap_or_default(),
            batch: self.batch.map(str::to_owned),
            remotes: self.remotes.to_vec(),
            exclude: self.exclude.to_vec(),
            declared: self.declared.to_vec(),
        }
    }
}

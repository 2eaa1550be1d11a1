//! What was found behind some commits, so that it need not be looked for again: what is behind a commit never changes.

use serde::{Deserialize, Serialize};

/// Form of a memory on disk; another one is not read.
const VERSION: u32 = 1;

/// Commits that were looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    version: u32,
    /// Everything that is reachable from these was looked at.
    pub(crate) tips: Vec<String>,
    /// No commit stands before one that comes from it.
    pub(crate) commits: Vec<String>,
}

impl Memory {
    pub(crate) fn new(tips: &[String], commits: Vec<String>) -> Self {
        Self { version: VERSION, tips: tips.to_vec(), commits }
    }

    /// Reads what was written.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().filter(|memory: &Self| memory.version == VERSION)
    }
}

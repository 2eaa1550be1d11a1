//! The journal of the run that the fake agent works for: it orders calls by what has happened instead of by time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::task::variable;
use crate::host::journal::{FILE_NAME, GrowingFile};

/// How often the journal is read.
const AGAIN: Duration = Duration::from_millis(10);

/// Waits until the journal holds an event of a kind, about an item where one is named.
pub(super) fn wait_for(event: &str, item: Option<&str>) -> Result<(), String> {
    let path = place().ok_or("there is no journal above the folder of this call")?;
    let failed = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let mut journal = GrowingFile::open(&path).map_err(|error| failed(&error))?;
    let wanted = |line: &String| {
        serde_json::from_str::<Value>(line)
            .is_ok_and(|told| told["event"] == event && item.is_none_or(|item| told["item"] == item))
    };
    loop {
        if journal.lines().map_err(|error| failed(&error))?.iter().any(wanted) {
            return Ok(());
        }
        std::thread::sleep(AGAIN);
    }
}

/// Returns the journal of the run whose folder holds the files of this call.
fn place() -> Option<PathBuf> {
    let result = variable("BATCHPRP_RESULT")?;
    Path::new(&result).ancestors().map(|folder| folder.join(FILE_NAME)).find(|journal| journal.is_file())
}

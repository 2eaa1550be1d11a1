//! The CI service in whose job the program runs, as its environment says.

use std::env;
use std::path::PathBuf;

use crate::report::ci::CiLog;

/// Returns whose log the output is.
pub fn log() -> Option<CiLog> {
    let is_true = |name: &str| env::var(name).is_ok_and(|value| value == "true");
    if is_true("GITHUB_ACTIONS") {
        Some(CiLog::GitHub)
    } else if is_true("GITLAB_CI") {
        Some(CiLog::GitLab)
    } else {
        None
    }
}

/// Returns the file whose text GitHub shows as the summary of the job.
pub fn step_summary() -> Option<PathBuf> {
    let path = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())?;
    (log() == Some(CiLog::GitHub)).then(|| PathBuf::from(path))
}

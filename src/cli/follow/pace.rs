//! How long a phase took in earlier runs: what a board expects before its own run has shown anything.

use std::path::{Path, PathBuf};

use super::analyze::{archive, read};
use crate::report::Metrics;
use crate::report::metrics::operation;

/// So many of the latest runs count.
const RUNS: usize = 5;

/// Returns the seconds that a phase took in the latest runs of a command; nothing without history.
pub fn of(archives: &Path, command: &str) -> Option<f64> {
    let mark = format!("-{}-", operation(command));
    // The id of a run, which sorts by time, ends the name.
    let run = |path: &PathBuf| path.file_stem()?.to_str()?.split_once(&mark).map(|(_, run)| run.to_owned());
    let mut files: Vec<(String, PathBuf)> =
        archive(archives).into_iter().filter_map(|path| Some((run(&path)?, path))).collect();
    files.sort();
    let runs: Vec<Metrics> = files.iter().rev().take(RUNS).filter_map(|(_, path)| read(path).ok()).collect();
    let done = runs.iter().flat_map(|run| &run.items).filter(|item| item.status == "completed" && item.duration > 0.0);
    let (took, phases) =
        done.fold((0.0, 0.0), |(took, phases), item| (took + item.duration, phases + item.phases.max(1) as f64));
    (phases > 0.0).then(|| took / phases)
}

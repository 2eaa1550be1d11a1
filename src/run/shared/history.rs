//! The archive of finished runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::metrics::operation;
use crate::report::{History, Metrics};

/// So many of the latest runs of a command show what the next one takes.
const RUNS: usize = 20;

/// Reads what the latest runs of a command show. What cannot be read shows nothing.
pub fn history(archives: &Path, command: &str) -> History {
    let mark = format!("-{}-", operation(command));
    // The id of a run, which sorts by time, ends the name.
    let run = |path: &PathBuf| path.file_stem()?.to_str()?.split_once(&mark).map(|(_, run)| run.to_owned());
    let entries = fs::read_dir(archives).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut files: Vec<(String, PathBuf)> = files.filter_map(|path| Some((run(&path)?, path))).collect();
    files.sort();
    let read = |path: &PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
    let runs: Vec<Metrics> = files.iter().rev().take(RUNS).filter_map(|(_, path)| read(path)).collect();
    History::of(&runs)
}

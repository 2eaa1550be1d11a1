//! Runs that died without saying so: found by the marks that open runs leave, so that a start looks at no others.

use std::path::{Path, PathBuf};

use crate::bridge::RunOptions;
use crate::event::EventKind;
use crate::host::{clock, failpoint, process, state};
use crate::run::settings::Settings;
use crate::run::shared::journal;
use crate::run::work::tell::Tell;

/// What a run leaves while it is open.
#[derive(Debug)]
pub(crate) struct OpenMark(PathBuf);

impl OpenMark {
    /// Marks a run as open.
    pub(crate) fn set(settings: &Settings, run: &str) -> std::io::Result<Self> {
        let folder = settings.open_runs_dir();
        state::private_dir(&folder)?;
        let path = folder.join(run);
        state::write_private(&path, b"")?;
        Ok(Self(path))
    }

    /// Takes the mark away: all that belongs to the run's end is done.
    pub(crate) fn clear(self) {
        failpoint::quietly("run.mark", || drop(std::fs::remove_file(self.0)));
    }
}

/// Ends the processes that dead runs of a batch left, and says so for them. The lock of the batch is ours, so whoever
/// opened them is gone.
pub(crate) fn reap(settings: &Settings, run: &str, options: &RunOptions, tell: &Tell) {
    for (name, mark) in open_runs(settings) {
        let directory = settings.run_dir(&name);
        if name == run || !is_of(&directory, options.batch) {
            continue;
        }
        let ended = is_ended(&directory);
        if !ended {
            let killed = process::sweep(|dead| dead == name);
            if !killed.is_empty() {
                let text = format!("ended {} processes that the dead run {name} had left", killed.len());
                tell.note(None, text);
            }
            let text = format!("the run {name} was interrupted; this run goes on from what git shows");
            tell.note(None, text);
        }
        // A failure to write this does no harm: the next start looks again.
        let interrupted = || state::write_private(&directory.join("interrupted"), clock::now().as_bytes());
        if ended || failpoint::around("run.reap", interrupted).is_ok() {
            OpenMark(mark).clear();
        }
    }
}

/// Tells whether a run of a batch that merges never came to write its end and its metrics.
pub(crate) fn unclosed(settings: &Settings, batch: u32) -> bool {
    open_runs(settings).into_iter().any(|(name, _)| {
        let first = journal::first(&settings.run_dir(&name));
        matches!(first.map(|event| event.kind),
            Some(EventKind::RunStarted { batch: Some(of), merges: true, .. }) if of == batch)
    })
}

fn open_runs(settings: &Settings) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(settings.open_runs_dir()).into_iter().flatten().flatten();
    let mut found: Vec<_> =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    found.sort();
    found
}

fn is_of(directory: &Path, batch: Option<u32>) -> bool {
    match journal::first(directory).map(|event| event.kind) {
        Some(EventKind::RunStarted { batch: of, .. }) => of == batch,
        // It died before its first event, and so before it started anything.
        Some(_) | None => true,
    }
}

fn is_ended(directory: &Path) -> bool {
    let events = journal::read(directory).unwrap_or_default();
    events.is_empty() || events.iter().any(|event| matches!(event.kind, EventKind::RunFinished { .. }))
}

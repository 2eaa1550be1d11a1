//! Runs that died without saying so: found by the marks that open runs leave, so that a start looks at no others.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bridge::RunOptions;
use crate::event::EventKind;
use crate::host::journal;
use crate::host::{clock, failpoint, process, state};
use crate::run::settings::Settings;
use crate::run::work::tell::Tell;

/// What a run leaves while it is open.
#[derive(Debug)]
pub(crate) struct OpenMark(PathBuf);

/// What a mark says about its run, so that nobody has to read a journal that may not have begun.
#[derive(Default, Serialize, Deserialize)]
struct OpenRun {
    batch: Option<u32>,
    merges: bool,
}

/// Marks of dead runs whose remains were seen to.
#[derive(Default)]
#[must_use = "marks that stay are looked at by every later start"]
pub(crate) struct Reaped(Vec<OpenMark>);

impl OpenMark {
    /// Marks a run as open.
    pub(crate) fn set(settings: &Settings, run: &str, options: &RunOptions) -> std::io::Result<Self> {
        let folder = settings.open_runs_dir();
        state::private_dir(&folder)?;
        let path = folder.join(run);
        let text = serde_json::to_string(&OpenRun { batch: options.batch, merges: options.merge })?;
        state::write_private(&path, text.as_bytes())?;
        Ok(Self(path))
    }

    /// Takes the mark away: all that belongs to the run's end is done.
    pub(crate) fn clear(self) {
        failpoint::quietly("run.mark", || drop(std::fs::remove_file(self.0)));
    }
}

impl Reaped {
    /// Takes the marks away. Only a run that has set its own may do this: a start that dies in between would otherwise
    /// leave no trace of what is still to be closed.
    pub(crate) fn clear(self) {
        self.0.into_iter().for_each(OpenMark::clear);
    }
}

/// Ends the processes that dead runs of a batch left, and says so for them. The lock of the batch is ours, so whoever
/// opened them is gone.
pub(crate) fn reap(settings: &Settings, run: &str, options: &RunOptions, tell: &Tell) -> Reaped {
    let mut reaped = Vec::new();
    for (name, mark) in open_runs(settings) {
        if name == run || open_run(&mark).batch != options.batch {
            continue;
        }
        let directory = settings.run_dir(&name);
        let ended = is_ended(&directory);
        if !ended {
            let killed = process::sweep(&name);
            if !killed.is_empty() {
                let text = format!("ended {} processes that the dead run {name} had left", killed.len());
                tell.warn(None, text);
            }
            let text = format!("the run {name} was interrupted; this run goes on from what git shows");
            tell.warn(None, text);
        }
        // A failure to write this does no harm: the next start looks again.
        let interrupted = || state::write_private(&directory.join("interrupted"), clock::now().as_bytes());
        if ended || !directory.exists() || failpoint::around("run.reap", interrupted).is_ok() {
            reaped.push(OpenMark(mark));
        }
    }
    Reaped(reaped)
}

/// Tells whether a run of a batch that merges never came to write its end and its metrics.
pub(crate) fn unclosed(settings: &Settings, batch: u32) -> bool {
    open_runs(settings).iter().any(|(_, mark)| {
        let open = open_run(mark);
        open.merges && open.batch == Some(batch)
    })
}

fn open_runs(settings: &Settings) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(settings.open_runs_dir()).into_iter().flatten().flatten();
    let mut found: Vec<_> =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    found.sort();
    found
}

/// Reads a mark. One that is not to be read belongs to no batch.
fn open_run(mark: &Path) -> OpenRun {
    std::fs::read(mark).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn is_ended(directory: &Path) -> bool {
    let events = journal::read(directory).unwrap_or_default();
    events.is_empty() || events.iter().any(|event| matches!(event.kind, EventKind::RunFinished { .. }))
}

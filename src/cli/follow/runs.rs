//! Finds the runs of a project: folders with a journal below `.ce/tmp/runs`.

use std::fs;
use std::path::{Path, PathBuf};

use super::journal;
use crate::cli::start::context::Context;
use crate::error::{Error, ExitCode, Result};
use crate::event::{Event, RunView};

/// A run that was found and read.
#[derive(Debug)]
pub struct FoundRun {
    pub id: String,
    pub folder: PathBuf,
    pub events: Vec<Event>,
    pub state: RunView,
}

impl FoundRun {
    /// Returns the path of the journal.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("events.jsonl")
    }
}

/// Which run is meant.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Run id or the beginning of one.
    pub run: Option<String>,
    pub batch: Option<u32>,
}

/// Returns the folder of all runs.
pub fn folder(context: &Context) -> Result<PathBuf> {
    Ok(context.root.join(context.config()?.paths.state).join("tmp/runs"))
}

/// Returns the ids of all runs that have a journal, the latest last.
pub fn ids(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter(|entry| entry.path().join("events.jsonl").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    ids.sort();
    ids
}

/// Finds and reads the run that is meant; the latest one when several fit.
pub fn find(context: &mut Context, selector: &Selector) -> Result<FoundRun> {
    let folder = folder(context)?;
    let ids = ids(&folder);
    let fits = |id: &&String| selector.run.as_ref().is_none_or(|wanted| id.starts_with(wanted.as_str()));
    for id in ids.iter().rev().filter(fits) {
        let run = read(context, &folder, id)?;
        if selector.batch.is_none_or(|batch| run.state.batch == Some(batch)) {
            return Ok(run);
        }
    }
    let what = match (&selector.run, selector.batch) {
        (Some(run), _) => format!("there is no run `{run}`"),
        (None, Some(batch)) => format!("there is no run of batch {batch}"),
        (None, None) => "there is no run yet".to_owned(),
    };
    let help = match ids.last() {
        Some(_) => {
            format!("runs here, the latest first: {}", ids.iter().rev().take(5).cloned().collect::<Vec<_>>().join(", "))
        }
        None => format!("looked in `{}`", folder.display()),
    };
    Err(Error::new(ExitCode::NothingMatched, what).help(help))
}

fn read(context: &mut Context, folder: &Path, id: &str) -> Result<FoundRun> {
    let folder = folder.join(id);
    let (events, warnings) = journal::read(&folder.join("events.jsonl"))?;
    for warning in warnings {
        context.terminal.warn(&warning);
    }
    let mut state = RunView::of(&events);
    if state.run.is_empty() {
        id.clone_into(&mut state.run);
    }
    Ok(FoundRun { id: id.to_owned(), folder, events, state })
}

//! Finds the runs of a project: folders with a journal below `.ce/tmp/runs`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::alive::{Alive, alive, settle};
use super::landed::forget_landing;
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::event::{EventKind, RunView};
use crate::host::journal::{self, FILE_NAME, JournalReader, first};

/// What a RUN argument may be, for help texts.
pub const RUN_HELP: &str = "Run: its id or the beginning of one, the number of its batch, `latest` (the latest exe), or `latest:COMMAND`; \
     default: the one at work, else latest";

/// The command whose latest run is meant when nothing else is said.
pub(super) const MAIN: &str = "exe";

/// A run that was found, and what its journal comes to.
#[derive(Debug)]
pub struct FoundRun {
    pub id: String,
    pub folder: PathBuf,
    pub state: RunView,
}

impl FoundRun {
    /// Opens the journal at its beginning.
    pub fn journal(&self) -> Result<JournalReader> {
        JournalReader::open(&self.folder)
    }
}

/// Which run is meant.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Run id, the beginning of one, number of a batch, `latest` or `latest:COMMAND`.
    pub run: Option<String>,
    pub batch: Option<u32>,
}

impl Selector {
    /// Makes the selector of a RUN argument.
    pub fn of(run: Option<&str>) -> Self {
        Self { run: run.map(str::to_owned), batch: None }
    }
}

/// Returns the folder of all runs.
pub fn folder(context: &Context) -> Result<PathBuf> {
    let folder = below(&context.root, &context.config()?);
    readable(&folder)?;
    Ok(folder)
}

/// Refuses a folder that this user may not read: what is in it is not the same as nothing.
pub fn readable(folder: &Path) -> Result<()> {
    /// So many of its entries are looked at.
    const TRIED: usize = 20;
    let refuse = |path: &Path, error: &io::Error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Error::new(ExitCode::Config, message)
            .help("what runs leave behind is private: ask the user whose project this is")
    };
    let is_denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_denied(&error) => return Err(refuse(folder, &error)),
        Err(_) => return Ok(()),
    };
    for entry in entries.flatten().take(TRIED) {
        let path = entry.path();
        let looked = if path.is_dir() { fs::read_dir(&path).map(drop) } else { fs::File::open(&path).map(drop) };
        if let Err(error) = looked
            && is_denied(&error)
        {
            return Err(refuse(&path, &error));
        }
    }
    Ok(())
}

/// Returns the folder of all runs of a project.
pub fn below(root: &Path, config: &Config) -> PathBuf {
    root.join(&config.paths.state).join("tmp/runs")
}

/// Returns the ids of all runs that have a journal, the latest last.
pub fn ids(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter(|entry| entry.path().join(FILE_NAME).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    ids.sort();
    ids
}

/// Returns the latest folders of runs in whose journal no event stands yet: their run has just begun, or died at once.
pub fn just_begun(folder: &Path) -> Vec<String> {
    const LATEST: usize = 4;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    ids.sort();
    ids.into_iter().rev().take(LATEST).filter(|id| first(&folder.join(id)).is_none()).collect()
}

/// Returns command and batch of a run, from its first event.
pub fn subject(folder: &Path, id: &str) -> Option<(String, Option<u32>)> {
    match first(&folder.join(id))?.kind {
        EventKind::RunStarted { command, batch, .. } => Some((command, batch)),
        _ => None,
    }
}

/// Finds and reads the run that is meant; the latest one when several fit.
pub fn find(context: &mut Context, selector: &Selector) -> Result<FoundRun> {
    let (folder, id) = locate(context, selector)?;
    read(context, &folder, &id)
}

/// Finds the folder of the run that is meant, for who reads its journal once and from its beginning.
pub fn place(context: &Context, selector: &Selector) -> Result<PathBuf> {
    locate(context, selector).map(|(folder, id)| folder.join(id))
}

/// Returns the folder of all runs and the id of the one that is meant.
fn locate(context: &Context, selector: &Selector) -> Result<(PathBuf, String)> {
    let folder = folder(context)?;
    let ids = ids(&folder);
    let of_batch = |id: &&String| {
        selector.batch.is_none() || subject(&folder, id).is_some_and(|(_, batch)| batch == selector.batch)
    };
    let of_command = |wanted: &str| {
        let is_of = |id: &&String| subject(&folder, id).is_some_and(|(command, _)| command == wanted);
        ids.iter().rev().filter(is_of).find(of_batch)
    };
    let of_number = |number: u32| {
        let is_of = |id: &&String| subject(&folder, id).is_some_and(|(_, batch)| batch == Some(number));
        ids.iter().rev().filter(is_of).find(of_batch)
    };
    let found = match selector.run.as_deref() {
        None | Some("latest") => of_command(MAIN).or_else(|| ids.iter().rev().find(of_batch)),
        // Every id begins with nothing.
        Some("") => None,
        Some(word) => match (word.strip_prefix("latest:"), word.parse().ok().and_then(of_number)) {
            (Some(command), _) => of_command(command),
            (None, Some(id)) => Some(id),
            (None, None) => beginning(word, ids.iter().rev().filter(|id| id.starts_with(word)).filter(of_batch))?,
        },
    };
    if let Some(id) = found {
        let id = id.clone();
        return Ok((folder, id));
    }
    let what = match (&selector.run, selector.batch) {
        (Some(run), _) if run.parse::<u32>().is_ok() => {
            format!("there is no run of batch {run}, and none whose id begins so")
        }
        (Some(run), _) if run != "latest" => format!("there is no run `{run}`"),
        (_, Some(batch)) => format!("there is no run of batch {batch}"),
        (_, None) => "there is no run yet".to_owned(),
    };
    let help = match ids.last() {
        Some(_) => {
            let latest = ids.iter().rev().take(5).cloned().collect::<Vec<_>>().join(", ");
            format!("runs here, the latest first: {latest}; `batchprp runs` lists them")
        }
        None => format!("looked in `{}`", folder.display()),
    };
    Err(Error::new(ExitCode::NothingMatched, what).help(help))
}

/// Returns the only run that begins so, or the one that is called so.
fn beginning<'a>(word: &str, mut all: impl Iterator<Item = &'a String>) -> Result<Option<&'a String>> {
    let Some(first) = all.next() else { return Ok(None) };
    let others: Vec<&String> = all.collect();
    if others.is_empty() || first == word {
        return Ok(Some(first));
    }
    if let Some(exact) = others.iter().find(|id| id.as_str() == word) {
        return Ok(Some(exact));
    }
    let candidates = std::iter::once(first).chain(others).map(String::as_str).collect::<Vec<_>>().join(", ");
    let error = Error::new(ExitCode::NothingMatched, format!("several runs begin with `{word}`"));
    Err(error.help(format!("the latest first: {candidates}")))
}

/// Returns the runs that are at work, the latest first.
pub fn at_work(folder: &Path) -> Vec<RunView> {
    let is_open = |id: &String| {
        let head = RunView::of(&[first(&folder.join(id))?]);
        // The end of a run may be a long way behind its beginning: it is read only where the process is there.
        let state = (alive(&head) == Alive::Yes).then(|| state(folder, id).ok())??;
        (alive(&state) == Alive::Yes).then_some(state)
    };
    ids(folder).iter().rev().filter_map(is_open).collect()
}

/// Says of a run in one line what it is, with a command about it.
pub fn named(run: &RunView, command: &str) -> String {
    let batch = run.batch.map(|batch| format!(" batch {batch}")).unwrap_or_default();
    format!("batchprp {command} {} ({}{batch})", run.run, run.command)
}

/// Chooses a run that is at work where nobody says which one is meant; others at work are named, with the command that
/// would mean them.
pub fn prefer_at_work(context: &mut Context, selector: Selector, command: &str) -> Result<Selector> {
    if selector.run.is_some() {
        return Ok(selector);
    }
    let is_meant = |run: &RunView| selector.batch.is_none() || run.batch == selector.batch;
    let runs: Vec<RunView> = at_work(&folder(context)?).into_iter().filter(is_meant).collect();
    let at = runs.iter().position(|run| run.command == MAIN).unwrap_or(0);
    let Some(chosen) = runs.get(at) else { return Ok(selector) };
    let others = runs.iter().filter(|run| run.run != chosen.run);
    let others: Vec<String> = others.map(|run| named(run, command)).collect();
    if !others.is_empty() {
        context.terminal.warn(&format!("also at work: {}", others.join(", ")));
    }
    Ok(Selector { run: Some(chosen.run.clone()), ..selector })
}

/// Returns the state of a run, without its events.
pub fn state(folder: &Path, id: &str) -> Result<RunView> {
    let folder = folder.join(id);
    let mut state = journal::fold(&folder)?;
    if state.run.is_empty() {
        id.clone_into(&mut state.run);
    }
    settle(&mut state, &folder);
    Ok(state)
}

/// Reads a run; lines of its journal that cannot be read are told.
pub fn read(context: &mut Context, folder: &Path, id: &str) -> Result<FoundRun> {
    let folder = folder.join(id);
    let (mut state, warnings) = journal::examine(&folder)?;
    for warning in warnings {
        context.terminal.warn(&warning);
    }
    if state.run.is_empty() {
        id.clone_into(&mut state.run);
    }
    settle(&mut state, &folder);
    forget_landing(&context.root, &mut state);
    Ok(FoundRun { id: id.to_owned(), folder, state })
}

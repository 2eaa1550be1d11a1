//! Opening a run: lock, what dead runs left, batch branch, journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::checkout;
use super::dead_runs::{self, OpenMark, Reaped};
use super::forecast::forecast;
use super::integration::{self, Integration};
use crate::bridge::{RunGraph, RunOptions};
use crate::error::{Error, ExitCode, Result};
use crate::event::{EventKind, Forecast};
use crate::host::disk;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::seal;
use crate::host::git::upkeep::{lease, scan};
use crate::host::git::workspace::{branch, remove, scratch};
use crate::host::journal::Journal;
use crate::host::lock::Lock;
use crate::host::owner;
use crate::host::state;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::shared::slot::Slots;
use crate::run::work::merge::candidate_worktree;
use crate::run::work::tell::Tell;

/// What is to be opened.
pub(crate) struct OpenOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) options: RunOptions,
    pub(crate) graph: RunGraph,
    pub(crate) run: String,
}

/// A run that is open in the world.
pub(crate) struct OpenedRun {
    pub(crate) run: String,
    pub(crate) options: RunOptions,
    pub(crate) graph: RunGraph,
    pub(crate) integration: Option<Integration>,
    pub(crate) directory: PathBuf,
    /// `None` for a run in memory.
    pub(crate) journal: Option<Journal>,
    pub(crate) lock: Option<Lock>,
    pub(crate) mark: Option<OpenMark>,
    pub(crate) slots: Slots,
    /// Name of this machine.
    pub(crate) host: String,
    /// What it is expected to take; `None` without history.
    pub(crate) forecast: Option<Forecast>,
    /// What was found and mended on the way.
    pub(crate) found: Vec<EventKind>,
    /// Items that git shows as merged.
    pub(crate) merged: Vec<usize>,
}

/// Opens a run.
pub(crate) fn open(order: OpenOrder) -> Result<OpenedRun> {
    let OpenOrder { settings, options, graph, run } = order;
    let found = Arc::new(Mutex::new(Vec::new()));
    let tell = {
        let found = found.clone();
        Tell::new(move |event| found.lock().unwrap_or_else(PoisonError::into_inner).push(event))
    };
    let repo = match settings.repo() {
        Ok(repo) => Some(repo),
        Err(error) if options.merge => return Err(error),
        Err(_) => None,
    };
    ground(&settings, repo.is_some() && options.merge)?;
    let name = options.batch.map_or_else(|| format!("adhoc-{}", options.command), |batch| batch.to_string());
    let lock = repo.as_ref().map(|repo| locked(repo, &name, &options)).transpose()?.flatten();
    let beside = repo.is_some() && lock.is_none();
    if let Some(repo) = &repo {
        repo.exclude(&state::OUR_FOLDERS)?;
    }
    let reaped = if beside { Reaped::default() } else { dead_runs::reap(&settings, &run, &options, &tell) };
    let integration = match (&repo, options.merge) {
        (Some(repo), true) if beside => Some(integration::beside(repo, &options)?),
        (Some(repo), true) => Some(integrate(&settings, repo, &options, &graph, &run, &tell)?),
        (Some(_), false) | (None, _) => None,
    };
    let directory = settings.run_dir(&run);
    let unwritable = |error: &std::io::Error| unwritable(&directory, error);
    state::private_dir(&directory).map_err(|error| unwritable(&error))?;
    // Nobody looks after a run beside another one: it holds nothing that stays behind.
    let mark = (!beside).then(|| OpenMark::set(&settings, &run, &options)).transpose();
    let mark = mark.map_err(|error| unwritable(&error))?;
    reaped.clear();
    let journal = Some(Journal::create(&directory).map_err(|error| unwritable(&error))?);
    let reopened = &options.reopen;
    let merged = integration.as_ref().map(|integration| merged(integration, &graph, reopened, &tell)).transpose()?;
    // Where merges are tried out, that happens beside the items.
    let beside = usize::from(options.validate_merge);
    let places = usize::try_from(options.jobs.max(1)).unwrap_or(1).min(graph.items.len()) + beside;
    let slots = Slots::take(integration.as_ref().map(|integration| integration.repo.common_dir()), places);
    drop(tell);
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let merged = merged.unwrap_or_default();
    let host = owner::host_name();
    let forecast = Some(forecast(&settings, &options, &graph, &merged)).filter(|forecast| forecast.runs > 0);
    Ok(OpenedRun {
        run,
        options,
        graph,
        integration,
        directory,
        journal,
        lock,
        mark,
        slots,
        host,
        forecast,
        found,
        merged,
    })
}

/// Requires that what a run writes has a place, before anything is made.
pub(crate) fn ground(settings: &Settings, worktrees: bool) -> Result<()> {
    disk::usable(&settings.state, "paths.state")?;
    if worktrees {
        disk::usable(&settings.worktrees, "paths.worktrees")?;
    }
    Ok(())
}

/// Takes the lock of a batch. What a person does by hand with one item is done beside the run that holds it.
fn locked(repo: &Repo, name: &str, options: &RunOptions) -> Result<Option<Lock>> {
    match Lock::batch(repo.common_dir(), name) {
        Err(_) if options.by_hand && options.no_merge && integration::is_begun(repo, options)? => Ok(None),
        lock => lock.map(Some),
    }
}

fn integrate(
    settings: &Settings,
    repo: &Repo,
    options: &RunOptions,
    graph: &RunGraph,
    run: &str,
    tell: &Tell,
) -> Result<Integration> {
    // Before the key is made: what a clone brought counts as long as nothing of ours was here.
    if !options.restart {
        branch::not_elsewhere(repo, &names::batch_branch(options.batch))?;
    }
    seal::begin(repo)?;
    let integration = integration::integrate(settings, repo, options, graph, run, tell)?;
    lease::release_dead(repo)?;
    remove::sweep(repo, &settings.worktrees);
    scratch::discard(repo, &candidate_worktree::place(settings, &integration.branch))?;
    repo.exclude(&settings.copy.iter().map(String::as_str).collect::<Vec<_>>())?;
    let detached = options.base.is_none().then(|| checkout::detached(repo)).transpose()?.flatten();
    for note in detached.into_iter().chain(checkout::notes(settings, repo, &integration.base, graph)?) {
        tell.event(note);
    }
    Ok(integration)
}

/// Returns the items whose merge stands on the batch branch, but for those that are carried on all the same. One that nothing of ours made proves nothing: its item is
/// carried out.
fn merged(integration: &Integration, graph: &RunGraph, reopened: &[String], tell: &Tell) -> Result<Vec<usize>> {
    let Integration { repo, branch, base } = integration;
    let scan::Merges { merged, foreign } = scan::all_merged(repo, branch, base)?;
    for (id, commit) in foreign {
        let what = format!(
            "{} on `{branch}` looks like its merge, but no run in this repository made it: it does not count",
            &commit[..commit.len().min(10)]
        );
        tell.event(EventKind::Disagreement { item: id.to_string(), what });
    }
    let is_reopened = |id: &str| reopened.iter().any(|open| open == id);
    let is_merged = |id: &str| !is_reopened(id) && merged.iter().any(|(merged, _)| merged.as_str() == id);
    let items = graph.items.iter().enumerate().filter(|(_, info)| is_merged(&info.id));
    Ok(items.map(|(item, _)| item).collect())
}

fn unwritable(directory: &Path, error: &std::io::Error) -> Error {
    Error::new(ExitCode::Config, format!("cannot write in `{}`: {error}", directory.display()))
        .help("every run keeps its journal there; free space or mend the permissions")
}

//! The project that a dashboard shows.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::batch::launch;
use crate::cli::follow::alive::{Alive, alive, life, settle};
use crate::cli::follow::history::ListedRun;
use crate::cli::follow::landed::open_steps;
use crate::cli::follow::overview::Overview;
use crate::cli::follow::{analyze, runs};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::Result;
use crate::event::RunView;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::journal::{FILE_NAME, JournalReader};
use crate::host::process::command_line::going_on;
use crate::report::board::Look;
use crate::report::life::Life;
use crate::report::page::{History, RunPage, Steps};
use crate::report::{Metrics, Style};

/// So many runs are listed.
const RUNS: usize = 60;

/// So many finished runs are compared.
const COMPARED: usize = 100;

/// The project, and what was found out about runs that ended.
pub(super) struct ShownProject {
    root: PathBuf,
    config: Config,
    archives: PathBuf,
    /// Folder of all runs.
    pub(super) runs: PathBuf,
    /// Runs as far as they were read.
    known: Mutex<HashMap<String, Known>>,
}

/// What is known of a run.
struct Known {
    /// Its journal, as long as it may grow.
    file: Option<JournalReader>,
    /// Without its past.
    state: RunView,
}

/// What the first page shows.
#[derive(Serialize)]
pub(super) struct Front {
    overview: Overview,
    /// The latest first.
    runs: Vec<ListedRun>,
    /// Runs whose folder is there and whose journal is still to come.
    #[serde(skip)]
    just_begun: Vec<String>,
}

impl Front {
    /// Returns the runs of which more is to be heard.
    pub(super) fn at_work(&self) -> impl Iterator<Item = &str> {
        let running = self.runs.iter().filter(|run| run.state == "running").map(|run| run.run.as_str());
        running.chain(self.just_begun.iter().map(String::as_str))
    }
}

impl ShownProject {
    pub(super) fn of(context: &Context) -> Result<Self> {
        let config = context.config()?;
        let state = launch::state_folder(&context.root, &config.paths.state)?;
        let runs = runs::below(&context.root, &config);
        runs::readable(&runs)?;
        // Runs that are still to come are seen in it. Who may only read sees those that are there.
        fs::create_dir_all(&runs).ok();
        let archives = state.join("completed-batches");
        Ok(Self { root: context.root.clone(), config, archives, runs, known: Mutex::default() })
    }

    /// Returns the folder of a run; nothing when there is no such run.
    pub(super) fn folder(&self, run: &str) -> Option<PathBuf> {
        let mut parts = Path::new(run).components();
        let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        let folder = self.runs.join(run);
        (is_name && folder.join(FILE_NAME).is_file()).then_some(folder)
    }

    pub(super) fn repo(&self) -> Result<Repo> {
        Repo::open(&self.root, GitPolicy::default())
    }

    pub(super) fn front(&self) -> Result<Front> {
        // Looked for first: what begins meanwhile is among the runs.
        let just_begun = runs::just_begun(&self.runs);
        let ids: Vec<String> = runs::ids(&self.runs).into_iter().rev().take(RUNS).collect();
        // A run may be cleaned away meanwhile.
        let runs = ids.iter().filter_map(|id| Some(ListedRun::of(id, &self.outline(id).ok()?))).collect();
        Ok(Front { overview: Overview::of(&self.root, &self.config, &|id| self.outline(id))?, runs, just_begun })
    }

    /// Returns a run as lists show it. Of one that goes on only what is new is read.
    fn outline(&self, id: &str) -> Result<RunView> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut file, mut state) = match known.remove(id) {
            Some(Known { file, state }) => (file, state),
            None => (Some(JournalReader::open(&self.runs.join(id))?), RunView::default()),
        };
        if let Some(file) = &mut file {
            // What cannot be read now is read later.
            file.fold_into(&mut state).ok();
            state.forget_past();
        }
        let mut outline = state.clone();
        settle(&mut outline, &self.runs.join(id));
        file = file.filter(|_| state.end.is_none());
        known.insert(id.to_owned(), Known { file, state });
        Ok(outline)
    }

    pub(super) fn history(&self) -> History {
        history(&self.archives, &self.config)
    }

    /// Returns what the page of a run shows.
    pub(super) fn page(&self, state: &RunView) -> RunPage {
        page(state, &self.archives, &self.root)
    }
}

/// Returns what the page of a run shows.
pub(in crate::cli) fn page(state: &RunView, archives: &Path, root: &Path) -> RunPage {
    let life = life(state, alive(state));
    let now = (life == Life::Running).then(Timestamp::now);
    let mut look = Look::new(now, Style::PLAIN, 0);
    // Of a run that ended nothing is expected any more.
    look.pace = now.and_then(|_| crate::run::history(archives, &state.command).pace());
    RunPage::of(state, life, &look, steps(state, life, root))
}

/// Compares the finished runs of a project; files that are none of ours say nothing.
pub(in crate::cli) fn history(archives: &Path, config: &Config) -> History {
    let mut all: Vec<Metrics> = analyze::archive(archives).iter().filter_map(|path| analyze::read(path).ok()).collect();
    all.sort_by(|a, b| (&a.started, &a.run).cmp(&(&b.started, &b.run)));
    all.drain(..all.len().saturating_sub(COMPARED));
    History::of(&all, &|key| config.seconds(key))
}

fn steps(state: &RunView, life: Life, root: &Path) -> Steps {
    let of = |verb: &str| Some(format!("batchprp {verb} {}", state.run));
    let end = state.end.clone().unwrap_or_default();
    match life {
        Life::Running => Steps { watch: of("watch"), stop: of("stop"), ..Steps::default() },
        Life::Elsewhere => Steps::default(),
        Life::Interrupted => Steps { resume: Some(going_on(&state.argv)), ..Steps::default() },
        Life::Ended => {
            let mut next = end.next;
            if let Some(batch) = state.batch {
                open_steps(root, batch, &mut next);
            }
            Steps { resume: end.resume, next, ..Steps::default() }
        }
    }
}

/// Tells whether a run is at work on this machine.
pub(super) fn is_at_work(state: &RunView) -> bool {
    alive(state) == Alive::Yes
}

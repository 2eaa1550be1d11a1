//! Opening a run: lock, repair of what dead runs left, batch branch, journal.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::active::{Active, Integration, Live};
use super::ahead::Ahead;
use super::dispatcher::{Dispatcher, reply};
use super::gate::Gate;
use super::internal::{Answer, Internal};
use super::journal::{self, Journal};
use super::settings::Settings;
use super::{candidate, checkout};
use crate::bridge::door::{Reply, RunGraph, RunOptions};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::agent::SessionLedger;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::{clean, lease, restart, scan};
use crate::host::git::worktree::{branch, scratch};
use crate::host::lock::Lock;
use crate::host::{clock, failpoint, process, state};
use crate::model::usage::Usage;
use crate::schedule::{Input, Machine, Plan, Policy};

/// Opens a run off the loop's thread.
pub(crate) fn open(dispatcher: &mut Dispatcher, options: RunOptions, graph: RunGraph, answer: Answer) {
    if dispatcher.active.as_ref().is_some_and(|active| active.closed.is_none()) {
        return reply(answer, Err(super::dispatcher::misuse("a run is open already")));
    }
    if graph.items.is_empty() {
        let error = Error::new(ExitCode::NothingMatched, "there is nothing to do: no item matches");
        return reply(answer, Err(error.into()));
    }
    if dispatcher.active.is_some() {
        dispatcher.events.renew(clock::run_id());
    }
    let (settings, tx) = (dispatcher.settings.clone(), dispatcher.tx.clone());
    let run = dispatcher.events.run().to_owned();
    tokio::task::spawn_blocking(move || {
        let result = prepare(&settings, options, graph, &run).map(Box::new);
        drop(tx.send(Internal::Opened { result, answer }));
    });
}

fn prepare(settings: &Settings, options: RunOptions, graph: RunGraph, run: &str) -> Result<Active> {
    let mut found = Vec::new();
    let repo = match Repo::open(&settings.root, settings.git) {
        Ok(repo) => Some(repo),
        Err(error) if options.merge => return Err(error),
        Err(_) => None,
    };
    let name = options.batch.map_or_else(|| format!("adhoc-{}", options.command), |batch| batch.to_string());
    let lock = repo.as_ref().map(|repo| Lock::batch(repo.common_dir(), &name)).transpose()?;
    if let Some(repo) = &repo {
        repo.exclude(&["/.ce/tmp/", "/.ce/completed-batches/"])?;
    }
    bury_the_dead(settings, run, &options, &mut found);
    let integration = match (&repo, options.merge) {
        (Some(repo), true) => {
            let integration = integrate(repo, &options, &graph, run, &mut found)?;
            lease::bury(repo)?;
            clean::sweep(repo, &settings.worktrees)?;
            scratch::discard(repo, &candidate::place(settings, &integration.branch))?;
            repo.exclude(&settings.copy.iter().map(String::as_str).collect::<Vec<_>>())?;
            found.extend(checkout::notes(settings, repo, &integration.base, &graph)?);
            Some(integration)
        }
        (Some(_), false) | (None, _) => None,
    };
    let directory = settings.run_dir(run);
    state::private_dir(&directory).map_err(|error| unwritable(&directory, &error))?;
    let index = graph.items.iter().enumerate().map(|(n, info)| (info.id.clone(), n)).collect::<HashMap<_, _>>();
    let adapter = |id: &str| graph.agents.get(id).or(options.agent.as_ref()).cloned();
    let plan = Plan::from_infos(&graph.items, &graph.edges).with_adapters(adapter);
    let machine = Machine::new(plan, policy(&options));
    let live = graph.items.iter().map(|_| Live::default()).collect();
    let mut active = Active {
        options,
        graph,
        machine,
        index,
        integration,
        directory,
        lock,
        ready: VecDeque::new(),
        waiting: None,
        merges: VecDeque::new(),
        merging: false,
        live,
        sessions: Arc::new(Mutex::new(SessionLedger::default())),
        spent: Usage::default(),
        ahead: Ahead::default(),
        gate: Gate::default(),
        over_budget: false,
        disk_warned: false,
        finished: false,
        closed: None,
        found,
        already_merged: Vec::new(),
    };
    if let Some(integration) = &active.integration {
        for (item, info) in active.graph.items.iter().enumerate() {
            if let Ok(id) = info.id.parse()
                && scan::merged(&integration.repo, &integration.branch, &integration.base, &id)?.is_some()
            {
                active.already_merged.push(item);
            }
        }
    }
    Ok(active)
}

/// Creates or adopts the batch branch; with `--restart` the old branches are set aside first.
fn integrate(
    repo: &Repo,
    options: &RunOptions,
    graph: &RunGraph,
    run: &str,
    found: &mut Vec<EventKind>,
) -> Result<Integration> {
    let name = super::executed::batch_branch(options.batch);
    let base = match &options.base {
        Some(revision) => repo.resolve(revision)?,
        None => repo.head()?,
    };
    if options.restart {
        let items = graph.items.iter().map(|info| super::gitwork::item_branch(&info.id)).collect::<Vec<_>>();
        for kept in restart::restart(repo, &name, &items, run)? {
            found.push(EventKind::Note {
                item: None,
                text: format!("the old `{}` is kept as `{}`", kept.branch, kept.reference),
            });
        }
    }
    let batch = branch::ensure_batch(repo, &name, &base)?;
    if batch.existed && options.base.is_some() && batch.base != base {
        found.push(EventKind::Note {
            item: None,
            text: format!("`{name}` exists and starts at {}: `--base` has no effect without `--restart`", batch.base),
        });
    }
    Ok(Integration { repo: repo.clone(), branch: name, base: batch.base })
}

/// Ends processes of runs that died without saying so, and says so for them.
fn bury_the_dead(settings: &Settings, run: &str, options: &RunOptions, found: &mut Vec<EventKind>) {
    let Ok(entries) = std::fs::read_dir(settings.runs_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == run {
            continue;
        }
        if !unfinished(&entry.path(), options.batch) {
            continue;
        }
        let killed = process::sweep(|dead| dead == name);
        // The mark keeps later starts from looking again; it comes last, and a failure to write it does no harm.
        let mark = entry.path().join("interrupted");
        drop(failpoint::around("run.bury", || state::write_private(&mark, clock::now().as_bytes())));
        if !killed.is_empty() {
            let text = format!("ended {} processes that the dead run {name} had left", killed.len());
            found.push(EventKind::Note { item: None, text });
        }
        let text = format!("the run {name} was interrupted; this run goes on from what git shows");
        found.push(EventKind::Note { item: None, text });
    }
}

/// Tells whether the latest run of a batch that merges never came to write its end and its metrics.
pub(crate) fn unclosed(settings: &Settings, batch: u32) -> bool {
    let entries = std::fs::read_dir(settings.runs_dir()).into_iter().flatten().flatten();
    let mut latest: Option<(String, String, bool)> = None;
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(events) = journal::read(&entry.path()) else { continue };
        let Some(first) = events.first() else { continue };
        let EventKind::RunStarted { batch: Some(of), command, .. } = &first.kind else { continue };
        if *of == batch && command == "exe" && latest.as_ref().is_none_or(|(at, _, _)| first.at > *at) {
            let ended = events.iter().any(|event| matches!(event.kind, EventKind::RunFinished { .. }));
            latest = Some((first.at.clone(), name, ended));
        }
    }
    let archived = |run: &str| {
        let files = std::fs::read_dir(settings.state.join("completed-batches")).into_iter().flatten().flatten();
        files.into_iter().any(|file| file.file_name().to_string_lossy().ends_with(&format!("-{run}.json")))
    };
    latest.is_some_and(|(_, run, ended)| !ended || !archived(&run))
}

/// Tells whether a run of this batch never wrote its end. We hold the lock of the batch, so its owner is dead.
fn unfinished(directory: &Path, batch: Option<u32>) -> bool {
    if directory.join("interrupted").exists() {
        return false;
    }
    let Ok(events) = journal::read(directory) else { return false };
    let ours = events.iter().any(|event| matches!(&event.kind, EventKind::RunStarted { batch: b, .. } if *b == batch));
    let ended = events.iter().any(|event| matches!(event.kind, EventKind::RunFinished { .. }));
    ours && !ended
}

fn host_name() -> String {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn policy(options: &RunOptions) -> Policy {
    Policy {
        jobs: usize::try_from(options.jobs.max(1)).unwrap_or(1),
        retries: options.retries,
        fail_fast: options.fail_fast,
        max_fail: options.max_fail,
        barrier: options.barrier,
        merge: options.merge && !options.no_merge,
        stop_on_conflict: options.on_conflict == "stop",
        wait_for_quota: options.wait_for_quota,
        resolve_conflicts: options.on_conflict == "agent",
    }
}

fn unwritable(directory: &Path, error: &std::io::Error) -> Error {
    Error::new(ExitCode::Internal, format!("cannot write in `{}`: {error}", directory.display()))
        .help("every run keeps its journal there; free space or mend the permissions")
}

/// Tells the first events of an opened run and lets the script begin.
pub(crate) fn opened(dispatcher: &mut Dispatcher, result: Result<Box<Active>>, answer: Answer) {
    let opened = result.and_then(|active| {
        let journal = Journal::create(&active.directory).map_err(|error| unwritable(&active.directory, &error))?;
        Ok((active, journal))
    });
    let (mut active, journal) = match opened {
        Ok(opened) => opened,
        Err(error) => return reply(answer, Err(error.into())),
    };
    let first = EventKind::RunStarted {
        command: active.options.command.clone(),
        batch: active.options.batch,
        pid: std::process::id(),
        host: host_name(),
        argv: dispatcher.settings.argv.clone(),
        jobs: active.options.jobs,
    };
    dispatcher.events.open(journal, first);
    dispatcher.events.emit(EventKind::Graph {
        items: active.graph.items.clone(),
        stages: active.graph.stages.clone(),
        edges: active.graph.edges.clone(),
        critical_path: active.graph.critical_path.clone(),
        bound_hours: active.graph.bound_hours,
    });
    for event in std::mem::take(&mut active.found) {
        dispatcher.events.emit(event);
    }
    dispatcher.events.sync();
    let started = Reply::Started { run: dispatcher.events.run().to_owned(), directory: active.directory.clone() };
    let merged = std::mem::take(&mut active.already_merged);
    dispatcher.active = Some(active);
    for item in merged {
        dispatcher.step(Input::AlreadyMerged { item });
    }
    if dispatcher.is_stopped() {
        dispatcher.step(Input::Cancel);
    }
    reply(answer, Ok(started));
}

//! Requests that need no state of the run: files, programs, HTTP, validation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::dispatcher::{Dispatcher, misuse, reply};
use super::internal::{Answer, Internal};
use super::settings::Settings;
use super::worktrees::SLOT;
use super::{adopt, executed, select};
use crate::bridge::door::{Failure, Origin, Reply, Request};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::failpoint;
use crate::host::files::Root;
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::{documents, scan};
use crate::host::git::worktree::Prepared;
use crate::host::http::HttpRequest;
use crate::host::process::{self, Marker};
use crate::host::stop::StopToken;
use crate::host::validate::{self, Validation};
use crate::host::{clock, http, state};
use crate::report::metrics::Metrics;
use crate::schedule::Input;

/// Most bytes of output that a script gets of a program.
const MAX_OUTPUT: usize = 16 << 20;

/// Performs a request off the loop's thread and answers it.
pub(crate) fn perform(dispatcher: &mut Dispatcher, origin: &Origin, request: Request, answer: Answer) {
    let settings = dispatcher.settings.clone();
    match request {
        Request::Process { argv, cwd, stdin, timeout, env } => {
            let marker = marker(dispatcher, origin);
            let stop = dispatcher.stop.clone();
            let mut environment = dispatcher.env.clone();
            environment.extend(env);
            tokio::spawn(async move {
                let result = program(&settings, marker, argv, cwd, stdin, timeout, environment, stop).await;
                reply(answer, result);
            });
        }
        Request::Http { url, method, headers, body, timeout } => {
            tokio::spawn(async move {
                let order = HttpRequest { url, method, headers, body, timeout: seconds(timeout) };
                let result = http::request(order).await;
                let result = result.map(|got| Reply::Http { status: got.status, headers: got.headers, body: got.body });
                reply(answer, result.map_err(Failure::from));
            });
        }
        Request::Env(name) => reply(answer, Ok(Reply::Env(std::env::var(name).ok()))),
        Request::Now => reply(answer, Ok(Reply::Now(clock::epoch_seconds()))),
        other => {
            tokio::task::spawn_blocking(move || reply(answer, on_disk(&settings, other).map_err(Failure::from)));
        }
    }
}

fn on_disk(settings: &Settings, request: Request) -> Result<Reply> {
    let root = Root::open(&settings.root)?.staged_in(settings.staging());
    match request {
        Request::Prps(selection) => Ok(Reply::Prps(select::prps(settings, &selection)?)),
        Request::NextBatch => Ok(Reply::Batch(select::next_batch(settings)?)),
        Request::ReadFile(path) => Ok(Reply::Text(root.read(&path)?)),
        // What batchprp keeps for itself is private, whichever script writes it.
        Request::WriteFile { path, text, .. } if root.place(&path)?.starts_with(settings.state.join("tmp")) => {
            write_state(&root.place(&path)?, &text)?;
            Ok(Reply::Done)
        }
        Request::WriteFile { path, text, create_new: true } => {
            root.create_new(&path, &text)?;
            Ok(Reply::Done)
        }
        Request::WriteFile { path, text, create_new: false } => {
            root.write(&path, &text)?;
            Ok(Reply::Done)
        }
        Request::MoveFile { from, to } => {
            root.move_file(&from, &to)?;
            Ok(Reply::Done)
        }
        Request::ListFiles(path) => Ok(Reply::Files(root.list(&path)?)),
        Request::Executed { batch, ids } => Ok(Reply::Executed(executed::facts(settings, batch, &ids)?)),
        Request::CommitFiles { paths, message } => {
            let repo = Repo::open(&settings.root, settings.git)?;
            Ok(Reply::Text(documents::commit(&repo, &paths, &message)?.unwrap_or_default()))
        }
        Request::Unclosed { batch } => Ok(Reply::Unclosed(super::opening::unclosed(settings, batch))),
        other => Err(Error::new(ExitCode::Internal, format!("no effect answers {other:?}"))),
    }
}

/// Returns the patch of an item outside of a run that has branches.
pub(crate) fn diff_of_executed(dispatcher: &Dispatcher, item: String, max_bytes: usize, answer: Answer) {
    let settings = dispatcher.settings.clone();
    tokio::task::spawn_blocking(move || {
        let patch = executed::patch(&settings, &item, max_bytes);
        reply(answer, patch.map(Reply::Text).map_err(Failure::from));
    });
}

#[expect(clippy::too_many_arguments, reason = "the fields of one request")]
async fn program(
    settings: &Arc<Settings>,
    marker: Marker,
    argv: Vec<String>,
    cwd: Option<PathBuf>,
    stdin: String,
    timeout: f64,
    env: BTreeMap<String, String>,
    stop: StopToken,
) -> std::result::Result<Reply, Failure> {
    let cwd = cwd.map_or_else(|| settings.root.clone(), |path| settings.root.join(path));
    let name = argv.first().cloned().unwrap_or_default();
    let command = process::Command {
        argv,
        cwd,
        env,
        stdin,
        timeout: seconds(timeout),
        marker,
        max_output: MAX_OUTPUT,
        grace: settings.timers.grace,
    };
    let output = process::run(command, stop).await.map_err(|error| {
        Failure::Error(
            Error::new(ExitCode::AgentMissing, format!("cannot start `{name}`: {error}"))
                .help(format!("is `{name}` installed and on PATH?")),
        )
    })?;
    if output.cancelled {
        return Err(Failure::Cancelled);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Reply::Process {
        code: output.code,
        signal: output.signal,
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        timed_out: output.timed_out,
    })
}

/// What is to be validated of an item.
pub(crate) struct Checks {
    pub(crate) ordinal: u32,
    pub(crate) level: u8,
    pub(crate) gates: Vec<(u8, String)>,
    pub(crate) manual: Vec<u8>,
}

/// Returns the environment of the user's own command lines: ours, and the number of the item that runs.
pub(crate) fn environment(dispatcher: &Dispatcher, origin: &Origin) -> BTreeMap<String, String> {
    let mut env = dispatcher.env.clone();
    env.extend(slot(dispatcher, origin).map(|slot| (SLOT.to_owned(), slot.to_string())));
    env
}

/// Returns the number of the item that runs.
pub(crate) fn slot(dispatcher: &Dispatcher, origin: &Origin) -> Option<u32> {
    let (item, _) = dispatcher.located(origin).ok()?;
    Some(dispatcher.active.as_ref()?.live.get(item)?.slot.as_ref()?.number)
}

/// Makes the order for validating a worktree.
pub(crate) fn validation(dispatcher: &Dispatcher, origin: &Origin, tree: &Prepared, checks: Checks) -> Validation {
    let settings = &dispatcher.settings;
    Validation {
        worktree: tree.path.clone(),
        prp: tree.item.clone(),
        phase: checks.ordinal,
        level: checks.level,
        commands: settings.validate.clone(),
        gates: if settings.gates { checks.gates } else { Vec::new() },
        manual: checks.manual,
        timeout: settings.validate_timeout,
        env: environment(dispatcher, origin),
        env_pass: settings.validate_env_pass.clone(),
        secrets: dispatcher.secrets.clone(),
        marker: marker(dispatcher, origin),
    }
}

/// Validates the state of an item's worktree and keeps the record beside its commit.
pub(crate) fn validate(dispatcher: &mut Dispatcher, origin: &Origin, checks: Checks, answer: Answer) {
    let ordinal = checks.ordinal;
    let (item, attempt) = match dispatcher.located(origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    dispatcher.step(Input::Validating { item, phase: ordinal, level: 1 });
    let Some(active) = &mut dispatcher.active else { return };
    // What is validated is what is committed.
    let left = active.live.get_mut(item).and_then(|live| live.finished.take());
    let tree = active.live.get(item).and_then(|live| live.tree.clone());
    let (Some(tree), Some(integration)) = (tree, active.integration.clone()) else {
        return reply(answer, Err(misuse("call `git::worktree` before validating")));
    };
    let order = validation(dispatcher, origin, &tree, checks);
    let (tx, stop) = (dispatcher.tx.clone(), dispatcher.stop.clone());
    tokio::spawn(async move {
        if let Err(error) = adopt::clear(left, Some(integration.repo.clone()), &tx).await {
            return reply(answer, Err(error.into()));
        }
        let told = {
            let (tx, item) = (tx.clone(), attempt.item.clone());
            move |level, result, errors: &[String]| {
                let errors = errors.to_vec();
                let event = EventKind::Validation { item: item.clone(), phase: ordinal, level, result, errors };
                drop(tx.send(Internal::Told { events: vec![event], answer: None }));
            }
        };
        let Some(record) = validate::run(&order, stop, told).await else {
            return drop(
                tx.send(Internal::Told { events: Vec::new(), answer: Some((answer, Err(Failure::Cancelled))) }),
            );
        };
        tokio::task::spawn_blocking(move || {
            let commit = proven_commit(&integration.repo, &tree, &attempt.item, ordinal);
            let kept = commit.and_then(|commit| notes::write(&integration.repo, &commit, &record));
            let result = kept.map(|()| Reply::Validation(record)).map_err(Failure::from);
            drop(tx.send(Internal::Told { events: Vec::new(), answer: Some((answer, result)) }));
        });
    });
}

/// Returns the commit that a record of validation belongs to: the checkpoint of the phase, also when a person has
/// committed on top of it since; the tip where there is no checkpoint.
fn proven_commit(repo: &Repo, tree: &Prepared, item: &str, ordinal: u32) -> Result<String> {
    let phases = scan::item(repo, &tree.branch, &tree.base, &super::gitwork::parse(item)?)?.phases;
    if let Some(phase) = phases.into_iter().find(|phase| phase.ordinal == ordinal) {
        return Ok(phase.commit);
    }
    let gone = || Error::new(ExitCode::GitRefuses, format!("the branch `{}` is gone", tree.branch));
    repo.tip(&tree.branch)?.ok_or_else(gone)
}

fn write_state(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    let written = state::private_dir(folder).and_then(|()| state::write_private(path, text.as_bytes()));
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", path.display())))
}

/// Writes the metrics of the latest run and archives them.
pub(crate) fn write_metrics(settings: &Settings, batch: Option<u32>, metrics: &Metrics) -> Result<()> {
    let text = serde_json::to_string_pretty(metrics).unwrap_or_default() + "\n";
    let name = batch.map_or_else(|| "adhoc".to_owned(), |batch| batch.to_string());
    let latest = settings.state.join("tmp").join(format!("batch-metrics-{name}.json"));
    let archive = settings.state.join("completed-batches");
    let kept = archive.join(format!("batch-{name}-{}-{}.json", metrics.operation, metrics.run));
    let written = failpoint::around("metrics.write", || {
        state::private_dir(&archive)?;
        state::write_private(&latest, text.as_bytes())?;
        state::write_private(&kept, text.as_bytes())
    });
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", latest.display())))
}

fn marker(dispatcher: &Dispatcher, origin: &Origin) -> Marker {
    Marker {
        run: dispatcher.events.run().to_owned(),
        item: origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default(),
        attempt: origin.as_ref().map_or(0, |attempt| attempt.number),
    }
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero()).unwrap_or(Duration::from_secs(600))
}

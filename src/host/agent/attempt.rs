//! One attempt from its files to its report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;

use super::files::AttemptFiles;
use super::heartbeat::HeartbeatFile;
use super::ledger::Tally;
use super::lines::Lines;
use super::log::Log;
use super::setup::{Fact, Setup};
use super::stream::{Channel, Heard, Listener};
use super::supervise::supervise;
use super::watch::Watch;
use super::{answer, environment, home, own_state};
use crate::host::clock;
use crate::host::process::pipes::Pipes;
use crate::host::process::spawn::{ProcessStart, SpawnError, spawn};
use crate::host::stop::StopToken;
use crate::model::adapter::{Adapter, AgentCall};
use crate::model::agent::{AgentEvent, AgentReport, AgentSpec, AgentStatus, CommandLine};
use crate::model::agent_files::task::TaskSpec;

/// Bytes of the transcript and of the error output that are kept from the beginning; the end is kept as well.
const MAX_TRANSCRIPT: usize = 64 * 1024 * 1024;
const MAX_STDERR: usize = 8 * 1024 * 1024;
/// SIGKILL, as the kernel numbers it.
const KILL_SIGNAL: i32 = 9;

/// Runs one agent to its end. Never fails: what went wrong is in the report. Facts are sent while it runs; a receiver
/// that is gone is no reason to stop.
pub async fn attempt(call: Box<AgentCall>, setup: Setup, facts: UnboundedSender<Fact>, stop: StopToken) -> AgentReport {
    let AgentCall { mut adapter, mut spec, task, heartbeat, stop: style, state, .. } = *call;
    let (files, command) = match prepare(&mut adapter, &mut spec, task, &setup) {
        Ok(prepared) => prepared,
        Err((status, text)) => return not_started(status, setup.secrets.redact(&text)),
    };
    let mut start = start(command.argv, command.env, &state, &spec, &files, &setup);
    let home = command.home.map(|own| home::make(&own, &files.kept, &mut start.env)).transpose();
    let _settings = match home {
        Ok(settings) => settings,
        Err(error) => {
            let text = format!("cannot make a home below `{}`: {error}", files.kept.display());
            return not_started(AgentStatus::Crashed, text);
        }
    };
    let begin = Instant::now();
    // Stands before the agent does: written later it could take the place of the agent's own first heartbeat.
    let mut heartbeat_file = HeartbeatFile::new(files.heartbeat.clone(), &spec.item, heartbeat);
    heartbeat_file.write(begin);
    let mut running = match spawn(&start, &stop).await {
        Ok(running) => running,
        Err(error) => {
            heartbeat_file.end(false);
            return refused(&error);
        }
    };
    let mut pipes = Pipes::take(&mut running.child, command.stdin);
    let mut listener = match listen(adapter, &files, &setup, (&spec, heartbeat_file), facts.clone()) {
        Ok(listener) => listener,
        Err(error) => {
            let text = format!("cannot write below `{}`: {error}", files.dir.display());
            return not_started(AgentStatus::Crashed, text);
        }
    };
    listener.tell(Fact::Spawned { pid: running.pid.unsigned_abs(), dir: files.dir.clone() });
    listener.look(false, begin);
    let ways = (&setup.timers, style);
    let ended = supervise(&mut running, &mut pipes, &mut listener, &files.result, ways, &stop).await;
    drop(pipes);

    let (adapter, heard, mut heartbeat_file): (_, Heard, _) = listener.finish(Instant::now());
    let warn = |text: String| facts.send(Fact::Event(AgentEvent::Warning { text })).ok();
    let result = answer::result(&files.result, &setup.secrets).unwrap_or_else(|reason| {
        let result = answer::unreadable(&reason);
        warn(reason);
        Some(result)
    });
    if ended.exit.signal == Some(KILL_SIGNAL) && ended.timer.is_none() && !ended.cancelled {
        warn("the agent was killed from outside; mostly that is the system being out of memory".to_owned());
    }
    let report = answer::report(adapter, &ended, heard, result, begin.elapsed());
    heartbeat_file.end(report.status == AgentStatus::Ok && report.ended_by_itself());
    report
}

/// Writes the files and asks the adapter for its command line.
fn prepare(
    adapter: &mut Box<dyn Adapter>,
    spec: &mut AgentSpec,
    task: TaskSpec,
    setup: &Setup,
) -> Result<(AttemptFiles, CommandLine), (AgentStatus, String)> {
    let failed = |error: std::io::Error| {
        (AgentStatus::Crashed, format!("cannot write below `{}`: {error}", setup.dir.display()))
    };
    let files = AttemptFiles::open(&setup.dir).map_err(failed)?;
    files.dir.to_string_lossy().as_ref().clone_into(&mut spec.dir);
    files.kept.to_string_lossy().as_ref().clone_into(&mut spec.kept);
    spec.sandboxed = setup.sandbox.is_on();
    if spec.cwd.is_empty() {
        setup.worktree.to_string_lossy().as_ref().clone_into(&mut spec.cwd);
    }
    files.write(task, spec, setup).map_err(failed)?;
    let command = adapter.command(spec).map_err(|error| (AgentStatus::Protocol, error))?;
    files.write_files(&command, &setup.secrets).map_err(failed)?;
    files.make_kept(&command).map_err(failed)?;
    Ok((files, command))
}

/// Puts command line, environment and directory together.
fn start(
    argv: Vec<String>,
    env: BTreeMap<String, String>,
    state: &[String],
    spec: &AgentSpec,
    files: &AttemptFiles,
    setup: &Setup,
) -> ProcessStart {
    let pass: Vec<String> = setup.env_pass.iter().chain(&setup.keys).cloned().collect();
    let mut all = environment::clean(&setup.env, &pass, &setup.env_deny);
    all.extend(spec.env.clone());
    all.extend(setup.env_set.clone());
    environment::refuse(&mut all, &setup.env_deny);
    all.extend(env);
    all.extend(files.variables(&spec.phase));
    let cwd = PathBuf::from(&spec.cwd);
    let mut own = own_state::places(state, &all);
    if setup.sandbox.is_on() {
        own_state::make(state, &own);
    }
    own.extend([files.dir.clone(), files.kept.clone()]);
    let argv = setup.sandbox.agent(argv, &setup.worktree, &own);
    ProcessStart { is_sandboxed: setup.sandbox.is_on(), argv, cwd, env: all, marker: setup.marker.clone() }
}

/// Opens the logs and sets up everything that hears the agent.
fn listen(
    adapter: Box<dyn Adapter>,
    files: &AttemptFiles,
    setup: &Setup,
    (spec, heartbeat_file): (&AgentSpec, HeartbeatFile),
    facts: UnboundedSender<Fact>,
) -> std::io::Result<Listener> {
    let channel = |path, limit| -> std::io::Result<Channel> {
        Ok(Channel { redactor: setup.secrets.stream(), log: Log::create(path, limit)?, lines: Lines::default() })
    };
    let nameless = files.dir.to_string_lossy().into_owned();
    Ok(Listener {
        adapter,
        out: channel(&files.transcript, MAX_TRANSCRIPT)?,
        err: channel(&files.stderr, MAX_STDERR)?,
        heartbeat_file,
        tally: Tally::new(Arc::clone(&setup.ledger), nameless, spec.session.clone()),
        watch: Watch::new(setup.timers, Instant::now(), clock::suspended()),
        facts,
        touch: setup.touch.clone(),
        touched: setup.touch.count(),
        told_life: None,
        unsaid: None,
        told_words: None,
        heard: Heard::default(),
        notes: 0,
    })
}

fn not_started(status: AgentStatus, text: String) -> AgentReport {
    AgentReport { text, ..AgentReport::not_started(status) }
}

fn refused(error: &SpawnError) -> AgentReport {
    let mut report = not_started(AgentStatus::Crashed, error.to_string());
    report.exit.code = Some(error.exit_code());
    if matches!(error, SpawnError::Stopped(_)) {
        report.status = AgentStatus::Killed;
        report.cancelled = true;
    }
    report
}

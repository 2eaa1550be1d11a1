//! Runs one program to its end: validation commands and the programs that scripts call.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::capture::Capture;
use super::kill::Family;
use super::marker::Marker;
use super::pipes::{DRAIN, OutputStream, Pipes, QUIET};
use super::spawn::{ProcessStart, Running, SpawnError, spawn};
use crate::host::stop::{StopLevel, StopToken};
use crate::model::agent::{Exit, StopStyle};

/// A program to run.
#[derive(Clone, Debug)]
pub struct Command {
    pub argv: Vec<String>,
    pub cwd: PathBuf,
    /// The complete environment, but for the marker.
    pub env: BTreeMap<String, String>,
    /// Written to its standard input, which is then closed.
    pub stdin: String,
    pub timeout: Duration,
    /// Between the request to stop and the kill.
    pub grace: Duration,
    pub marker: Marker,
    /// Bytes of each output stream that are kept.
    pub max_output: usize,
    /// The command line makes a PID namespace itself.
    pub is_sandboxed: bool,
}

impl Command {
    /// Makes a command with no input, an empty environment, ten minutes of time and 1 MB of kept output.
    pub fn new(argv: Vec<String>, cwd: PathBuf, marker: Marker) -> Self {
        Self {
            argv,
            cwd,
            env: BTreeMap::new(),
            stdin: String::new(),
            timeout: Duration::from_secs(600),
            grace: Duration::from_secs(3),
            marker,
            max_output: 1024 * 1024,
            is_sandboxed: false,
        }
    }
}

/// How a program ended and what it wrote.
#[derive(Clone, Debug, Default)]
pub struct ProcessResult {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub timed_out: bool,
    pub cancelled: bool,
    pub duration: Duration,
}

impl ProcessResult {
    /// Tells whether it ended by itself with code 0.
    pub fn success(&self) -> bool {
        self.code == Some(0) && !self.timed_out && !self.cancelled
    }
}

/// Runs a program to its end, its time-out or the stop of the run; nothing that it started is left.
pub async fn run(command: Command, stop: StopToken) -> Result<ProcessResult, SpawnError> {
    let begin = Instant::now();
    let Command { argv, cwd, env, marker, is_sandboxed, .. } = command;
    let start = ProcessStart { is_sandboxed, argv, cwd, env, marker };
    let mut running = spawn(&start, &stop).await?;
    let mut pipes = Pipes::take(&mut running.child, command.stdin);
    let mut captures = (Capture::new(command.max_output), Capture::new(command.max_output));
    let family = Family::of(&running);
    let mut output = ProcessResult::default();

    let status = tokio::select! {
        status = attend(&mut running, &mut pipes, &mut captures) => Some(status),
        () = tokio::time::sleep(command.timeout) => { output.timed_out = true; None }
        () = stop.at_least(StopLevel::Graceful) => { output.cancelled = true; None }
    };
    let status = match status {
        Some(status) => status,
        None => end(&mut running, &mut pipes, &mut captures, command.grace, &stop).await,
    };
    drain(&mut pipes, &mut captures, QUIET).await;
    family.kill().await;
    running.disarm();
    drain(&mut pipes, &mut captures, QUIET / 10).await;

    let exit = exit_of(status);
    output.code = exit.code;
    output.signal = exit.signal;
    output.stdout = captures.0.finish();
    output.stderr = captures.1.finish();
    output.duration = begin.elapsed();
    Ok(output)
}

/// Asks the program to stop, kills it after the grace period or at once when that is wanted.
async fn end(
    running: &mut Running,
    pipes: &mut Pipes,
    captures: &mut (Capture, Capture),
    grace: Duration,
    stop: &StopToken,
) -> Option<ExitStatus> {
    let family = Family::of(running);
    family.ask(StopStyle::GroupTerm);
    let asked = tokio::select! {
        status = attend(running, pipes, captures) => Some(status),
        () = tokio::time::sleep(grace) => None,
        () = stop.at_least(StopLevel::Now) => None,
    };
    if let Some(status) = asked {
        return status;
    }
    family.kill().await;
    running.child.wait().await.ok()
}

/// Reads output until the program ends.
async fn attend(running: &mut Running, pipes: &mut Pipes, captures: &mut (Capture, Capture)) -> Option<ExitStatus> {
    loop {
        tokio::select! {
            status = running.child.wait() => return status.ok(),
            Some((stream, chunk)) = pipes.next() => keep(captures, stream, chunk),
        }
    }
}

/// Reads what is still in the pipes.
async fn drain(pipes: &mut Pipes, captures: &mut (Capture, Capture), quiet: Duration) {
    let end = tokio::time::Instant::now() + DRAIN;
    while tokio::time::Instant::now() < end {
        match tokio::time::timeout(quiet, pipes.next()).await {
            Ok(Some((stream, chunk))) => keep(captures, stream, chunk),
            Ok(None) | Err(_) => return,
        }
    }
}

fn keep(captures: &mut (Capture, Capture), stream: OutputStream, chunk: &[u8]) {
    match stream {
        OutputStream::Out => captures.0.push(chunk),
        OutputStream::Err => captures.1.push(chunk),
    }
}

/// Returns how a process ended; nothing when it could not be waited for.
pub(crate) fn exit_of(status: Option<ExitStatus>) -> Exit {
    use std::os::unix::process::ExitStatusExt;
    status.map_or_else(Exit::default, |status| Exit { code: status.code(), signal: status.signal() })
}

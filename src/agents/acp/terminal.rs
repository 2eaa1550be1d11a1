//! The commands that an agent runs through this client.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::permission::Policy;
use super::place::Bounds;
use super::rpc::{BAD_PARAMS, DENIED, FAILED, RpcError};
use super::wire::Heard;

/// Bytes of an output that are kept where the agent names no limit, and the most that it may name.
const KEPT: usize = 1024 * 1024;
const MAX_KEPT: usize = 16 * 1024 * 1024;
/// How long the output of a command that has ended may still be on its way.
const LATE: Duration = Duration::from_millis(200);
/// Commands that an agent may have at once.
const MAX_OPEN: usize = 64;

/// All commands of a session.
pub(super) struct Terminals {
    tell: SyncSender<Heard>,
    count: u64,
    open: BTreeMap<u64, Terminal>,
}

struct Terminal {
    group: Pid,
    shared: Arc<Mutex<Shared>>,
    /// Requests that wait for the end.
    waiting: Vec<Value>,
}

/// What the threads of a command know.
struct Shared {
    output: Vec<u8>,
    limit: usize,
    truncated: bool,
    ended: Option<ExitStatus>,
}

impl Shared {
    /// Keeps the end of the output.
    fn push(&mut self, chunk: &[u8]) {
        self.output.extend_from_slice(chunk);
        // Cut only now and then: doing so with every piece would move all of it each time.
        if self.output.len() > 2 * self.limit + KEPT {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let surplus = self.output.len().saturating_sub(self.limit);
        self.truncated |= surplus > 0;
        self.output.drain(..surplus);
    }
}

impl Terminals {
    pub(super) fn new(tell: SyncSender<Heard>) -> Self {
        Self { tell, count: 0, open: BTreeMap::new() }
    }

    /// Answers `terminal/create`.
    pub(super) fn create(&mut self, params: &Value, policy: &Policy, bounds: &Bounds) -> Result<Value, RpcError> {
        let refuse = |why: String| RpcError::new(FAILED, why);
        if self.open.len() >= MAX_OPEN {
            return Err(refuse(format!("{MAX_OPEN} commands are open: release some")));
        }
        let mut command = command(params, policy)?;
        let cwd = params["cwd"].as_str().map_or(Ok(bounds.workspace().to_owned()), |cwd| bounds.inside(cwd));
        command.current_dir(cwd.map_err(|why| RpcError::new(DENIED, why))?);
        for pair in params["env"].as_array().into_iter().flatten() {
            if let (Some(name), Some(value)) = (pair["name"].as_str(), pair["value"].as_str()) {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().map_err(|error| refuse(format!("the command does not start: {error}")))?;
        let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
        let wanted = params["outputByteLimit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
        let limit = wanted.unwrap_or(KEPT).min(MAX_KEPT);
        let shared = Shared { output: Vec::new(), limit, truncated: false, ended: None };
        let shared = Arc::new(Mutex::new(shared));
        let reading = Arc::new(AtomicUsize::new(2));
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            collect(out, &shared, &reading);
            collect(err, &shared, &reading);
        }
        self.count += 1;
        let (number, tell, own) = (self.count, self.tell.clone(), Arc::clone(&shared));
        thread::spawn(move || {
            let status = child.wait().ok();
            let end = Instant::now() + LATE;
            while reading.load(Ordering::Acquire) > 0 && Instant::now() < end {
                thread::sleep(Duration::from_millis(2));
            }
            lock(&own).ended = Some(status.unwrap_or_default());
            tell.send(Heard::CommandEnded(number)).ok();
        });
        self.open.insert(number, Terminal { group, shared, waiting: Vec::new() });
        Ok(json!({ "terminalId": name(number) }))
    }

    /// Answers `terminal/output`.
    pub(super) fn output(&mut self, params: &Value) -> Result<Value, RpcError> {
        let (_, terminal) = self.find(params)?;
        let mut shared = lock(&terminal.shared);
        shared.cut();
        let text = String::from_utf8_lossy(&shared.output).into_owned();
        let status = shared.ended.map(exit_status);
        Ok(json!({ "output": text, "truncated": shared.truncated, "exitStatus": status }))
    }

    /// Answers `terminal/wait_for_exit` now, or keeps the request until the command has ended.
    pub(super) fn wait(&mut self, request: &Value, params: &Value) -> Result<Option<Value>, RpcError> {
        let (_, terminal) = self.find(params)?;
        let ended = lock(&terminal.shared).ended;
        if ended.is_none() {
            terminal.waiting.push(request.clone());
        }
        Ok(ended.map(exit_status))
    }

    /// Returns the answers to the requests that waited for a command.
    pub(super) fn ended(&mut self, number: u64) -> Vec<(Value, Value)> {
        let Some(terminal) = self.open.get_mut(&number) else { return Vec::new() };
        let status = exit_status(lock(&terminal.shared).ended.unwrap_or_default());
        std::mem::take(&mut terminal.waiting).into_iter().map(|request| (request, status.clone())).collect()
    }

    /// Answers `terminal/kill`.
    pub(super) fn kill(&mut self, params: &Value) -> Result<Value, RpcError> {
        self.find(params)?.1.kill();
        Ok(json!({}))
    }

    /// Answers `terminal/release`; returns the requests that waited for it, too.
    pub(super) fn release(&mut self, params: &Value) -> Result<(Value, Vec<Value>), RpcError> {
        let (number, terminal) = self.find(params)?;
        terminal.kill();
        let waiting = std::mem::take(&mut terminal.waiting);
        self.open.remove(&number);
        Ok((json!({}), waiting))
    }

    fn find(&mut self, params: &Value) -> Result<(u64, &mut Terminal), RpcError> {
        let id = params["terminalId"].as_str().unwrap_or_default();
        let found = id.strip_prefix("command-").and_then(|number| number.parse().ok());
        let found = found.and_then(|number| Some((number, self.open.get_mut(&number)?)));
        found.ok_or_else(|| RpcError::new(BAD_PARAMS, format!("there is no terminal `{id}`")))
    }
}

impl Drop for Terminals {
    fn drop(&mut self) {
        self.open.values().for_each(Terminal::kill);
    }
}

impl Terminal {
    /// Kills the command with its group, also what it left behind when it ended.
    fn kill(&self) {
        killpg(self.group, Signal::SIGKILL).ok();
    }
}

/// Reads the command line. Many agents give a line for the shell instead of a program with its arguments.
fn command(params: &Value, policy: &Policy) -> Result<Command, RpcError> {
    let program = params["command"].as_str().filter(|program| !program.trim().is_empty());
    let program = program.ok_or_else(|| RpcError::new(BAD_PARAMS, "`command` is no text"))?;
    let args: Vec<&str> = params["args"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let line = std::iter::once(program).chain(args.iter().copied()).collect::<Vec<_>>().join(" ");
    if !policy.may_run(&line) {
        return Err(RpcError::new(DENIED, "the role may not run this command"));
    }
    if args.is_empty() && program.contains(|c: char| c.is_whitespace() || ";&|<>$`".contains(c)) {
        let mut command = Command::new("sh");
        command.args(["-c", program]);
        return Ok(command);
    }
    let mut command = Command::new(program);
    command.args(args);
    Ok(command)
}

fn collect(mut from: impl Read + Send + 'static, shared: &Arc<Mutex<Shared>>, reading: &Arc<AtomicUsize>) {
    let (shared, reading) = (Arc::clone(shared), Arc::clone(reading));
    thread::spawn(move || {
        let mut chunk = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            lock(&shared).push(&chunk[..length]);
        }
        reading.fetch_sub(1, Ordering::Release);
    });
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn name(number: u64) -> String {
    format!("command-{number}")
}

fn exit_status(status: ExitStatus) -> Value {
    let signal = status.signal().and_then(|number| Signal::try_from(number).ok()).map(Signal::as_str);
    json!({ "exitCode": status.code(), "signal": signal })
}

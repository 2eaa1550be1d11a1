//! Starts one process: own session, marker, limit, death with its parent, first to go when memory runs out.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, killpg, sigprocmask};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use super::holding;
use super::limit::ceiling;
use super::marker::Marker;
use super::orphan::{Register, RegisterEntry};
use super::system;
use crate::host::failpoint;
use crate::host::stop::{StopLevel, StopToken};

/// How often a start is tried while the system is out of processes, files or memory; the pause doubles each time.
const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What is to be started. The environment is complete but for the marker.
#[derive(Clone, Debug)]
pub struct ProcessStart {
    /// The command line makes a PID namespace itself.
    pub is_sandboxed: bool,
    pub argv: Vec<String>,
    pub cwd: PathBuf,
    pub env: BTreeMap<String, String>,
    pub marker: Marker,
}

/// A process that was started; killed when dropped.
#[derive(Debug)]
pub struct Running {
    pub child: Child,
    pub pid: i32,
    pub marker: Marker,
    armed: bool,
    _entry: RegisterEntry,
}

impl Running {
    /// Says that the process and all that it started have been dealt with.
    pub fn disarm(&mut self) {
        self.armed = false;
    }
}

impl Drop for Running {
    /// Kills the group of a process that nobody attends any more; what left the group is found by its marker later.
    fn drop(&mut self) {
        if self.armed {
            killpg(Pid::from_raw(self.pid), Signal::SIGKILL).ok();
        }
    }
}

/// Why a process did not start.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("no program is given")]
    Empty,
    #[error("`{0}` is not found")]
    NotFound(String),
    #[error("`{0}` may not be executed")]
    NotExecutable(String),
    #[error("the working directory `{}` is not there", .0.display())]
    NoDirectory(PathBuf),
    #[error("the command line of `{0}` is too long; pass the text on standard input or in a file")]
    TooLong(String),
    #[error("`{0}` could not be started: the system is out of processes, files or memory")]
    Exhausted(String),
    #[error("`{0}` could not be started: {1}")]
    Other(String, io::Error),
    #[error("`{0}` was not started: the run is being stopped")]
    Stopped(String),
}

impl SpawnError {
    /// Returns the exit code that a shell would give.
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::NotFound(_) | Self::NoDirectory(_) | Self::Empty => 127,
            Self::NotExecutable(_) | Self::TooLong(_) => 126,
            Self::Exhausted(_) | Self::Other(..) | Self::Stopped(_) => 125,
        }
    }
}

/// Starts a process with pipes on all three standard streams. Must be called on a thread that lives as long as the
/// program: the process dies with it.
pub async fn spawn(start: &ProcessStart, stop: &StopToken) -> Result<Running, SpawnError> {
    let Some(program) = start.argv.first().filter(|program| !program.is_empty()) else {
        return Err(SpawnError::Empty);
    };
    let mut pause = FIRST_PAUSE;
    let mut is_held = !start.is_sandboxed && holding::are_used();
    for attempt in 1.. {
        if stop.level() != StopLevel::None {
            return Err(SpawnError::Stopped(program.clone()));
        }
        let started = match failpoint::around("process.spawn", || once(program, start, is_held)) {
            Ok((running, report)) => {
                system::give_up_first(running.pid);
                holding::executed(report).await.map(|is_executed| is_executed.then_some(running))
            }
            Err(error) => Err(error),
        };
        match started {
            Ok(Some(running)) => return Ok(running),
            // No further namespace is to be had; what it starts is kept together as on systems without any.
            Ok(None) => is_held = false,
            Err(error) if is_exhausted(&error) => {
                if attempt == TRIES {
                    break;
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.at_least(StopLevel::Graceful) => {}
                }
                pause *= 2;
            }
            Err(error) => return Err(explain(program, &start.cwd, error)),
        }
    }
    Err(SpawnError::Exhausted(program.clone()))
}

fn once(program: &str, start: &ProcessStart, is_held: bool) -> io::Result<(Running, holding::Report)> {
    let (mut command, report) = holding::command(program, is_held)?;
    command.args(&start.argv[1..]).current_dir(&start.cwd);
    command.env_clear().envs(&start.env).envs(start.marker.variables());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    detach(&mut command, start.marker.brand().number(), report.number());
    let mut register = Register::lock();
    let child = command.spawn()?;
    for pipe in [child.stdout.as_ref().map(AsFd::as_fd), child.stderr.as_ref().map(AsFd::as_fd)] {
        pipe.into_iter().for_each(system::widen);
    }
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.ok_or_else(|| io::Error::other("the process has no id"))?;
    let entry = register.enter(pid);
    Ok((Running { child, pid, marker: start.marker.clone(), armed: true, _entry: entry }, report))
}

/// Gives the process a session and group of its own, a brand, and lets it die with us; `inherits` is the number of a pipe
/// that it gets.
#[expect(unsafe_code, reason = "code between fork and exec is unsafe by nature")]
fn detach(command: &mut Command, brand: u64, inherits: Option<i32>) {
    let parent = nix::unistd::getpid();
    let most = ceiling();
    let prepare = move || {
        nix::unistd::setsid()?;
        hear_all_signals()?;
        if let Some(most) = most {
            system::limit_processes(most)?;
        }
        system::brand(brand)?;
        if let Some(number) = inherits {
            // SAFETY: the pipe is open until the start is over.
            let pipe = unsafe { BorrowedFd::borrow_raw(number) };
            fcntl(pipe, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        system::die_with_parent()?;
        // The parent may have died before the line above.
        if nix::unistd::getppid() == parent { Ok(()) } else { Err(io::Error::from(Errno::ESRCH)) }
    };
    // SAFETY: `prepare` runs in the child between fork and exec. It makes only system calls that are async-signal-safe,
    // and neither allocates, locks nor touches memory of the parent; its errors are plain numbers.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Takes back what the caller of this program ignores or blocks: a shell that starts it in the background ignores SIGINT
/// and SIGQUIT, which children would inherit, and then nobody hears the word to stop.
#[expect(unsafe_code, reason = "code between fork and exec is unsafe by nature")]
fn hear_all_signals() -> nix::Result<()> {
    const HEARD: [Signal; 10] = [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGPIPE,
        Signal::SIGALRM,
        Signal::SIGTERM,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGCHLD,
        Signal::SIGTSTP,
    ];
    for signal in HEARD {
        // SAFETY: the default action runs no code of ours, and the child execs before anything else.
        unsafe { nix::sys::signal::signal(signal, SigHandler::SigDfl) }?;
    }
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)
}

fn is_exhausted(error: &io::Error) -> bool {
    let number = error.raw_os_error().map(Errno::from_raw);
    matches!(number, Some(Errno::EAGAIN | Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM))
}

fn explain(program: &str, cwd: &Path, error: io::Error) -> SpawnError {
    let program = program.to_owned();
    match error.raw_os_error().map(Errno::from_raw) {
        _ if !cwd.is_dir() => SpawnError::NoDirectory(cwd.to_owned()),
        Some(Errno::ENOENT) => SpawnError::NotFound(program),
        Some(Errno::EACCES | Errno::ENOEXEC) => SpawnError::NotExecutable(program),
        Some(Errno::E2BIG) => SpawnError::TooLong(program),
        _ => SpawnError::Other(program, error),
    }
}

//! A PID namespace for each start: what a program begins ends with it, whatever it did to sessions, groups, parents and
//! environments, and all of it ends with us, also when we are killed.
//!
//! This program is started anew in between, in three parts. The *holder* is our child and dies with us; it makes the
//! namespaces and waits. The *first* process of the namespace dies with the holder, and when it dies the kernel kills
//! everything in there. The *program* is what was to be started.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::mount::{MsFlags, mount};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, Signal, killpg, raise, signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, fork, getgid, getppid, getuid, setsid};

use super::system;

/// First argument of the way into this program that leads here.
const WORD: &str = "__attempt";
/// Exit code of a holder that could not do its part.
const NOT_HELD: u8 = 125;

static WANTED: AtomicBool = AtomicBool::new(false);
static WORKS: OnceLock<bool> = OnceLock::new();
/// Set in the first process when the program was asked to stop together with what it began.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Says that everything which is started from now on gets a namespace of its own, where the system allows it.
pub fn use_namespaces() {
    WANTED.store(true, Ordering::Relaxed);
}

/// Tells whether starts get a namespace.
pub(super) fn are_used() -> bool {
    WANTED.load(Ordering::Relaxed) && work()
}

/// Tells whether this system allows namespaces to us. Tried out once.
pub fn work() -> bool {
    let tried = || {
        let mut holder = Command::new(SELF);
        holder.args([WORD, "-"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        holder.status().is_ok_and(|status| status.success())
    };
    *WORKS.get_or_init(tried)
}

/// This very program, also when its file was replaced meanwhile.
pub(super) const SELF: &str = "/proc/self/exe";

/// Returns the arguments with which this program holds another one; `report` is the number of an open pipe.
pub(super) fn arguments(report: i32) -> [String; 2] {
    [WORD.to_owned(), report.to_string()]
}

/// What stands against a start.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// The namespace could not be made.
    Namespace,
    /// The program could not be executed.
    Program(io::Error),
}

/// Reads what a holder reports; blocks until the program has been executed, or could not be.
pub(super) fn report(mut from: PipeReader) -> Result<(), Obstacle> {
    let mut bytes = Vec::new();
    match from.read_to_end(&mut bytes) {
        Ok(0) => Ok(()),
        Ok(_) => Err(match <[u8; 4]>::try_from(bytes.as_slice()) {
            Ok(number) if number != [0; 4] => {
                Obstacle::Program(io::Error::from_raw_os_error(i32::from_le_bytes(number)))
            }
            Ok(_) | Err(_) => Obstacle::Namespace,
        }),
        Err(_) => Err(Obstacle::Namespace),
    }
}

/// Holds the program that the arguments name; `None` when they are for somebody else.
pub fn main(argv: &[OsString]) -> Option<ExitCode> {
    if argv.get(1)? != WORD {
        return None;
    }
    let number = argv.get(2).and_then(|text| text.to_str()?.parse().ok());
    let report = match number.map(inherited) {
        Some(Ok(file)) => Some(file),
        None => None,
        Some(Err(_)) => return Some(ExitCode::from(NOT_HELD)),
    };
    let program = argv.get(3..).unwrap_or_default();
    Some(hold(report, program).unwrap_or(ExitCode::from(NOT_HELD)))
}

/// Takes a pipe that was inherited, and lets nobody inherit it further.
#[expect(unsafe_code, reason = "a number becomes a descriptor")]
fn inherited(number: i32) -> io::Result<File> {
    // SAFETY: who started us left the pipe open under this number for us alone, and nothing else here uses it.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
    fcntl(&descriptor, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    Ok(File::from(descriptor))
}

/// The holder: makes the namespaces, starts the first process in them, and ends as the program did.
fn hold(mut report: Option<File>, argv: &[OsString]) -> io::Result<ExitCode> {
    let parent = getppid();
    let (life, held) = io::pipe()?;
    let (outcome, tell) = io::pipe()?;
    system::go_first();
    let first = enter().and_then(|()| {
        // Changed credentials may have taken away that we die with our parent; it may have died meanwhile.
        set_pdeathsig(Signal::SIGKILL)?;
        if getppid() == parent { begin() } else { Err(io::Error::from(Errno::ESRCH)) }
    });
    let first = match first {
        Ok(ForkResult::Child) => {
            drop((held, outcome));
            let code = be_first(report, argv, life, tell).unwrap_or(NOT_HELD);
            return Ok(ExitCode::from(code));
        }
        Ok(ForkResult::Parent { child }) => child,
        Err(error) => {
            not_made(report.as_mut());
            return Err(error);
        }
    };
    drop((report, life, tell));
    let_go_of_streams()?;
    wait_for(first);
    drop(held);
    end_like(outcome)
}

/// Makes the namespaces: as root without one for users, in which nobody else would exist.
fn enter() -> io::Result<()> {
    let own = CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWNS;
    if getuid().is_root() && unshare(own).is_ok() {
        return Ok(());
    }
    let (user, group) = (getuid(), getgid());
    unshare(own | CloneFlags::CLONE_NEWUSER)?;
    // Where it is missing there is nothing to deny.
    drop(fs::write("/proc/self/setgroups", "deny"));
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// The first process of the namespace: starts the program, waits for everybody, and tells how the program ended.
fn be_first(mut report: Option<File>, argv: &[OsString], life: PipeReader, mut tell: PipeWriter) -> io::Result<u8> {
    set_pdeathsig(Signal::SIGKILL)?;
    if has_hung_up(&life)? {
        return Ok(NOT_HELD);
    }
    drop(life);
    if let Err(error) = own_proc() {
        not_made(report.as_mut());
        return Err(error);
    }
    // Whoever begins something here must know it before the program does.
    hear_the_stop()?;
    let program = match begin() {
        Ok(ForkResult::Child) => {
            drop(tell);
            return Ok(become_program(report, argv));
        }
        Ok(ForkResult::Parent { child }) => child,
        Err(error) => {
            not_made(report.as_mut());
            return Err(error);
        }
    };
    drop(report);
    let_go_of_streams()?;
    let mut has_ended = false;
    loop {
        match waitpid(None, None) {
            Ok(status) if status.pid() == Some(program) => {
                tell.write_all(&encode(status))?;
                has_ended = true;
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return Ok(0),
        }
        // What it began ends now. Only who heard with it that it is to stop gets time for that: the rest of its group.
        if has_ended && (!ASKED.load(Ordering::Relaxed) || killpg(program, None).is_err()) {
            return Ok(0);
        }
    }
}

/// Shows the processes of this namespace, and no others, under `/proc`.
fn own_proc() -> io::Result<()> {
    let nothing: Option<&str> = None;
    mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_SLAVE, nothing)?;
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), quiet, nothing).map_err(io::Error::from)
}

fn become_program(report: Option<File>, argv: &[OsString]) -> u8 {
    setsid().ok();
    let Some((program, arguments)) = argv.split_first() else { return 0 };
    let error = Command::new(program).args(arguments).exec();
    let number = error.raw_os_error().unwrap_or(Errno::ENOEXEC as i32);
    if let Some(mut report) = report {
        // Nobody is left to tell when this fails.
        drop(report.write_all(&number.to_le_bytes()));
    }
    NOT_HELD
}

/// Reports that there is no namespace.
fn not_made(report: Option<&mut File>) {
    if let Some(report) = report {
        drop(report.write_all(&[0; 4]));
    }
}

#[expect(unsafe_code, reason = "fork is unsafe by nature")]
fn begin() -> io::Result<ForkResult> {
    // SAFETY: this process was executed a moment ago and has one thread, so no lock is held by another one.
    unsafe { fork() }.map_err(io::Error::from)
}

extern "C" fn asked(_: i32) {
    ASKED.store(true, Ordering::Relaxed);
}

#[expect(unsafe_code, reason = "handlers of signals are unsafe by nature")]
fn hear_the_stop() -> io::Result<()> {
    // SAFETY: the handler stores one flag and does nothing else.
    unsafe { signal(Signal::SIGTERM, SigHandler::Handler(asked)) }.map(drop).map_err(io::Error::from)
}

/// Tells whether the other end of a pipe is closed.
fn has_hung_up(pipe: &PipeReader) -> io::Result<bool> {
    let mut asked = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
    Ok(poll(&mut asked, PollTimeout::ZERO)? > 0)
}

/// Streams are the program's alone: they end when it ends.
fn let_go_of_streams() -> io::Result<()> {
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdin(&nothing)?;
    dup2_stdout(&nothing)?;
    dup2_stderr(&nothing)?;
    Ok(())
}

fn wait_for(child: Pid) {
    while waitpid(child, None) == Err(Errno::EINTR) {}
}

fn encode(status: WaitStatus) -> [u8; 8] {
    let (is_signal, number) = match status {
        WaitStatus::Signaled(_, signal, _) => (1, signal as i32),
        WaitStatus::Exited(_, code) => (0, code),
        _ => (0, i32::from(NOT_HELD)),
    };
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&i32::to_le_bytes(is_signal));
    bytes[4..].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Ends with the exit code or by the signal of the program; by SIGKILL where the first process was killed before it could
/// tell.
fn end_like(mut outcome: PipeReader) -> io::Result<ExitCode> {
    let mut number = || {
        let mut bytes = [0; 4];
        outcome.read_exact(&mut bytes).map(|()| i32::from_le_bytes(bytes))
    };
    let (is_signal, number) = (number().unwrap_or(1), number().unwrap_or(Signal::SIGKILL as i32));
    if is_signal == 1 {
        // The core, where there is one, is that of the program.
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        end_by(Signal::try_from(number)?)?;
    }
    Ok(ExitCode::from(u8::try_from(number).unwrap_or(NOT_HELD)))
}

#[expect(unsafe_code, reason = "handlers of signals are unsafe by nature")]
fn end_by(how: Signal) -> io::Result<()> {
    if how != Signal::SIGKILL && how != Signal::SIGSTOP {
        // SAFETY: the default action runs no code of ours.
        unsafe { signal(how, SigHandler::SigDfl) }?;
    }
    raise(how).map_err(io::Error::from)
}

//! Hears out a child process: its output as it comes and its end, without polling and without threads.

use std::io::{ErrorKind, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, ChildStdin, ExitStatus};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Most bytes of standard error that are kept.
const STDERR: usize = 1 << 20;

/// What a child printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) stdout: Vec<u8>,
    /// More was printed than was asked for.
    pub(crate) truncated: bool,
    pub(crate) stderr: Vec<u8>,
    pub(crate) status: ExitStatus,
}

/// How long a child is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    deadline: Instant,
    /// Each sign of life gives it so much more time.
    renewed: Option<Duration>,
}

impl Patience {
    /// Waits so long for the end.
    pub(crate) fn total(limit: Duration) -> Self {
        Self { deadline: Instant::now() + limit, renewed: None }
    }

    /// Waits as long as the child prints something at least so often.
    pub(crate) fn silence(limit: Duration) -> Self {
        Self { renewed: Some(limit), ..Self::total(limit) }
    }

    fn heard(&mut self) {
        if let Some(limit) = self.renewed {
            self.deadline = Instant::now() + limit;
        }
    }
}

/// Gives the child its input, reads at most `max` bytes of its output and waits for its end; `None` when patience ends
/// before it does, or when it cannot be waited for.
pub(crate) fn hear(child: &mut Child, input: Option<&[u8]>, max: usize, mut patience: Patience) -> Option<Heard> {
    let mut stdin = child.stdin.take().zip(input).map(|(pipe, rest)| Feed { pipe, rest });
    if let Some(feed) = &stdin {
        // A child that reads nothing must not hold us up.
        fcntl(&feed.pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).ok()?;
    }
    let mut stdout = Stream { pipe: child.stdout.take(), bytes: Vec::new(), max, truncated: false };
    let mut stderr = Stream { pipe: child.stderr.take(), bytes: Vec::new(), max: STDERR, truncated: false };
    let mut end = end_of(child);
    while stdout.pipe.is_some() || stderr.pipe.is_some() || end.is_some() {
        let handles = [
            stdin.as_ref().map(|feed| (feed.pipe.as_fd(), PollFlags::POLLOUT)),
            stdout.pipe.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::POLLIN)),
            stderr.pipe.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::POLLIN)),
            end.as_ref().map(|end| (end.as_fd(), PollFlags::POLLIN)),
        ];
        let [can_write, has_stdout, has_stderr, has_ended] = ready(handles, patience.deadline)?;
        if can_write && stdin.as_mut().is_some_and(Feed::is_done) {
            stdin = None;
        }
        if has_stdout || has_stderr {
            patience.heard();
        }
        if has_stdout {
            stdout.read();
        }
        if has_stderr {
            stderr.read();
        }
        if has_ended {
            end = None;
            // Nobody reads the rest; a child of the child may still hold the pipe.
            stdin = None;
        }
    }
    let status = reap(child, patience.deadline)?;
    Some(Heard { stdout: stdout.bytes, truncated: stdout.truncated, stderr: stderr.bytes, status })
}

/// Waits until something can be done with the handles; `None` when the time is over.
fn ready<const N: usize>(handles: [Option<(BorrowedFd<'_>, PollFlags)>; N], deadline: Instant) -> Option<[bool; N]> {
    let mut polled: Vec<PollFd<'_>> = handles.iter().flatten().map(|(fd, events)| PollFd::new(*fd, *events)).collect();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        // Rounded up, so that the last millisecond is no busy loop.
        let timeout = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        match poll(&mut polled, timeout) {
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => break,
            Err(_) => return None,
        }
    }
    let mut answers = polled.iter().map(|polled| polled.any().unwrap_or(true));
    Some(handles.map(|handle| handle.is_some() && answers.next().unwrap_or(false)))
}

/// Returns a handle that becomes readable when the child ends; `None` where the system has no such thing.
#[cfg(target_os = "linux")]
fn end_of(child: &Child) -> Option<OwnedFd> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_of(_: &Child) -> Option<OwnedFd> {
    None
}

/// Collects the status of a child that has closed its output, and so is about to end.
fn reap(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_micros(100);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            // Only where the end of a child cannot be waited for with a deadline.
            Ok(None) if Instant::now() < deadline => std::thread::sleep(pause),
            Ok(None) | Err(_) => return None,
        }
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// What a child is still to be given.
struct Feed<'a> {
    pipe: ChildStdin,
    rest: &'a [u8],
}

impl Feed<'_> {
    /// Writes what fits into the pipe; tells whether nothing is left to do.
    fn is_done(&mut self) -> bool {
        match self.pipe.write(self.rest) {
            Ok(count) => self.rest = &self.rest[count..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            // A child that stops early closes the pipe; its exit code tells the rest.
            Err(_) => return true,
        }
        self.rest.is_empty()
    }
}

/// One output of a child.
struct Stream<R> {
    /// `None` when it is closed, or when enough was read.
    pipe: Option<R>,
    bytes: Vec<u8>,
    max: usize,
    truncated: bool,
}

impl<R: Read> Stream<R> {
    /// Reads what is there.
    fn read(&mut self) {
        let mut chunk = [0; 1 << 14];
        let Some(pipe) = &mut self.pipe else { return };
        match pipe.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => self.pipe = None,
            Ok(count) => {
                self.bytes.extend_from_slice(&chunk[..count]);
                if self.bytes.len() > self.max {
                    self.bytes.truncate(self.max);
                    self.truncated = true;
                    self.pipe = None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    use super::*;

    fn shell(line: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", line]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).spawn().expect("a shell")
    }

    fn soon() -> Patience {
        Patience::total(Duration::from_secs(60))
    }

    #[test]
    fn input_and_both_outputs_larger_than_any_pipe_pass_through() {
        let input = b"0123456789abcdef".repeat(1 << 16);
        let heard = hear(&mut shell("tee /dev/stderr"), Some(&input), usize::MAX, soon()).expect("an end");
        assert!(heard.status.success());
        assert_eq!((heard.stdout.len(), heard.truncated), (input.len(), false));
        assert_eq!(heard.stdout, input);
        assert_eq!(heard.stderr.len(), STDERR);
    }

    #[test]
    fn a_child_that_prints_without_end_is_cut_off() {
        let heard = hear(&mut shell("yes"), None, 1000, soon()).expect("an end");
        assert_eq!((heard.stdout.len(), heard.truncated), (1000, true));
        assert!(!heard.status.success());
    }

    #[test]
    fn a_child_that_reads_nothing_holds_nobody_up() {
        let input = vec![b'x'; 1 << 20];
        let heard = hear(&mut shell("exec <&-; echo done"), Some(&input), 100, soon()).expect("an end");
        assert_eq!(heard.stdout, b"done\n");
    }

    #[test]
    fn signs_of_life_prolong_the_patience_with_silence_and_with_nothing_else() {
        let talks = "for n in 1 2 3 4 5 6; do sleep 0.3; echo $n >&2; done";
        let limit = Duration::from_millis(1200);
        assert!(hear(&mut shell(talks), None, 100, Patience::silence(limit)).is_some());
        let mut child = shell(talks);
        assert!(hear(&mut child, None, 100, Patience::total(limit)).is_none());
        child.wait().expect("an end");
    }

    #[test]
    fn the_deadline_holds_for_silent_children_and_for_those_that_closed_their_output() {
        for line in ["exec sleep 600", "exec sleep 600 >&- 2>&-", "sleep 600 & echo early"] {
            let mut child = shell(line);
            let begin = Instant::now();
            assert!(hear(&mut child, None, 100, Patience::total(Duration::from_millis(200))).is_none(), "{line}");
            assert!(begin.elapsed() < Duration::from_secs(30), "{line}");
            let group = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
            killpg(group, Signal::SIGKILL).expect("killed");
            child.wait().expect("an end");
        }
    }
}

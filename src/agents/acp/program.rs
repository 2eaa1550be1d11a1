//! The agent as a child of this process: its start, what it complained about, its end.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Bytes of its error output that are kept for a message.
const SAID: usize = 4096;
/// How long it may take to end by itself when nobody speaks to it any more, and then when it is asked to.
const BY_ITSELF: Duration = Duration::from_secs(2);
const WHEN_ASKED: Duration = Duration::from_secs(1);
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) struct Program {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Program {
    /// Starts the agent in a group of its own.
    pub(super) fn start(argv: &[String]) -> Result<(Self, ChildStdin, ChildStdout), String> {
        let (name, args) = argv.split_first().ok_or("no program is given")?;
        let mut command = Command::new(name);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().map_err(|error| format!("`{name}` does not start: {error}"))?;
        let said = Arc::new(Mutex::new(Vec::new()));
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => {
                let reader = pass_on(stderr, Arc::clone(&said));
                Ok((Self { child, said, reader }, stdin, stdout))
            }
            _ => Err(format!("`{name}` has no pipes")),
        }
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the agent: it has closed its input, or is about to find it closed.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let mut status = self.wait(BY_ITSELF);
        if status.is_none() {
            killpg(self.group(), Signal::SIGTERM).ok();
            status = self.wait(WHEN_ASKED);
        }
        self.end_the_rest();
        status.or_else(|| self.child.wait().ok())
    }

    /// Ends what the agent started: it stays in its group.
    pub(super) fn end_the_rest(&self) {
        killpg(self.group(), Signal::SIGKILL).ok();
    }

    fn group(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default())
    }

    fn wait(&mut self, time: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + time;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }

    /// Says how it ended, with the last lines that it wrote to its error output.
    pub(super) fn obituary(&self, status: Option<ExitStatus>) -> String {
        let how = match status.map(|status| (status.code(), status.signal())) {
            Some((Some(code), _)) => format!("ended with exit code {code}"),
            Some((None, Some(signal))) => format!("was killed by signal {signal}"),
            _ => "ended in an unknown way".to_owned(),
        };
        // Its last words may still be on their way; somebody else may hold the pipe for ever.
        let end = Instant::now() + LAST_WORDS;
        while !self.reader.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said).into_owned();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" | ");
        if last.is_empty() { how } else { format!("{how}: {last}") }
    }
}

/// Passes its error output on, and keeps the end of it.
fn pass_on(mut from: impl Read + Send + 'static, said: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            io::stderr().write_all(&chunk[..length]).ok();
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.extend_from_slice(&chunk[..length]);
            let surplus = said.len().saturating_sub(SAID);
            said.drain(..surplus);
        }
    })
}

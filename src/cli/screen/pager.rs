//! A pager is a job of its own on the terminal: Ctrl-C is its own key there and ends no run, and Ctrl-Z stops both.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, killpg, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpgrp, tcsetpgrp};

use super::modes::{Modes, has_foreground};
use super::suspend::has_job_control;

/// How often is looked whether something has come.
const LOOK: Duration = Duration::from_millis(20);

/// How long a pager that is told to end is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Leaves the second screen and shows the cursor: for a pager that cannot do so any more.
const LEAVE: &[u8] = b"\x1b[?1049l\x1b[?1l\x1b>\x1b[?25h\r\n";

/// The pager, while there is one.
#[derive(Debug, Default)]
pub struct Pager(Mutex<Standing>);

#[derive(Debug, Default)]
struct Standing {
    job: Option<Pid>,
    /// The run is told to end: none is started any more.
    is_closed: bool,
}

impl Pager {
    /// Shows what a pager shows, and puts the terminal back however that ends.
    pub fn show(&self, command: &mut Command, modes: &Modes) -> io::Result<()> {
        // Whoever gives the terminal away from the background is stopped otherwise.
        let mut mask = SigSet::empty();
        mask.add(Signal::SIGTTOU);
        mask.thread_block()?;
        let job = {
            let mut standing = self.lock();
            if standing.is_closed {
                return Ok(());
            }
            let child = command.process_group(0).spawn()?;
            *standing.job.insert(Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
        };
        give_terminal(job);
        let was_killed = follow(job, modes);
        give_terminal(getpgrp());
        modes.restore();
        if was_killed {
            io::stdout().write_all(LEAVE)?;
        }
        self.lock().job = None;
        Ok(())
    }

    /// Ends the pager: the run was told to end, and its summary is to be seen.
    pub fn close(&self) {
        let job = {
            let mut standing = self.lock();
            standing.is_closed = true;
            let Some(job) = standing.job else { return };
            job
        };
        killpg(job, Signal::SIGTERM).ok();
        killpg(job, Signal::SIGCONT).ok();
        let begin = Instant::now();
        while self.lock().job.is_some() {
            if begin.elapsed() > PATIENCE {
                killpg(job, Signal::SIGKILL).ok();
                return;
            }
            thread::sleep(LOOK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for the end of the job; tells whether a signal ended it.
fn follow(job: Pid, modes: &Modes) -> bool {
    loop {
        match waitpid(job, Some(WaitPidFlag::WUNTRACED)) {
            // It reached for the terminal before it was given to it.
            Ok(WaitStatus::Stopped(_, Signal::SIGTTIN | Signal::SIGTTOU)) => {}
            Ok(WaitStatus::Stopped(..)) => stop_with_it(modes),
            Ok(WaitStatus::Signaled(..)) => return true,
            Ok(WaitStatus::Exited(..)) => return false,
            Ok(_) | Err(Errno::EINTR) => continue,
            Err(_) => return false,
        }
        give_terminal(job);
        killpg(job, Signal::SIGCONT).ok();
    }
}

/// Stops this program as its pager was stopped, and returns when somebody brings it back to the foreground.
fn stop_with_it(modes: &Modes) {
    if !has_job_control() {
        return;
    }
    give_terminal(getpgrp());
    modes.restore();
    raise(Signal::SIGSTOP).ok();
    while has_foreground(&io::stdin()) == Some(false) {
        thread::sleep(LOOK);
    }
}

fn give_terminal(job: Pid) {
    tcsetpgrp(io::stdin(), job).ok();
}

//! Ctrl-Z and Ctrl-\\: the terminal is put back before the program stops or dies, and taken again when it goes on.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::sys::signal::{Signal, raise};
use nix::unistd::{Pid, getpgid, getpgrp, getsid};
use signal_hook::consts::{SIGCONT, SIGQUIT, SIGTSTP};
use signal_hook::flag;
use signal_hook::low_level::{emulate_default_handler, pipe};

use super::modes::Modes;
use super::outlet::Outlet;

/// What is put back before the program stops.
#[derive(Clone, Debug)]
pub struct Suspend {
    outlet: Outlet,
    /// The modes of the terminal while keys are read.
    modes: Arc<Mutex<Option<Arc<Modes>>>>,
}

impl Suspend {
    /// Begins to wait for the signals, on a thread that stays: from now on nobody else stops the program at Ctrl-Z.
    pub fn watch(outlet: Outlet) -> io::Result<Self> {
        let suspend = Self { outlet, modes: Arc::default() };
        let (mut come, sent) = UnixStream::pair()?;
        let stop = Arc::new(AtomicBool::new(false));
        // The flag is there when the thread wakes.
        flag::register(SIGTSTP, stop.clone())?;
        pipe::register(SIGTSTP, sent.try_clone()?)?;
        let quit = Arc::new(AtomicBool::new(false));
        flag::register(SIGQUIT, quit.clone())?;
        pipe::register(SIGQUIT, sent.try_clone()?)?;
        pipe::register(SIGCONT, sent)?;
        let own = suspend.clone();
        thread::Builder::new().name("suspend".to_owned()).spawn(move || {
            let mut was_stopped_here = false;
            while come.read_exact(&mut [0]).is_ok() {
                if quit.load(Ordering::Relaxed) {
                    own.quit();
                } else if stop.swap(false, Ordering::Relaxed) {
                    was_stopped_here = own.stop();
                } else if !std::mem::take(&mut was_stopped_here) {
                    // It was stopped in a way that nobody hears of.
                    own.outlet.overwritten();
                    if let Some(modes) = own.modes().filter(|modes| modes.is_taken()) {
                        modes.let_take();
                    }
                }
            }
        })?;
        Ok(suspend)
    }

    /// Notes the modes that are to be put back.
    pub fn keep(&self, modes: Option<Arc<Modes>>) {
        *self.modes.lock().unwrap_or_else(PoisonError::into_inner) = modes;
    }

    fn modes(&self) -> Option<Arc<Modes>> {
        self.modes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Dies as whoever typed Ctrl-\\ wants it, on a terminal that can be used.
    fn quit(&self) {
        self.outlet.hold();
        if let Some(modes) = self.modes() {
            modes.give_back();
        }
        drop(emulate_default_handler(SIGQUIT));
    }

    /// Stops the program and returns when it goes on; tells whether it did so.
    fn stop(&self) -> bool {
        if !has_job_control() {
            return false;
        }
        self.outlet.hold();
        let taken = self.modes().filter(|modes| modes.is_taken());
        if let Some(modes) = &taken {
            modes.give_back();
        }
        let stopped = raise(Signal::SIGSTOP).is_ok();
        if let Some(modes) = &taken {
            modes.let_take();
        }
        self.outlet.go_on();
        stopped
    }
}

/// Tells whether somebody is there to let the program go on: a shell of the same session in another group than ours. The
/// system asks the same before it lets Ctrl-Z stop a program.
pub(super) fn has_job_control() -> bool {
    let mut parent = nix::unistd::getppid();
    loop {
        match (getsid(Some(parent)), getpgid(Some(parent))) {
            (Ok(session), Ok(group)) if getsid(None) == Ok(session) => {
                if group != getpgrp() {
                    return true;
                }
            }
            _ => return false,
        }
        match parent_of(parent) {
            Some(next) => parent = next,
            None => return false,
        }
    }
}

fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok().map(Pid::from_raw).filter(|pid| pid.as_raw() > 0)
}

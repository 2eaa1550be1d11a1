//! Orphans of agents become our children, so that none escapes; they are waited for without taking a child away from
//! whoever else waits for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getsid};

use super::marker::{self, Brand};
use super::system;
use super::table::{self, Process};

static SUBREAPER: AtomicBool = AtomicBool::new(false);
/// Orphans that have ended, and since when that is known.
static SEEN: Mutex<BTreeMap<i32, Instant>> = Mutex::new(BTreeMap::new());
/// Children that were started here, with the time at which each was.
static OWN: Mutex<BTreeMap<i32, u64>> = Mutex::new(BTreeMap::new());

/// Takes back that whoever started us ignores SIGCHLD, which would be inherited: the system would then tell nobody how a
/// child ended. Must be called before there are threads.
#[expect(unsafe_code, reason = "handlers of signals are unsafe by nature")]
pub fn hear_of_children() {
    // SAFETY: the default action runs no code of ours.
    unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) }.ok();
}

/// Makes this process the parent of all orphans below it. Called once at the start of the program.
pub fn become_subreaper() {
    SUBREAPER.store(system::adopt_orphans(), Ordering::Relaxed);
}

/// Tells whether everything that agents start stays below this process.
pub fn is_subreaper() -> bool {
    SUBREAPER.load(Ordering::Relaxed)
}

/// The register of children that were started here and are waited for by their starters.
pub struct Register(MutexGuard<'static, BTreeMap<i32, u64>>);

impl Register {
    /// Locks the register. Held across a start, so that the new child is never taken for an orphan.
    pub fn lock() -> Self {
        Self(OWN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Enters a child.
    pub fn enter(&mut self, pid: i32) -> RegisterEntry {
        self.0.insert(pid, table::process(pid).map_or(0, |process| process.start));
        RegisterEntry(pid)
    }

    /// Tells whether a child was started here.
    pub fn holds(&self, pid: i32) -> bool {
        self.0.contains_key(&pid)
    }

    /// Tells whether a child other than `leader` could have started something: it was there before.
    fn explains(&self, leader: i32, orphan: &Process) -> bool {
        self.0.iter().any(|(pid, start)| *pid != leader && *start <= orphan.start)
    }
}

/// Keeps a child in the register.
#[derive(Debug)]
pub struct RegisterEntry(i32);

impl Drop for RegisterEntry {
    fn drop(&mut self) {
        Register::lock().0.remove(&self.0);
    }
}

/// Returns our children that were not started here: orphans, dead or alive. `None` when the system does not tell.
pub fn adopted() -> Option<Vec<i32>> {
    let children = table::own_children()?;
    let register = Register::lock();
    Some(children.into_iter().filter(|pid| !register.holds(*pid) && is_foreign(*pid)).collect())
}

/// Returns living orphans that nothing explains but what `leader` began: they left its session, got rid of marker and
/// brand, and no other child that still lives was there before them. Whatever cannot be told apart waits for the end of the others.
pub fn unexplained(leader: i32) -> Vec<i32> {
    if !is_subreaper() {
        return Vec::new();
    }
    let orphans: Vec<Process> = adopted().unwrap_or_default().into_iter().filter_map(table::process).collect();
    let register = Register::lock();
    let is_free = |orphan: &Process| {
        let is_known = register.holds(orphan.session) || register.holds(orphan.group);
        let environ = table::environment(orphan.pid).unwrap_or_default();
        let is_branded = table::lock_limit(orphan.pid).is_some_and(Brand::is_any);
        !is_known && !is_branded && marker::run_of(&environ).is_none() && !register.explains(leader, orphan)
    };
    orphans.iter().filter(|orphan| orphan.is_alive() && is_free(orphan)).map(|orphan| orphan.pid).collect()
}

/// Waits for those orphans that have ended, one second after they were first seen so: whoever else may wait for a
/// child of ours does so at once.
pub fn reap() {
    const PATIENCE: Duration = Duration::from_secs(1);
    if !is_subreaper() {
        return;
    }
    let ended: Vec<i32> = adopted().unwrap_or_default().into_iter().filter(|pid| has_ended(*pid)).collect();
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.retain(|pid, _| ended.contains(pid));
    for pid in ended {
        if seen.entry(pid).or_insert_with(Instant::now).elapsed() >= PATIENCE && !Register::lock().holds(pid) {
            // An error means that it is gone already.
            waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG)).ok();
        }
    }
}

/// Tells whether a process runs no longer.
pub fn has_ended(pid: i32) -> bool {
    table::process(pid).is_none_or(|process| !process.is_alive())
}

/// Tells whether a child is of another session: whatever else this program starts (such as git) stays in ours, and
/// is waited for by whoever started it.
fn is_foreign(pid: i32) -> bool {
    let ours = getsid(None).map_or(0, Pid::as_raw);
    table::process(pid).is_some_and(|process| process.session != ours)
}

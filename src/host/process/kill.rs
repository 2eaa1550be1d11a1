//! Stops a process with everything that it started.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid, getpid};

use super::marker::Marker;
use super::orphan;
use super::spawn::Running;
use super::table::{self, Process};
use crate::host::failpoint;
use crate::model::agent::StopStyle;

/// How long the killer goes on against processes that do not die (in uninterruptible sleep, say).
const PATIENCE: Duration = Duration::from_secs(5);

/// The processes that belong to one start.
#[derive(Clone, Debug)]
pub struct Family {
    leader: i32,
    marker: Marker,
}

impl Family {
    /// Names the family of a process.
    pub fn of(running: &Running) -> Self {
        Self { leader: running.pid, marker: running.marker.clone() }
    }

    /// Asks the family to stop, in the way that the agent understands. The leader must not have been waited for.
    pub fn ask(&self, style: StopStyle) {
        // Whoever holds the namespace of an agent would end it at once instead of passing the word on.
        let within = table::within(&table::snapshot(), self.leader);
        let program = Pid::from_raw(within.map_or(self.leader, |held| held.program));
        let group = getpgid(Some(program)).unwrap_or(program);
        // An error means that it has ended already.
        failpoint::quietly("agent.ask", || {
            match style {
                StopStyle::Int => kill(program, Signal::SIGINT).ok(),
                StopStyle::Term => kill(program, Signal::SIGTERM).ok(),
                StopStyle::GroupTerm => {
                    // It waits then for those that get time to end besides the program.
                    within.map(|held| kill(Pid::from_raw(held.first), Signal::SIGTERM));
                    killpg(group, Signal::SIGTERM).ok()
                }
            };
            // A stopped process hears nothing.
            killpg(group, Signal::SIGCONT).ok();
        });
    }

    /// Kills the family and looks until it is empty twice. Returns the pids that would not die.
    pub async fn kill(self) -> Vec<i32> {
        tokio::task::spawn_blocking(move || self.kill_blocking()).await.unwrap_or_default()
    }

    fn kill_blocking(&self) -> Vec<i32> {
        #[cfg(not(target_os = "linux"))]
        killpg(Pid::from_raw(self.leader), Signal::SIGKILL).ok();
        until_empty(|| self.members())
    }

    /// Waits until those that heard a signal to the group of the leader have gone, but no longer than `grace`.
    pub async fn wait_gone(&self, grace: Duration) {
        let family = self.clone();
        let wait = move || {
            let end = Instant::now() + grace;
            let hears = |member: &Process| member.group == family.leader && member.pid != family.leader;
            while Instant::now() < end && family.members().iter().any(hears) {
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        tokio::task::spawn_blocking(wait).await.ok();
    }

    /// Returns the living members: what carries the marker, what shares session or group with the leader, and
    /// everything that descends from those; and orphans that nobody else who still lives can have begun.
    fn members(&self) -> Vec<Process> {
        if Self::has_no_orphans() && table::process(self.leader).is_none_or(|leader| !leader.is_alive()) {
            return Vec::new();
        }
        let all = table::snapshot();
        // As subreaper we have all of them below us.
        let mut ours = BTreeSet::from([getpid().as_raw()]);
        table::close_over_children(&all, &mut ours);
        let mut set = BTreeSet::from([self.leader]);
        let brand = self.marker.brand();
        for process in &all {
            let near = !orphan::is_subreaper() || ours.contains(&process.pid);
            if process.session == self.leader
                || process.group == self.leader
                || near && table::lock_limit(process.pid).is_some_and(|number| brand.is(number))
                || near && table::environment(process.pid).is_some_and(|environ| self.marker.is_in(&environ))
            {
                set.insert(process.pid);
            }
        }
        set.extend(orphan::unexplained(self.leader));
        set.remove(&getpid().as_raw());
        table::close_over_children(&all, &mut set);
        let spared = table::with_ancestors(&all, getpid().as_raw());
        let member = |process: &Process| set.contains(&process.pid) && !spared.contains(&process.pid);
        all.into_iter().filter(|process| process.is_alive() && member(process)).collect()
    }

    fn has_no_orphans() -> bool {
        orphan::is_subreaper() && orphan::adopted().is_some_and(|orphans| orphans.into_iter().all(orphan::has_ended))
    }
}

/// Kills what `find` returns until it returns nothing twice in a row. Returns the pids that would not die.
pub(super) fn until_empty(find: impl Fn() -> Vec<Process>) -> Vec<i32> {
    let end = Instant::now() + PATIENCE;
    let mut empty = 0;
    loop {
        let alive = find();
        orphan::reap();
        if alive.is_empty() {
            empty += 1;
            if empty == 2 {
                return Vec::new();
            }
        } else {
            empty = 0;
            if Instant::now() > end {
                return alive.iter().map(|process| process.pid).collect();
            }
            alive.iter().for_each(kill_one);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill_one(process: &Process) {
    // The number may belong to somebody else by now.
    if table::process(process.pid).is_some_and(|now| now.start == process.start) {
        failpoint::quietly("agent.kill", || {
            kill(Pid::from_raw(process.pid), Signal::SIGKILL).ok();
        });
    }
}

//! Which process owns something on disk, and whether that process is still alive.
//!
//! A pid alone proves nothing: it is reused, and a reboot starts the numbers over. An owner is a pid with the time at
//! which the kernel started it, the boot it belongs to and the host.

use std::fs;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::process::table;

/// The process that owns a lock or an unfinished step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub pid: u32,
    pub host: String,
    /// Boot id of the kernel; empty where the system has none.
    pub boot: String,
    /// Start of the process in clock ticks since boot; 0 where unknown.
    pub started: u64,
    /// RFC 3339 time at which the record was written, for people.
    pub since: String,
    /// What the process does, for people.
    pub what: String,
}

impl Owner {
    /// Describes this process.
    pub fn current(what: impl Into<String>) -> Self {
        let pid = std::process::id();
        Self {
            pid,
            host: host_name(),
            boot: boot().to_owned(),
            started: own_start(),
            since: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            what: what.into(),
        }
    }

    /// Tells whether the process still runs; `None` when it belongs to another host and cannot be asked.
    pub fn is_alive(&self) -> Option<bool> {
        if self.host != host_name() {
            return None;
        }
        if self.boot != boot() {
            return Some(false);
        }
        if self.started == 0 {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(self.pid).ok()?);
            return Some(nix::sys::signal::kill(pid, None).is_ok());
        }
        Some(start_of(self.pid) == Some(self.started))
    }
}

/// Names this process in the names of files, so that what it leaves behind can be told from the work of the living.
pub fn tag() -> String {
    format!("{}-{}", std::process::id(), own_start())
}

/// Tells whether the process that is named by a tag is certainly gone.
pub fn is_gone(tag: &str) -> bool {
    let parts = tag.split_once('-').and_then(|(pid, started)| Some((pid.parse().ok()?, started.parse::<u64>().ok()?)));
    let Some((pid, started)) = parts else { return false };
    match start_of(pid) {
        Some(now) => now != started,
        None => i32::try_from(pid).is_ok_and(|pid| {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None) == Err(nix::errno::Errno::ESRCH)
        }),
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on `{}`, since {}", self.pid, self.host, self.since)
    }
}

/// Returns the name of this machine; empty when it has none.
pub fn host_name() -> String {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the id of this boot, which stays the same as long as we run.
fn boot() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    let read = || fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned());
    BOOT.get_or_init(|| read().unwrap_or_default())
}

/// Returns the start of this process in clock ticks since boot; 0 where unknown.
fn own_start() -> u64 {
    static START: OnceLock<u64> = OnceLock::new();
    *START.get_or_init(|| start_of(std::process::id()).unwrap_or(0))
}

/// Returns the start of a live process in clock ticks since boot.
fn start_of(pid: u32) -> Option<u64> {
    let process = table::process(i32::try_from(pid).ok()?)?;
    process.is_alive().then_some(process.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_a_reused_pid_is_not_its_old_owner() {
        let me = Owner::current("test");
        assert_eq!(me.is_alive(), Some(true));
        assert_eq!(Owner { boot: "another".to_owned(), ..me.clone() }.is_alive(), Some(false));
        assert_eq!(Owner { host: "another".to_owned(), ..me.clone() }.is_alive(), None);
        if me.started > 0 {
            assert_eq!(Owner { started: me.started + 1, ..me }.is_alive(), Some(false));
        }
    }

    #[test]
    fn a_tag_tells_this_process_from_one_that_had_its_number_before() {
        assert!(!is_gone(&tag()));
        let mut child = std::process::Command::new("true").spawn().expect("a process");
        let gone = format!("{}-1", child.id());
        child.wait().expect("an end");
        assert!(is_gone(&gone));
        assert!(!is_gone("not a tag"));
        if start_of(std::process::id()).is_some() {
            assert!(is_gone(&format!("{}-1", std::process::id())));
        }
    }
}

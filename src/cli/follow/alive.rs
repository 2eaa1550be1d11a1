//! Tells whether the process that wrote a journal is still the one of that number.

use std::fs;

use jiff::Timestamp;

use crate::event::RunView;

/// Whether an orchestrator is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alive {
    Yes,
    No,
    /// It runs on another machine.
    Elsewhere,
}

/// Looks whether the orchestrator of a run is at work: same machine, and a process that is not younger than the run.
pub fn alive(state: &RunView) -> Alive {
    if state.end.is_some() || state.pid == 0 {
        return Alive::No;
    }
    if hostname().is_some_and(|name| name != state.host) {
        return Alive::Elsewhere;
    }
    match (process_start(state.pid), state.started) {
        // The clock of the kernel ticks in hundredths; a second of tolerance covers the rounding of boot time.
        (Some(start), Some(run)) if start <= run.as_second() + 1 => Alive::Yes,
        _ => Alive::No,
    }
}

/// Returns the name of this machine.
pub fn hostname() -> Option<String> {
    nix::unistd::gethostname().ok()?.into_string().ok()
}

/// Returns the epoch second in which a process started; `None` when there is no such process, or it is a zombie.
#[cfg(target_os = "linux")]
fn process_start(pid: u32) -> Option<i64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, so fields are counted behind the last bracket.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    let ticks: i64 = fields.get(19)?.parse().ok()?;
    let uptime: f64 = fs::read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()?;
    let per_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok()??;
    #[expect(clippy::cast_possible_truncation, reason = "seconds since boot")]
    let boot = Timestamp::now().as_second() - uptime as i64;
    Some(boot + ticks / per_second)
}

/// Returns the start of the epoch for a process that exists: start times are not compared here.
#[cfg(not(target_os = "linux"))]
fn process_start(pid: u32) -> Option<i64> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    nix::sys::signal::kill(pid, None).ok().map(|()| 0)
}

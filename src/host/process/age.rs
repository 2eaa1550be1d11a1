//! Since when a process runs, and until when.

use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

/// Returns the epoch second in which a process started; `None` when there is no such process, or it is a zombie.
#[cfg(target_os = "linux")]
pub fn started_at(pid: u32) -> Option<i64> {
    let process = super::table::process(i32::try_from(pid).ok()?).filter(super::table::Process::is_alive)?;
    let uptime: f64 = std::fs::read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()?;
    let per_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok()??;
    #[expect(clippy::cast_possible_truncation, reason = "seconds since boot")]
    let boot = jiff::Timestamp::now().as_second() - uptime as i64;
    Some(boot + i64::try_from(process.start).ok()? / per_second)
}

/// Returns the start of the epoch for a process that exists: start times are not compared here.
#[cfg(not(target_os = "linux"))]
pub fn started_at(pid: u32) -> Option<i64> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    nix::sys::signal::kill(pid, None).ok().map(|()| 0)
}

/// The end of a process that is there, to wait for.
#[derive(Debug)]
pub struct EndOf(#[cfg(target_os = "linux")] std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl EndOf {
    /// Takes hold of a process; `None` where there is none, or the system cannot do that.
    pub fn process(pid: u32) -> Option<Self> {
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
        pidfd_open(pid, PidfdFlags::empty()).ok().map(Self)
    }

    /// Waits until it has ended, at most so long.
    pub fn wait(&self, at_most: Option<Duration>) {
        use nix::errno::Errno;
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd;

        let deadline = at_most.map(|time| Instant::now() + time);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            // Rounded up, so that the last millisecond is no busy loop.
            let timeout = left.map_or(PollTimeout::NONE, |left| {
                PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
            });
            match poll(&mut [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)], timeout) {
                Ok(0) if left.is_none_or(|left| !left.is_zero()) => {}
                Err(Errno::EINTR) => {}
                Ok(_) | Err(_) => return,
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl EndOf {
    /// Tells that this cannot be done.
    pub fn process(_: u32) -> Option<Self> {
        None
    }

    /// Never called: there is none.
    pub fn wait(&self, _: Option<Duration>) {}
}

//! Since when a process runs.

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

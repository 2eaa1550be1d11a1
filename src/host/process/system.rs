//! What only Linux does for processes. Elsewhere nothing stands in for it: `docs/reliability.md` says what is lost there.

#[cfg(target_os = "linux")]
mod here {
    use std::os::fd::AsFd;

    use nix::fcntl::{FcntlArg, fcntl};
    use nix::sys::prctl::{set_child_subreaper, set_pdeathsig};
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use nix::sys::signal::Signal;

    /// Lets this process die with its parent. Called between fork and exec: a system call and nothing else.
    pub(crate) fn die_with_parent() -> nix::Result<()> {
        set_pdeathsig(Signal::SIGKILL)
    }

    /// Sets how many processes and threads the user may have from here on. Called between fork and exec.
    pub(crate) fn limit_processes(most: u64) -> nix::Result<()> {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NPROC)?;
        setrlimit(Resource::RLIMIT_NPROC, most.min(soft), hard)
    }

    /// Gives this process and all its descendants a brand. Called between fork and exec.
    pub(crate) fn brand(number: u64) -> nix::Result<()> {
        let (_, hard) = getrlimit(Resource::RLIMIT_LOCKS)?;
        if number <= hard { setrlimit(Resource::RLIMIT_LOCKS, number, hard) } else { Ok(()) }
    }

    /// Makes this process the parent of all orphans below it; tells whether it is.
    pub(crate) fn adopt_orphans() -> bool {
        set_child_subreaper(true).is_ok()
    }

    /// Makes the kernel choose a process before us when memory runs out.
    pub(crate) fn give_up_first(pid: i32) {
        let own = std::fs::read_to_string("/proc/self/oom_score_adj").ok();
        let own: i32 = own.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        // Refused by some containers; then everything stays as it is.
        std::fs::write(format!("/proc/{pid}/oom_score_adj"), more_likely(own).to_string()).ok();
    }

    /// Makes room for what a process says before we have read it: some lose the end of it when they exit before a full pipe.
    pub(crate) fn widen(pipe: impl AsFd) {
        // Refused to users whose pipes are wide already; then everything stays as it is.
        fcntl(pipe, FcntlArg::F_SETPIPE_SZ(WIDTH)).ok();
    }

    /// The most that a user may have without a privilege.
    const WIDTH: i32 = 1 << 20;

    /// Makes the kernel choose this process, and what it starts, before whoever started it.
    pub(crate) fn go_first() {
        let own = std::fs::read_to_string("/proc/self/oom_score_adj").ok();
        let own: i32 = own.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        std::fs::write("/proc/self/oom_score_adj", more_likely(own).to_string()).ok();
    }

    fn more_likely(own: i32) -> i32 {
        (own + 500).min(1000)
    }
}

#[cfg(not(target_os = "linux"))]
mod here {
    pub(crate) fn die_with_parent() -> nix::Result<()> {
        Ok(())
    }

    pub(crate) fn limit_processes(_: u64) -> nix::Result<()> {
        Ok(())
    }

    pub(crate) fn brand(_: u64) -> nix::Result<()> {
        Ok(())
    }

    pub(crate) fn adopt_orphans() -> bool {
        false
    }

    pub(crate) fn give_up_first(_: i32) {}

    pub(crate) fn widen(_: impl std::os::fd::AsFd) {}
}

#[cfg(target_os = "linux")]
pub(super) use here::go_first;
pub(super) use here::{adopt_orphans, brand, die_with_parent, give_up_first, limit_processes, widen};

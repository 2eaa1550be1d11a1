//! How what this program starts is kept together.

/// Keeps together what is started from now on: orphans come to us, and where `namespaces` are wanted and can be had, none
/// gets out of those. Called once at the start of the program.
pub fn keep_together(namespaces: bool) {
    super::become_subreaper();
    #[cfg(target_os = "linux")]
    if namespaces {
        super::namespace::use_namespaces();
    }
    #[cfg(not(target_os = "linux"))]
    let _: bool = namespaces;
}

/// Tells whether this system allows PID namespaces to us.
pub fn namespaces_work() -> bool {
    #[cfg(target_os = "linux")]
    return super::namespace::work();
    #[cfg(not(target_os = "linux"))]
    false
}

//! How many processes may be there while agents work: an agent that starts others without end must not take the machine.

use std::sync::OnceLock;

/// Most processes and threads of the user, for everything that is started from now on.
static CEILING: OnceLock<u64> = OnceLock::new();

/// Allows so many processes and threads besides those that are there now; 0 sets no limit. The first call decides.
///
/// The kernel counts what the user has in all, so the limit is one for all agents together. It does not hold for root.
pub fn limit_processes(more: u64) {
    if let Some(there) = there().filter(|_| more > 0) {
        CEILING.get_or_init(|| there.saturating_add(more));
    }
}

/// Returns the limit; `None` when there is none.
pub(super) fn ceiling() -> Option<u64> {
    CEILING.get().copied()
}

/// Returns how many processes and threads there are on this system, whoever they belong to.
fn there() -> Option<u64> {
    let loads = std::fs::read_to_string("/proc/loadavg").ok()?;
    total(&loads)
}

/// Reads the second number of the fourth field, as in `0.20 0.18 0.12 1/80 11206`.
fn total(loads: &str) -> Option<u64> {
    loads.split_ascii_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_how_many_there_are() {
        assert_eq!(total("0.20 0.18 0.12 1/80 11206\n"), Some(80));
        assert_eq!(total(""), None);
        #[cfg(target_os = "linux")]
        assert!(there().is_some_and(|number| number > 1));
    }
}

//! Wall-clock time, run ids, and the gap that a suspended machine leaves.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Returns the time in epoch seconds.
pub fn epoch_seconds() -> i64 {
    Timestamp::now().as_second()
}

/// Returns the time as RFC 3339 with milliseconds, UTC, such as `2026-11-20T10:15:30.123Z`.
pub fn now() -> String {
    rfc3339(Timestamp::now())
}

/// Prints a time as RFC 3339 with milliseconds, UTC.
pub fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Makes the id of a new run, such as `20261121T101530123-9ix`: sorts by time to the millisecond, unique on this machine.
pub fn run_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let time = Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%S%3f").to_string();
    let process = base36(std::process::id());
    match COUNT.fetch_add(1, Ordering::Relaxed) {
        0 => format!("{time}-{process}"),
        again => format!("{time}-{process}-{}", base36(again)),
    }
}

/// Returns how long the machine was suspended since it was started; the growth between two readings is what counts.
#[cfg(target_os = "linux")]
pub fn suspended() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    let read = |clock| clock_gettime(clock).map(Duration::from);
    match (read(ClockId::CLOCK_BOOTTIME), read(ClockId::CLOCK_MONOTONIC)) {
        (Ok(boot), Ok(monotonic)) => boot.saturating_sub(monotonic),
        _ => Duration::ZERO,
    }
}

/// Returns how long the machine was suspended; not known on this system.
#[cfg(not(target_os = "linux"))]
pub fn suspended() -> Duration {
    Duration::ZERO
}

fn base36(mut number: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_are_unique_sort_by_time_and_are_safe_names() {
        let (a, b) = (run_id(), run_id());
        assert_ne!(a, b);
        assert_eq!(a[..8], b[..8]);
        assert_eq!(a.find('-'), Some(18), "{a}");
        std::thread::sleep(Duration::from_millis(2));
        assert!(run_id() > a.clone().max(b), "a later run has a later name, whatever its process is called");
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'), "{a}");
        assert_eq!((base36(0), base36(35), base36(36)), ("0".to_owned(), "z".to_owned(), "10".to_owned()));
    }

    #[test]
    fn times_have_milliseconds_and_utc() {
        assert_eq!(rfc3339(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert!(suspended() < Duration::from_secs(60 * 60 * 24 * 365 * 10));
    }
}

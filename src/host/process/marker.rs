//! The variables by which every process of a run is found again, whatever it did to its parents and groups.

use std::collections::BTreeMap;

/// Name of the variable with the run id.
pub const RUN: &str = "BATCHPRP_RUN";
/// Name of the variable with the item.
pub const ITEM: &str = "BATCHPRP_ITEM";
/// Name of the variable with the number of the attempt.
pub const ATTEMPT: &str = "BATCHPRP_ATTEMPT";

/// On whose behalf a process runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker {
    pub run: String,
    /// Empty outside of items.
    pub item: String,
    pub attempt: u32,
}

impl Marker {
    /// Returns the variables of the marker.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [(RUN, self.run.clone()), (ITEM, self.item.clone()), (ATTEMPT, self.attempt.to_string())]
    }

    /// Puts the marker into an environment.
    pub fn put(&self, env: &mut BTreeMap<String, String>) {
        env.extend(self.variables().map(|(name, value)| (name.to_owned(), value)));
    }

    /// Returns the number that stands for it where only a number can.
    pub(super) fn brand(&self) -> Brand {
        Brand { run: hash(self.run.as_bytes()), start: hash(format!("{} {}", self.item, self.attempt).as_bytes()) }
    }

    /// Tells whether an environment, as the system prints it (`name=value`, NUL), carries exactly this marker.
    pub fn is_in(&self, environ: &[u8]) -> bool {
        self.variables().iter().all(|(name, value)| read(environ, name) == Some(value.as_bytes()))
    }
}

/// A marker as one number. It is the soft limit of file locks, which no kernel of today looks at: children inherit it
/// through every session, every double fork and every environment that was emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Brand {
    run: u32,
    start: u32,
}

impl Brand {
    /// Above every number that anybody else would choose, and below that for no limit.
    const KIND: u64 = 0b101 << 61;
    const BITS: u32 = 29;

    /// Returns the number.
    pub(super) fn number(self) -> u64 {
        Self::KIND | u64::from(self.run) << Self::BITS | u64::from(self.start) >> (u32::BITS - Self::BITS)
    }

    /// Tells whether a number is that of this very start.
    pub(super) fn is(self, number: u64) -> bool {
        self.number() == number
    }

    /// Tells whether a number is that of a start of the same run.
    pub(super) fn is_run(self, number: u64) -> bool {
        self.number() >> Self::BITS == number >> Self::BITS
    }

    /// Tells whether a number was given by any run.
    pub(super) fn is_any(number: u64) -> bool {
        number >> 61 == Self::KIND >> 61
    }
}

/// Mixes bytes into a number (FNV-1a).
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Returns the run id in an environment.
pub fn run_of(environ: &[u8]) -> Option<&str> {
    std::str::from_utf8(read(environ, RUN)?).ok()
}

fn read<'a>(environ: &'a [u8], name: &str) -> Option<&'a [u8]> {
    environ.split(|byte| *byte == 0).find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_marker_matches() {
        let marker = Marker { run: "r1".to_owned(), item: "PRP-1".to_owned(), attempt: 1 };
        let environ = b"PATH=/bin\0BATCHPRP_RUN=r1\0BATCHPRP_ITEM=PRP-1\0BATCHPRP_ATTEMPT=1\0";
        assert!(marker.is_in(environ));
        assert!(!Marker { item: "PRP".to_owned(), ..marker.clone() }.is_in(environ));
        assert!(!Marker { attempt: 11, ..marker }.is_in(environ));
        assert_eq!(run_of(environ), Some("r1"));
        assert_eq!(run_of(b"XBATCHPRP_RUN=r1\0"), None);
    }

    #[test]
    fn brands_tell_runs_and_starts_apart() {
        let marker = |run: &str, attempt| Marker { run: run.to_owned(), item: "PRP-1".to_owned(), attempt };
        let (one, next, other) = (marker("r1", 1).brand(), marker("r1", 2).brand(), marker("r2", 1).brand());
        assert!(one.is(one.number()) && !one.is(next.number()) && !one.is(other.number()));
        assert!(one.is_run(next.number()) && !one.is_run(other.number()));
        assert!(Brand::is_any(other.number()) && !Brand::is_any(u64::MAX) && !Brand::is_any(1 << 40));
    }
}

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

    /// Tells whether an environment, as the system prints it (`name=value`, NUL), carries exactly this marker.
    pub fn is_in(&self, environ: &[u8]) -> bool {
        self.variables().iter().all(|(name, value)| read(environ, name) == Some(value.as_bytes()))
    }
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
}

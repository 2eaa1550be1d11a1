//! What agents and checks of an attempt wrote, on its way to the machine of the run.

use serde::{Deserialize, Serialize};

/// A piece of a file below the folder of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperPiece {
    /// With `/` between its parts.
    pub file: String,
    /// Where it begins and ends in the file, in bytes.
    pub from: u64,
    pub to: u64,
    pub text: String,
}

/// Files that travel. The rest of what is written about an item only matters where it is carried out.
const OF_CALLS: [&str; 3] = ["prompt.md", "stderr.log", "transcript.jsonl"];
/// Folder of the outputs of checks.
const CHECKS: &str = "checks";

/// Tells whether a file of an item travels; such a path leads nowhere else.
pub fn travels(file: &str) -> bool {
    let is_plain = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
    let parts: Vec<&str> = file.split('/').collect();
    parts.iter().all(is_plain)
        && match parts[..] {
            [CHECKS, name] => name.strip_suffix(".log").is_some_and(|stem| !stem.is_empty()),
            [attempt, _, name] => attempt.starts_with('a') && OF_CALLS.contains(&name),
            _ => false,
        }
}

/// Returns the path that a file of an attempt has among those of the run: each worker counts from one.
pub fn here(file: &str, attempt: u32) -> String {
    match file.split_once('/') {
        Some((CHECKS, name)) if attempt > 1 => format!("{CHECKS}/{attempt}/{name}"),
        Some((first, rest)) if attempt > 1 => format!("a{attempt}.{}/{rest}", first.trim_start_matches('a')),
        _ => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_agents_and_checks_said_travels_and_nothing_leads_out() {
        for file in ["a1/p2/transcript.jsonl", "a1/p1-2/stderr.log", "checks/p1-l2-1-1.log"] {
            assert!(travels(file), "{file}");
        }
        for file in ["a1/p1/spec.json", "../a1/prompt.md", "a1/../prompt.md", "/a/p/prompt.md", "checks/x", "prompt.md"]
        {
            assert!(!travels(file), "{file}");
        }
        assert_eq!(here("a1/p1/prompt.md", 1), "a1/p1/prompt.md");
        assert_eq!(here("a1/p1/prompt.md", 3), "a3.1/p1/prompt.md");
        assert_eq!(here("checks/p1-l2-1-1.log", 2), "checks/2/p1-l2-1-1.log");
    }
}

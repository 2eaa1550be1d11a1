//! What the project says to the rules.

use std::collections::BTreeMap;

use super::rules::RULES;
use crate::model::guard::Level;
use crate::model::pattern::DeclaredFile;

/// Files over this size are not merged without a word.
const MAX_FILE_BYTES: u64 = 1_000_000;

/// Levels of the rules, and what is left alone.
#[derive(Debug)]
pub struct Policy {
    levels: BTreeMap<&'static str, Level>,
    ignore: Vec<DeclaredFile>,
    pub(super) max_file_bytes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new(&BTreeMap::new(), &[], MAX_FILE_BYTES)
    }
}

impl Policy {
    /// Makes a policy of what is configured: levels by rule, files that are left alone, the largest size.
    pub fn new(levels: &BTreeMap<String, Level>, ignore: &[String], max_file_bytes: u64) -> Self {
        let level = |id: &str, level: Level| levels.get(id).copied().unwrap_or(level);
        Self {
            levels: RULES.iter().map(|rule| (rule.id, level(rule.id, rule.level))).collect(),
            ignore: ignore.iter().map(|path| DeclaredFile::new(path)).collect(),
            max_file_bytes,
        }
    }

    /// Returns the level of a rule.
    pub fn level(&self, rule: &str) -> Level {
        self.levels.get(rule).copied().unwrap_or(Level::Approve)
    }

    /// Tells whether the guard looks for nothing in a file.
    pub(super) fn ignores(&self, path: &str) -> bool {
        self.ignore.iter().any(|pattern| pattern.matches(path))
    }
}

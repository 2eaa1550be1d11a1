//! The baseline: what the checks of the configuration say about a commit before anybody has worked on it.

use crate::model::validation::{LevelResult, LevelVerdict};

/// Asks what the levels up to one come to on the commit from which a batch starts.
#[derive(Debug)]
pub struct TryBaseline {
    /// A batch that has work of its own began where it left the base.
    pub batch: Option<u32>,
    /// The revision that was asked for; HEAD when none was.
    pub base: Option<String>,
    pub level: u8,
    /// Runs what is not known yet; otherwise it is only named.
    pub start: bool,
}

/// What is known of the levels that have commands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    pub commit: String,
    /// The levels that were tried, on this commit and with these commands.
    pub levels: Vec<LevelResult>,
    /// Levels that nobody has tried.
    pub unknown: Vec<u8>,
}

impl Baseline {
    /// Adds what was found out just now and is not remembered.
    #[must_use]
    pub fn with(mut self, found: Vec<LevelResult>) -> Self {
        let new: Vec<LevelResult> = found.into_iter().filter(|found| self.unknown.contains(&found.level)).collect();
        self.unknown.retain(|level| !new.iter().any(|found| found.level == *level));
        self.levels.extend(new);
        self.levels.sort_by_key(|found| found.level);
        self
    }

    /// Returns the levels that are red.
    pub fn red(&self) -> impl Iterator<Item = &LevelResult> {
        self.levels.iter().filter(|level| level.result == LevelVerdict::Failed)
    }
}

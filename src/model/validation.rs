//! The result of validating one checkpoint, as it is kept in a git note.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one level came to. Only `Passed` and `Flaky` count as passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelVerdict {
    Passed,
    Failed,
    /// Red, and then green on the same files: it passes, and proves little.
    Flaky,
    /// Nothing is configured for the level.
    Skipped,
    /// A gate without a command: a person has to look.
    Manual,
}

/// One level of one checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelResult {
    pub level: u8,
    pub result: LevelVerdict,
    /// The commands that ran, in order.
    pub commands: Vec<String>,
    /// How the failing command ended with beginning and end of its output, or why there is no result; of a flaky level
    /// how it had ended before.
    pub errors: Vec<String>,
    /// File with the whole output of the failing command, as people are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Seconds.
    pub duration: f64,
}

impl LevelResult {
    /// Returns what a failed command said, below the line that tells how it ended, and the file with all of it.
    pub fn said(&self) -> impl Iterator<Item = String> {
        let file = self.log.iter().map(|log| format!("whole output: {log}"));
        self.errors.iter().skip(1).cloned().chain(file)
    }
}

/// Validation of one commit: the content of its note under `refs/notes/batchprp`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidationRecord {
    pub schema_version: u32,
    pub prp: String,
    pub phase: u32,
    /// Highest level that was asked for.
    pub level: u8,
    pub levels: Vec<LevelResult>,
    /// Files of the commit that the checks changed, and that `validate.may_change` does not name: what they passed on is
    /// something else, so the last level failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl ValidationRecord {
    /// Tells whether no level failed.
    pub fn passed(&self) -> bool {
        self.levels.iter().all(|level| level.result != LevelVerdict::Failed)
    }

    /// Returns the first level that failed.
    pub fn failure(&self) -> Option<&LevelResult> {
        self.levels.iter().find(|level| level.result == LevelVerdict::Failed)
    }
}

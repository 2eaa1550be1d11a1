//! What is known about executed work.

use serde::Deserialize;

use crate::model::validation::ValidationRecord;

/// What git shows about one phase.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseFacts {
    pub ordinal: u32,
    /// The checkpoint of the phase.
    pub commit: Option<String>,
    /// The validation record of that commit.
    pub validation: Option<ValidationRecord>,
}

/// Everything that the review of executed work looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkFacts {
    pub phases: Vec<PhaseFacts>,
    /// Files that the work changed, relative to the repository.
    pub files: Vec<String>,
    /// Unified diff of the work.
    pub diff: String,
    /// What the guard finds against the merge.
    pub objections: Vec<Objection>,
}

/// A finding of the guard.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Objection {
    pub rule: String,
    pub path: String,
    #[serde(default)]
    pub line: Option<usize>,
    pub reason: String,
}

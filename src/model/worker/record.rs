//! What came of an attempt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::outcome::Outcome;
use crate::model::usage::Usage;

/// A checkpoint that stands on the branch of the attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedCheckpoint {
    /// Ordinal of the phase.
    pub phase: u32,
    pub commit: String,
    pub subject: String,
}

/// What came of an attempt, as its worker writes it at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeRecord {
    pub schema_version: u32,
    pub run: String,
    pub batch: Option<u32>,
    pub item: String,
    pub attempt: u32,
    /// That of the spec.
    pub nonce: String,
    pub outcome: Outcome,
    /// What the recipe made.
    pub value: Option<serde_json::Value>,
    /// What its agents used.
    pub usage: Usage,
    pub checkpoints: Vec<RecordedCheckpoint>,
    /// Name of the machine.
    pub node: String,
}

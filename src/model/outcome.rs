//! What became of one work item.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an item failed; decides whether it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// A timer ended it.
    Timeout,
    /// The service was overloaded or the connection broke; worth another try.
    Transient,
    /// The agent crashed or could not be started.
    Crash,
    /// The agent has no valid credentials: every further start would fail too.
    Auth,
    /// The agent refused, says itself that it failed, or ran out of turns, money or context.
    Refused,
    /// The script, a panic in it, or the program around it failed.
    Script,
    /// Git, disk or another part of the machine failed.
    System,
}

impl FailureKind {
    /// Returns the word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Transient => "transient",
            Self::Crash => "crash",
            Self::Auth => "auth",
            Self::Refused => "refused",
            Self::Script => "script",
            Self::System => "system",
        }
    }

    /// Tells whether another attempt can help.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Timeout | Self::Transient)
    }
}

/// What a recipe returns for its item, or what was made of it when the recipe failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything asked for was done, with evidence. `note` is one line for the summary; `score` is out of 10.
    Completed {
        note: Option<String>,
        score: Option<f64>,
        /// What the recipe made, for the script that started the run.
        #[serde(skip)]
        value: Option<serde_json::Value>,
    },
    /// Some phases are done; validation of a phase failed, or its agent says that it did a part.
    Partial {
        phase: u32,
        /// Level that failed; 0 where it is the agent that says so.
        level: u8,
        reason: String,
    },
    Failed {
        kind: FailureKind,
        reason: String,
    },
    /// The agent claims what nothing shows.
    Unproven {
        claim: String,
        evidence: String,
    },
    /// A usage limit of the model service: not a failure. Epoch seconds, when known.
    RateLimited {
        adapter: String,
        until: Option<i64>,
    },
    /// The budget of the run is used up.
    OverBudget {
        reason: String,
    },
    /// The run was stopped.
    Cancelled,
}

impl Outcome {
    /// Makes the outcome of a failure.
    pub fn failed(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self::Failed { kind, reason: reason.into() }
    }

    /// Makes the plain good outcome.
    pub fn completed() -> Self {
        Self::Completed { note: None, score: None, value: None }
    }
}

//! What an agent call came to.

use crate::model::outcome::{FailureKind, Outcome};

/// What an agent call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is something to show: a checkpoint and its validation follow, and only they make the phase done.
    Completed,
    /// The agent says itself that it did a part.
    Partial {
        reason: String,
    },
    /// The agent claims what nothing shows.
    Unproven {
        claim: String,
        evidence: String,
    },
    /// A usage limit: not a failure, no attempt is used up.
    RateLimited {
        until: Option<i64>,
    },
    Failed {
        kind: FailureKind,
        reason: String,
    },
    /// The run was stopped.
    Cancelled,
}

impl Verdict {
    /// Orders verdicts by how much they let count: nothing that an agent says makes it more, except that a claim of no
    /// change is taken to the checks where there are some.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Completed => 3,
            Self::Partial { .. } => 2,
            Self::Unproven { .. } => 1,
            Self::RateLimited { .. } | Self::Failed { .. } | Self::Cancelled => 0,
        }
    }

    /// Returns what it means for the item: for a call of an adapter, and for a phase where there is one.
    pub fn outcome(self, agent: &str, phase: Option<u32>) -> Outcome {
        match self {
            Self::Completed => Outcome::completed(),
            Self::Partial { reason } => Outcome::Partial { phase: phase.unwrap_or(1), level: 0, reason },
            Self::Unproven { claim, evidence } => Outcome::Unproven { claim, evidence },
            Self::RateLimited { until } => Outcome::RateLimited { adapter: agent.to_owned(), until },
            Self::Failed { kind, reason } => Outcome::Failed { kind, reason },
            Self::Cancelled => Outcome::Cancelled,
        }
    }
}

//! The verdict, and how it is made of the table.

use super::disagreement::disagreements;
use super::facts::Facts;
use super::rows::ROWS;
use super::seen::Seen;
use crate::model::outcome::FailureKind;

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
}

/// A verdict with everything that is to be told besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The row of the table that decided.
    pub row: &'static str,
    /// What the agent changed, sorted.
    pub work: Vec<String>,
    /// Claims that the facts do not bear out, beside a verdict of any kind.
    pub disagreements: Vec<String>,
}

/// Judges an agent call: the first row of [`ROWS`] that holds decides.
pub fn judge(facts: &Facts) -> Judgement {
    let seen = Seen::of(facts);
    let row = ROWS.iter().find(|row| (row.holds)(&seen));
    Judgement {
        // The last row always holds.
        verdict: row.map_or(Verdict::Completed, |row| (row.verdict)(&seen)),
        row: row.map_or("", |row| row.id),
        work: seen.work.iter().map(|path| (*path).to_owned()).collect(),
        disagreements: disagreements(&seen),
    }
}

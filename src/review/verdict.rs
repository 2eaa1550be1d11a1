//! The verdict that follows from a score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Score below which a PRP is not good enough when nobody says otherwise.
pub const DEFAULT_MIN_SCORE: f64 = 7.0;

/// Points below the wanted score under which revising is not enough.
const HOPELESS: f64 = 3.0;

/// What to do with a PRP or with finished work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewVerdict {
    Approve,
    /// The reviewer's answer could not be read: a person has to look. Never a score.
    NeedsManualReview,
    NeedsRevision,
    Reject,
}

impl ReviewVerdict {
    /// Returns the word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::NeedsManualReview => "NEEDS_MANUAL_REVIEW",
            Self::NeedsRevision => "NEEDS_REVISION",
            Self::Reject => "REJECT",
        }
    }
}

/// Judges a score out of 10: at least `min` is approved, more than three points less is rejected.
pub fn verdict(score: f64, min: f64) -> ReviewVerdict {
    if score >= min {
        ReviewVerdict::Approve
    } else if score < min - HOPELESS {
        ReviewVerdict::Reject
    } else {
        // A score that is not a number lands here: neither good nor proven bad.
        ReviewVerdict::NeedsRevision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_belong_to_the_better_side() {
        assert_eq!(verdict(8.0, 8.0), ReviewVerdict::Approve);
        assert_eq!(verdict(7.9, 8.0), ReviewVerdict::NeedsRevision);
        assert_eq!(verdict(5.0, 8.0), ReviewVerdict::NeedsRevision);
        assert_eq!(verdict(4.9, 8.0), ReviewVerdict::Reject);
        assert_eq!(verdict(0.0, 0.0), ReviewVerdict::Approve);
        assert_eq!(verdict(f64::NAN, 8.0), ReviewVerdict::NeedsRevision);
    }
}

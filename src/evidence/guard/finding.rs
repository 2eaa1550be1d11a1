//! What the guard found, and what follows.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::guard::Level;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Finding {
    /// Id of the rule, such as `test_removed`.
    pub rule: &'static str,
    pub level: Level,
    /// Relative to the repository; empty when a commit is meant.
    pub path: String,
    /// Line in the new file, in the old one for what is gone, from 1.
    pub line: Option<usize>,
    /// What is wrong, with the evidence.
    pub reason: String,
    /// The line itself, without secrets.
    pub excerpt: Option<String>,
}

impl Finding {
    /// Returns what an approval is about: it holds for the same finding only, wherever its line has moved.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.rule, self.path, self.reason)
    }
}

/// What the guard says to a merge. Findings of level `note` stand among the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "findings", rename_all = "snake_case")]
pub enum Outcome {
    Clear(Vec<Finding>),
    /// Not merged before a person approves.
    NeedsApproval(Vec<Finding>),
    Refused(Vec<Finding>),
}

impl Outcome {
    /// Sums findings up: the worst decides.
    pub(super) fn of(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| (&a.path, a.line, a).cmp(&(&b.path, b.line, b))));
        findings.dedup();
        match findings.first().map(|finding| finding.level) {
            Some(Level::Refuse) => Self::Refused(findings),
            Some(Level::Approve) => Self::NeedsApproval(findings),
            Some(Level::Note | Level::Off) | None => Self::Clear(findings),
        }
    }

    /// Returns the findings, the worst first.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Clear(findings) | Self::NeedsApproval(findings) | Self::Refused(findings) => findings,
        }
    }
}

//! The result of a review by rules: checks with points, evidence and findings.

use serde::Serialize;

use super::finding::Finding;

/// One check of a review.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Stable name, such as `gates`.
    pub name: &'static str,
    /// All points were given.
    pub passed: bool,
    pub points: f64,
    /// The most that the check can give.
    pub max: f64,
    /// What was seen, in words.
    pub evidence: String,
    pub findings: Vec<Finding>,
}

impl Check {
    pub(super) fn new(name: &'static str, max: f64) -> Self {
        Self { name, passed: false, points: 0.0, max, evidence: String::new(), findings: Vec::new() }
    }

    /// Gives points, or says why not.
    pub(super) fn award(&mut self, points: f64, earned: bool, finding: impl FnOnce() -> Finding) {
        if earned {
            self.points += points;
        } else {
            self.findings.push(finding());
        }
    }

    /// Closes the check with what was seen.
    pub(super) fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.points = (self.points * 100.0).round() / 100.0;
        self.passed = self.points >= self.max;
        self.evidence = evidence.into();
        self
    }
}

/// A review by rules of one PRP or of the work that was done for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    /// Out of 10, one decimal.
    pub score: f64,
    pub checks: Vec<Check>,
}

impl Review {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        let points: f64 = checks.iter().map(|check| check.points).sum();
        let most: f64 = checks.iter().map(|check| check.max).sum();
        let score = if most > 0.0 { points / most * 10.0 } else { 0.0 };
        Self { score: (score * 10.0).round() / 10.0, checks }
    }

    /// Returns the findings of all checks, in order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|check| &check.findings)
    }

    /// Returns a check by its name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

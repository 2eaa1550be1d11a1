//! What a check found in one file.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Findings;
use crate::model::problem::{Problem, Severity};

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// File as shown to people.
    pub file: String,
    pub text: String,
    /// Sorted by place.
    pub problems: Vec<Problem>,
    /// What the script can do, such as `starts agents`; imports included.
    pub effects: Vec<&'static str>,
}

impl CheckReport {
    /// Tells whether nothing is wrong; warnings are not.
    pub fn ok(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }

    /// Returns the findings for a rendered report; `None` when there are none.
    pub fn findings(&self) -> Option<Findings> {
        let findings =
            || Findings { name: self.file.clone(), text: self.text.clone(), problems: self.problems.clone() };
        (!self.problems.is_empty()).then(findings)
    }

    /// Returns the report for programs.
    pub fn document(&self) -> CheckDocument {
        let problem = |problem: &Problem| {
            let before = problem.span.as_ref().and_then(|span| self.text.get(..span.start));
            CheckProblem {
                code: problem.code,
                severity: problem.severity,
                line: before.map(|before| before.matches('\n').count() + 1),
                message: problem.message.clone(),
                help: problem.help.clone(),
            }
        };
        CheckDocument {
            file: self.file.clone(),
            ok: self.ok(),
            effects: self.effects.clone(),
            problems: self.problems.iter().map(problem).collect(),
        }
    }
}

/// What `check --json` prints for each script.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckDocument {
    file: String,
    /// There are no errors; there may be warnings.
    ok: bool,
    /// What the script can do, such as `starts agents`; imports included.
    effects: Vec<&'static str>,
    problems: Vec<CheckProblem>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct CheckProblem {
    code: &'static str,
    severity: Severity,
    /// From 1.
    line: Option<usize>,
    message: String,
    help: Option<String>,
}

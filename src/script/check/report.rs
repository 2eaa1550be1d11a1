//! What a check found in one file.

use serde_json::{Value, json};

use crate::error::Findings;
use crate::model::problem::Problem;

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

    /// Returns the report as one JSON object.
    pub fn to_json(&self) -> Value {
        let problem = |problem: &Problem| {
            let before = problem.span.as_ref().and_then(|span| self.text.get(..span.start));
            json!({
                "code": problem.code,
                "severity": problem.severity,
                "line": before.map(|before| before.matches('\n').count() + 1),
                "message": problem.message,
                "help": problem.help,
            })
        };
        json!({
            "schema_version": crate::event::record::SCHEMA_VERSION,
            "file": self.file,
            "ok": self.ok(),
            "effects": self.effects,
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    }
}

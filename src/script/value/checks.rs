//! `Checks`: the result of validating a checkpoint.

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::validation::ValidationRecord;

use super::convert::{data, optional};

/// A validation record as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct ChecksValue(pub(crate) ValidationRecord);

impl ChecksValue {
    /// Returns the failed commands of the first failed level and the end of their output.
    pub(crate) fn text(&self) -> String {
        let Some(failure) = self.0.failure() else { return String::new() };
        let commands = failure.commands.iter().flat_map(|command| ["$ ", command, "\n"]).collect::<String>();
        format!("Validation level {} failed.\n{commands}{}", failure.level, failure.errors.join("\n"))
    }

    /// Returns why it did not pass, on one line.
    pub(crate) fn reason(&self) -> Option<String> {
        let failure = self.0.failure()?;
        let errors = failure.errors.iter().flat_map(|error| error.lines()).find(|line| !line.trim().is_empty());
        Some(format!("L{}: {}", failure.level, errors.map_or("failed", str::trim)))
    }
}

#[export_module]
pub(crate) mod getters {
    /// Tells whether no level failed.
    #[rhai_fn(get = "passed", pure)]
    pub fn passed(checks: &mut ChecksValue) -> bool {
        checks.0.passed()
    }

    /// Ordinal of the phase.
    #[rhai_fn(get = "phase", pure)]
    pub fn phase(checks: &mut ChecksValue) -> i64 {
        i64::from(checks.0.phase)
    }

    /// One map per level: `#{ level, result, commands, errors, duration }`; `result` is `passed`, `failed`, `flaky`
    /// (failed, then passed on the same files), `skipped` or `manual`.
    #[rhai_fn(get = "levels", pure)]
    pub fn levels(checks: &mut ChecksValue) -> Array {
        checks.0.levels.iter().map(data).collect()
    }

    /// The first level that failed, as a map, or `()`.
    #[rhai_fn(get = "failure", pure)]
    pub fn failure(checks: &mut ChecksValue) -> Dynamic {
        checks.0.failure().map_or(Dynamic::UNIT, data)
    }

    /// First level that failed, or `()`.
    #[rhai_fn(get = "level", pure)]
    pub fn level(checks: &mut ChecksValue) -> Dynamic {
        optional(checks.0.failure().map(|failure| i64::from(failure.level)))
    }

    /// Files of the commit that the checks changed: what they passed on is something else, so the last level failed. A
    /// checkpoint of them can be validated by itself.
    #[rhai_fn(get = "changed", pure)]
    pub fn changed(checks: &mut ChecksValue) -> Array {
        checks.0.changed.iter().map(|path| path.clone().into()).collect()
    }

    /// What failed, for people and for the next prompt; empty when nothing did.
    #[rhai_fn(get = "text", pure)]
    pub fn text(checks: &mut ChecksValue) -> String {
        checks.text()
    }

    /// Why it did not pass, on one line, or `()`.
    #[rhai_fn(get = "reason", pure)]
    pub fn reason(checks: &mut ChecksValue) -> Dynamic {
        optional(checks.reason())
    }

    /// Returns `passed`, or the reason.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(checks: &mut ChecksValue) -> String {
        checks.reason().unwrap_or_else(|| "passed".to_owned())
    }
}

//! `Outcome`: what a recipe returns for its item.

use rhai::plugin::*;
use rhai::{Dynamic, Map};

use crate::model::outcome::Outcome;

use super::convert::data;

/// An outcome as scripts see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutcomeValue(pub(crate) Outcome);

impl OutcomeValue {
    /// Returns the outcome as a map with its `status`.
    fn map(&self) -> Map {
        data(&self.0).try_cast::<Map>().unwrap_or_default()
    }

    fn status(&self) -> String {
        self.map().get("status").map(ToString::to_string).unwrap_or_default()
    }
}

#[export_module]
pub(crate) mod getters {
    /// `completed`, `partial`, `failed`, `unproven`, `rate_limited`, `over_budget` or `cancelled`.
    #[rhai_fn(get = "status", pure)]
    pub fn status(outcome: &mut OutcomeValue) -> String {
        outcome.status()
    }

    /// Tells whether everything was done.
    #[rhai_fn(get = "ok", pure)]
    pub fn ok(outcome: &mut OutcomeValue) -> bool {
        matches!(outcome.0, Outcome::Completed { .. })
    }

    /// Why it did not complete, or the note of a completed item, or `()`.
    #[rhai_fn(get = "reason", pure)]
    pub fn reason(outcome: &mut OutcomeValue) -> Dynamic {
        let map = outcome.map();
        let find = |key: &str| map.get(key).filter(|value| !value.is_unit()).cloned();
        ["reason", "note", "evidence"].into_iter().find_map(find).unwrap_or(Dynamic::UNIT)
    }

    /// Score out of 10 of a scored outcome, or `()`.
    #[rhai_fn(get = "score", pure)]
    pub fn score(outcome: &mut OutcomeValue) -> Dynamic {
        outcome.map().get("score").cloned().unwrap_or(Dynamic::UNIT)
    }

    /// Returns the status.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(outcome: &mut OutcomeValue) -> String {
        outcome.status()
    }
}

//! `Answer`: what came of an agent call.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::agent::AgentReport;
use crate::model::outcome::Outcome;

use super::convert::{data, optional};

/// An agent's report as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct AnswerValue {
    /// Name of the adapter.
    pub(crate) agent: String,
    pub(crate) report: Arc<AgentReport>,
    /// What the call counts for.
    pub(crate) verdict: Outcome,
}

impl AnswerValue {
    pub(crate) fn status(&self) -> String {
        data(&self.report.status).to_string()
    }
}

#[export_module]
pub(crate) mod getters {
    /// What the adapter read: `ok`, `no_work`, `rate_limited`, `overloaded`, `auth`, `budget`, `turns`, `denied`,
    /// `refused`, `context_too_long`, `protocol`, `crashed` or `killed`. `ok` says what that counts for.
    #[rhai_fn(get = "status", pure)]
    pub fn status(answer: &mut AnswerValue) -> String {
        answer.status()
    }

    /// Tells whether the verdict about the call is good: it ended in order, says nothing worse of itself, and where
    /// changes were expected there are some. `outcome::from_answer` has the verdict.
    #[rhai_fn(get = "ok", pure)]
    pub fn ok(answer: &mut AnswerValue) -> bool {
        matches!(answer.verdict, Outcome::Completed { .. })
    }

    /// Final answer.
    #[rhai_fn(get = "text", pure)]
    pub fn text(answer: &mut AnswerValue) -> String {
        answer.report.text.clone()
    }

    /// Name of the adapter that was used.
    #[rhai_fn(get = "agent", pure)]
    pub fn agent(answer: &mut AnswerValue) -> String {
        answer.agent.clone()
    }

    /// Model that answered, or `()`.
    #[rhai_fn(get = "model", pure)]
    pub fn model(answer: &mut AnswerValue) -> Dynamic {
        optional(answer.report.model.clone())
    }

    /// Session that can be continued, or `()`.
    #[rhai_fn(get = "session", pure)]
    pub fn session(answer: &mut AnswerValue) -> Dynamic {
        optional(answer.report.session.clone())
    }

    /// Map `#{ tokens, cost, estimated }`; what is unknown is `()`.
    #[rhai_fn(get = "usage", pure)]
    pub fn usage(answer: &mut AnswerValue) -> Dynamic {
        data(&answer.report.usage)
    }

    /// Seconds.
    #[rhai_fn(get = "duration", pure)]
    pub fn duration(answer: &mut AnswerValue) -> f64 {
        answer.report.duration
    }

    /// Content of `result.json` as a map, or `()`.
    #[rhai_fn(get = "result", pure)]
    pub fn result(answer: &mut AnswerValue) -> Dynamic {
        answer.report.result.as_ref().map_or(Dynamic::UNIT, data)
    }

    /// Files that the agent's `result.json` names.
    #[rhai_fn(get = "files", pure)]
    pub fn files(answer: &mut AnswerValue) -> Array {
        let files = answer.report.result.as_ref().and_then(|result| result.pointer("/output/files"));
        files.map_or(Dynamic::UNIT, data).into_array().unwrap_or_default()
    }

    /// Tools that the agent was not allowed to use.
    #[rhai_fn(get = "denied", pure)]
    pub fn denied(answer: &mut AnswerValue) -> Array {
        super::super::convert::texts(answer.report.denied.iter().cloned())
    }

    /// Epoch seconds at which a usage limit ends, or `()`.
    #[rhai_fn(get = "limited_until", pure)]
    pub fn limited_until(answer: &mut AnswerValue) -> Dynamic {
        optional(answer.report.limit.and_then(|limit| limit.until))
    }

    /// Returns the final answer.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(answer: &mut AnswerValue) -> String {
        answer.report.text.clone()
    }
}

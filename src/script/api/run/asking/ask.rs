//! Asks an agent and reads its answer as data; one that does not fit goes back once.

use rhai::{Dynamic, Map};
use serde_json::Value;

use super::alone;
use super::call;
use crate::error::{Error, ExitCode};
use crate::model::outcome::{FailureKind, Outcome};
use crate::script::api::native::{Call, Fault, invalid};
use crate::script::api::shape::{Kind, Shape, key};
use crate::script::api::text::json::value_of;
use crate::script::api::text::schema::{misfits, require_known};
use crate::script::value::answer::AnswerValue;
use crate::script::value::convert::data;

/// Options of `agent::ask`.
pub(crate) const ASK: Shape = Shape::closed(
    "agent::ask",
    1,
    &[
        key("prompt", Kind::Text),
        key("common", Kind::Text),
        key("values", Kind::Map),
        key("schema", Kind::Map),
        key("model", Kind::Text),
        key("timeout", Kind::Number),
        key("tools", Kind::Texts),
        key("agent", Kind::Text),
        key("max_turns", Kind::Int),
        key("max_cost", Kind::Number),
        key("env", Kind::Map),
        key("settings", Kind::Map),
    ],
);

/// A question, ready to be put.
struct Question<'a> {
    role: &'a str,
    options: Map,
    schema: Option<Value>,
}

/// Asks, for the item that runs or, outside of one, in a run of its own.
pub(crate) fn ask(call: &Call, role: &str, options: Map) -> Result<Dynamic, Fault> {
    let schema = match options.get("schema").filter(|schema| !schema.is_unit()) {
        Some(schema) => Some(serde_json::to_value(schema).map_err(|_| invalid("option `schema` is not plain data"))?),
        None => None,
    };
    if let Some(schema) = &schema {
        require_known(schema)?;
    }
    let question = Question { role, options, schema };
    // A dry run opens no run: it tells what would be asked.
    match call.origin.is_some() || call.state.preview().is_some() {
        true => question.put(call),
        false => alone::ask(call, role, &|own| question.put(own)),
    }
}

impl Question<'_> {
    /// Puts the question on behalf of whoever calls.
    fn put(&self, call: &Call) -> Result<Dynamic, Fault> {
        let first = self.answer(call, None)?;
        let Some(schema) = &self.schema else { return Ok(first.report.text.clone().into()) };
        let wrong = match read(schema, &first) {
            Ok(value) => return Ok(data(&value)),
            // Nobody was asked, so nobody is asked again.
            Err(wrong) if call.state.preview().is_some() => return Err(misfit(self.role, &wrong)),
            Err(wrong) => wrong,
        };
        let second = self.answer(call, Some((&first.report.text, &wrong)))?;
        read(schema, &second).map(|value| data(&value)).map_err(|wrong| misfit(self.role, &wrong))
    }

    /// Has the agent answer; `before` is the answer that did not fit, and why it did not.
    fn answer(&self, call: &Call, before: Option<(&str, &[String])>) -> Result<AnswerValue, Fault> {
        let added = self.schema.as_ref().map(|schema| format!("{ONLY_JSON}{schema}\n")).unwrap_or_default();
        let again = before.map(|(text, wrong)| {
            let wrong: Vec<String> = wrong.iter().map(|line| format!("- {line}")).collect();
            format!("\nYour last answer was:\n\n{text}\n\nIt does not fit:\n{}\n\nAnswer again.\n", wrong.join("\n"))
        });
        let added = format!("{added}{}", again.unwrap_or_default());
        let answer = call::ask_with(call, self.role, self.options.clone(), &ASK, &added)?;
        match &answer.verdict {
            Outcome::Completed { .. } => Ok(answer),
            verdict => Err(Fault::Judged(failure(self.role, verdict), Box::new(verdict.clone()))),
        }
    }
}

const ONLY_JSON: &str = "\n\nAnswer with one JSON value and nothing else. It must fit this JSON Schema:\n\n";

/// Reads an answer by its schema; returns what does not fit otherwise.
fn read(schema: &Value, answer: &AnswerValue) -> Result<Value, Vec<String>> {
    let value = value_of(&answer.report.text).ok_or_else(|| vec!["it holds no JSON value".to_owned()])?;
    let wrong = misfits(&value, schema);
    if wrong.is_empty() { Ok(value) } else { Err(wrong) }
}

fn misfit(role: &str, wrong: &[String]) -> Fault {
    let text = format!("the answer of the {role} does not fit the schema: {}", wrong.join("; "));
    let outcome = Outcome::failed(FailureKind::Refused, text.clone());
    Fault::Judged(Error::new(ExitCode::CheckFailed, text), Box::new(outcome))
}

/// Says what a call came to that is no answer.
fn failure(role: &str, verdict: &Outcome) -> Error {
    let (code, why) = match verdict {
        Outcome::Failed { kind: FailureKind::Auth, reason } => (ExitCode::AgentMissing, reason.clone()),
        Outcome::Failed { reason, .. } | Outcome::Unproven { evidence: reason, .. } => {
            (ExitCode::CheckFailed, reason.clone())
        }
        Outcome::OverBudget { reason } => (ExitCode::Budget, reason.clone()),
        Outcome::RateLimited { .. } => (ExitCode::Quota, "its usage limit is reached".to_owned()),
        Outcome::Cancelled => (ExitCode::Interrupted, "stopped".to_owned()),
        _ => (ExitCode::CheckFailed, "it did not answer".to_owned()),
    };
    Error::new(code, format!("the {role} did not answer: {why}"))
}

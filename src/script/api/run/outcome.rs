//! `outcome::…`: what recipes return.

use rhai::Dynamic;
use rhai::plugin::*;
use serde_json::Value;

use crate::error::Error;
use crate::model::outcome::{FailureKind, Outcome};

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::answer::AnswerValue;
use crate::script::value::checks::ChecksValue;
use crate::script::value::outcome::OutcomeValue;
use crate::script::value::phase::PhaseValue;

fn noted(note: &str) -> Option<String> {
    Some(note.to_owned()).filter(|note| !note.is_empty())
}

fn points(score: &Dynamic) -> Result<Option<f64>, Error> {
    match score.as_float().or_else(|_| score.as_int().map(|score| score as f64)) {
        Ok(score) if (0.0..=10.0).contains(&score) => Ok(Some(score)),
        Err(_) if score.is_unit() => Ok(None),
        _ => Err(invalid(format!("`{score}` is not a score from 0 to 10"))),
    }
}

/// Turns what an item made into plain data, which survives the journal and the way from another machine.
fn plain(function: &str, value: &Dynamic) -> Result<Option<Value>, Error> {
    if value.is_unit() {
        return Ok(None);
    }
    rhai::serde::from_dynamic(value).map(Some).map_err(|error| {
        invalid(format!("`{function}`: the value cannot be kept: {error}"))
            .help("a value is made of texts, numbers, booleans, arrays and maps")
    })
}

#[export_module]
pub(crate) mod module {
    /// Everything was done.
    ///
    /// ```rhai
    /// outcome::completed()
    /// ```
    #[rhai_fn(name = "completed")]
    pub fn completed() -> OutcomeValue {
        OutcomeValue(Outcome::completed())
    }

    /// Everything was done; the note is one line for the summary.
    ///
    /// ```rhai
    /// outcome::completed("merged already")
    /// ```
    #[rhai_fn(name = "completed")]
    pub fn completed_with(note: &str) -> OutcomeValue {
        OutcomeValue(Outcome::Completed { note: noted(note), score: None, value: None })
    }

    /// Everything was done; the note is one line for the summary, the value is what the item made. The script finds it
    /// as `value` of the item when the run is closed, and everybody in the event `item_finished`.
    ///
    /// ```rhai
    /// outcome::completed("2 sections", #{ sections: 2 })
    /// ```
    #[rhai_fn(name = "completed", return_raw)]
    pub fn completed_value(context: NativeCallContext, note: &str, value: Dynamic) -> Thrown<OutcomeValue> {
        native(&context, |_| {
            let value = plain("outcome::completed", &value)?;
            Ok(OutcomeValue(Outcome::Completed { note: noted(note), score: None, value }))
        })
    }

    /// Done, with a score out of 10, or `()` where there is none.
    ///
    /// ```rhai
    /// outcome::scored(8.5, "APPROVE")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn scored(context: NativeCallContext, score: Dynamic, note: &str) -> Thrown<OutcomeValue> {
        native(&context, |_| {
            Ok(OutcomeValue(Outcome::Completed { note: noted(note), score: points(&score)?, value: None }))
        })
    }

    /// Done, with a score out of 10 or `()`, and with what the item made.
    ///
    /// ```rhai
    /// outcome::scored(8.5, "APPROVE", #{ findings: [] })
    /// ```
    #[rhai_fn(name = "scored", return_raw)]
    pub fn scored_value(
        context: NativeCallContext,
        score: Dynamic,
        note: &str,
        value: Dynamic,
    ) -> Thrown<OutcomeValue> {
        native(&context, |_| {
            let (score, value) = (points(&score)?, plain("outcome::scored", &value)?);
            Ok(OutcomeValue(Outcome::Completed { note: noted(note), score, value }))
        })
    }

    /// Some phases are done, and the validation of this one failed.
    ///
    /// ```rhai
    /// if !checks.passed { return outcome::partial(phase, checks); }
    /// ```
    pub fn partial(phase: PhaseValue, checks: ChecksValue) -> OutcomeValue {
        let level = checks.0.failure().map_or(checks.0.level, |failure| failure.level);
        let reason = checks.reason().unwrap_or_else(|| "not validated".to_owned());
        OutcomeValue(Outcome::Partial { phase: phase.phase().ordinal, level, reason })
    }

    /// Some phases are done, and the validation of this one failed; the note says why nothing more is done about it.
    ///
    /// ```rhai
    /// if repair.over != () { return outcome::partial(phase, checks, repair.over); }
    /// ```
    #[rhai_fn(name = "partial")]
    pub fn partial_with(phase: PhaseValue, checks: ChecksValue, note: &str) -> OutcomeValue {
        let level = checks.0.failure().map_or(checks.0.level, |failure| failure.level);
        let reason = checks.reason().unwrap_or_else(|| "not validated".to_owned());
        let reason = if note.is_empty() { reason } else { format!("{reason} ({note})") };
        OutcomeValue(Outcome::Partial { phase: phase.phase().ordinal, level, reason })
    }

    /// Some phases are done, and this one is not; the text says why.
    ///
    /// ```rhai
    /// outcome::partial(phase, "phase 2 is left")
    /// ```
    #[rhai_fn(name = "partial")]
    pub fn partial_because(phase: PhaseValue, reason: &str) -> OutcomeValue {
        OutcomeValue(Outcome::Partial { phase: phase.phase().ordinal, level: 0, reason: reason.to_owned() })
    }

    /// Some phases of an item that is no PRP are done, and the validation of this one failed.
    ///
    /// ```rhai
    /// if !checks.passed { return outcome::partial(2, checks); }
    /// ```
    #[rhai_fn(name = "partial", return_raw)]
    pub fn partial_of(context: NativeCallContext, ordinal: i64, checks: ChecksValue) -> Thrown<OutcomeValue> {
        native(&context, |_| {
            let phase = u32::try_from(ordinal).map_err(|_| invalid("phases are counted from 1"))?;
            let level = checks.0.failure().map_or(checks.0.level, |failure| failure.level);
            let reason = checks.reason().unwrap_or_else(|| "not validated".to_owned());
            Ok(OutcomeValue(Outcome::Partial { phase, level, reason }))
        })
    }

    /// The item failed; it is not tried again.
    ///
    /// ```rhai
    /// outcome::failed("the document does not match the plan")
    /// ```
    pub fn failed(reason: &str) -> OutcomeValue {
        OutcomeValue(Outcome::failed(FailureKind::Script, reason))
    }

    /// Somebody claims what nothing shows.
    ///
    /// ```rhai
    /// outcome::unproven("the agent says it is done", "nothing changed in the worktree")
    /// ```
    pub fn unproven(claim: &str, evidence: &str) -> OutcomeValue {
        OutcomeValue(Outcome::Unproven { claim: claim.to_owned(), evidence: evidence.to_owned() })
    }

    /// The verdict about an agent's answer: a usage limit pauses, an overload is tried again, and so on.
    ///
    /// ```rhai
    /// if !answer.ok { return outcome::from_answer(answer); }
    /// ```
    pub fn from_answer(answer: AnswerValue) -> OutcomeValue {
        OutcomeValue(answer.verdict)
    }
}

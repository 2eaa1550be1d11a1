//! `outcome::…`: what recipes return.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::model::outcome::{FailureKind, Outcome};

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::answer::AnswerValue;
use crate::script::value::checks::ChecksValue;
use crate::script::value::outcome::OutcomeValue;
use crate::script::value::phase::PhaseValue;

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
        OutcomeValue(Outcome::Completed { note: Some(note.to_owned()), score: None })
    }

    /// Done, with a score out of 10, or `()` where there is none.
    ///
    /// ```rhai
    /// outcome::scored(8.5, "APPROVE")
    /// ```
    #[rhai_fn(return_raw)]
    pub fn scored(context: NativeCallContext, score: Dynamic, note: &str) -> Thrown<OutcomeValue> {
        native(&context, |_| {
            let number = score.as_float().or_else(|_| score.as_int().map(|score| score as f64));
            let score = match number {
                Ok(score) if (0.0..=10.0).contains(&score) => Some(score),
                Err(_) if score.is_unit() => None,
                _ => return Err(invalid(format!("`{score}` is not a score from 0 to 10")).into()),
            };
            let note = Some(note.to_owned()).filter(|note| !note.is_empty());
            Ok(OutcomeValue(Outcome::Completed { note, score }))
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

    /// What an agent's answer means for its item: a usage limit pauses, an overload is tried again, and so on.
    ///
    /// ```rhai
    /// if !answer.ok { return outcome::from_answer(answer); }
    /// ```
    pub fn from_answer(answer: AnswerValue) -> OutcomeValue {
        OutcomeValue(super::super::answer::outcome(&answer))
    }
}

//! How an item stands, for events, summaries and scripts.

use super::state::State;
use crate::event::kind::ItemStatus;
use crate::model::outcome::Outcome;

/// The end of an item, or that it has none yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    pub status: ItemStatus,
    pub outcome: Option<Outcome>,
    /// Why it is not completed, or the note of a completed item; empty where there is none.
    pub reason: String,
    /// What a completed item returned.
    pub value: Option<serde_json::Value>,
}

/// Tells how an item stands. `handed_in` is what its last attempt returned: the machine knows the state, not the note.
pub fn ending(state: &State, handed_in: Option<&Outcome>) -> Ending {
    let plain = |status, outcome, reason: String| Ending { status, outcome, reason, value: None };
    match state {
        State::Completed => match handed_in {
            Some(outcome @ Outcome::Completed { note, value, .. }) => Ending {
                status: ItemStatus::Completed,
                outcome: Some(outcome.clone()),
                reason: note.clone().unwrap_or_default(),
                value: value.clone(),
            },
            Some(_) | None => plain(ItemStatus::Completed, Some(Outcome::completed()), String::new()),
        },
        State::Partial { phase, level, reason } => {
            let outcome = Outcome::Partial { phase: *phase, level: *level, reason: reason.clone() };
            plain(ItemStatus::Partial, Some(outcome), reason.clone())
        }
        State::Failed { kind, reason } => {
            plain(ItemStatus::Failed, Some(Outcome::failed(*kind, reason.clone())), reason.clone())
        }
        State::Blocked { by } => plain(ItemStatus::Blocked, None, format!("waits for {by}")),
        State::Unproven { claim, evidence } => {
            let outcome = Outcome::Unproven { claim: claim.clone(), evidence: evidence.clone() };
            plain(ItemStatus::Unproven, Some(outcome), format!("{claim}, but {evidence}"))
        }
        State::Conflict { files } => plain(ItemStatus::Conflict, None, format!("conflicts in {}", files.join(", "))),
        State::NeedsApproval { findings } => {
            plain(ItemStatus::NeedsApproval, None, format!("needs approval: {}", findings.join("; ")))
        }
        State::Cancelled => plain(ItemStatus::Cancelled, Some(Outcome::Cancelled), "stopped".to_owned()),
        State::Waiting { .. }
        | State::Ready
        | State::Running { .. }
        | State::Validating { .. }
        | State::Merging
        | State::Pending => plain(ItemStatus::Pending, None, "not started".to_owned()),
    }
}

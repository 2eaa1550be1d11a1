//! How an item stands, for events, summaries and scripts.

use super::state::ItemState;
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
pub fn ending(state: &ItemState, handed_in: Option<&Outcome>) -> Ending {
    let plain = |status, outcome, reason: String| Ending { status, outcome, reason, value: None };
    match state {
        ItemState::Completed => match handed_in {
            Some(outcome @ Outcome::Completed { note, value, .. }) => Ending {
                status: ItemStatus::Completed,
                outcome: Some(outcome.clone()),
                reason: note.clone().unwrap_or_default(),
                value: value.clone(),
            },
            Some(_) | None => plain(ItemStatus::Completed, Some(Outcome::completed()), String::new()),
        },
        ItemState::Partial { phase, level, reason } => {
            let outcome = Outcome::Partial { phase: *phase, level: *level, reason: reason.clone() };
            plain(ItemStatus::Partial, Some(outcome), reason.clone())
        }
        ItemState::Failed { kind, reason } => {
            plain(ItemStatus::Failed, Some(Outcome::failed(*kind, reason.clone())), reason.clone())
        }
        ItemState::Blocked { by } => plain(ItemStatus::Blocked, None, format!("waits for {by}")),
        ItemState::Unproven { claim, evidence } => {
            let outcome = Outcome::Unproven { claim: claim.clone(), evidence: evidence.clone() };
            plain(ItemStatus::Unproven, Some(outcome), format!("{claim}, but {evidence}"))
        }
        ItemState::Conflict { files } => {
            plain(ItemStatus::Conflict, None, format!("conflicts in {}", files.join(", ")))
        }
        ItemState::NeedsApproval { findings } => plain(ItemStatus::NeedsApproval, None, findings.join("; ")),
        ItemState::Cancelled => plain(ItemStatus::Cancelled, Some(Outcome::Cancelled), "stopped".to_owned()),
        ItemState::Waiting { .. }
        | ItemState::Ready
        | ItemState::Running { .. }
        | ItemState::Validating { .. }
        | ItemState::Merging
        | ItemState::Pending => plain(ItemStatus::Pending, None, why_pending(handed_in)),
    }
}

/// Says why an item is to be started, or started again.
fn why_pending(handed_in: Option<&Outcome>) -> String {
    match handed_in {
        None => "not started".to_owned(),
        Some(Outcome::RateLimited { adapter, .. }) => format!("stopped at the usage limit of {adapter}"),
        Some(Outcome::OverBudget { .. }) => "stopped when the budget was used up".to_owned(),
        Some(Outcome::Failed { reason, .. }) => format!("to be tried again: {reason}"),
        Some(_) => "not finished".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_started_is_not_called_not_started() {
        let limited = Outcome::RateLimited { adapter: "claude".to_owned(), until: None };
        assert_eq!(ending(&ItemState::Pending, Some(&limited)).reason, "stopped at the usage limit of claude");
        assert_eq!(ending(&ItemState::Pending, None).reason, "not started");
    }
}

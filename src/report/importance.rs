//! How much an event matters to somebody who reads along.

use crate::event::EventKind;
use crate::event::kind::{GuardVerdict, ItemStatus, Severity};
use crate::model::validation::LevelVerdict;

/// From what passes by to what must not be overlooked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Importance {
    /// Things go as they should; a reader who is short of room can do without, and a board shows it anyway.
    Routine,
    /// A result, or good to know.
    Info,
    /// Somebody should look at it.
    Warning,
    Error,
}

/// Says how important an event is.
pub fn of(kind: &EventKind) -> Importance {
    match kind {
        EventKind::Note { severity, .. } => match severity {
            Severity::Info => Importance::Info,
            Severity::Warning => Importance::Warning,
            Severity::Error => Importance::Error,
        },
        EventKind::ItemFinished { status, .. } => match status {
            ItemStatus::Completed | ItemStatus::Pending | ItemStatus::Cancelled => Importance::Info,
            ItemStatus::Failed => Importance::Error,
            ItemStatus::Partial
            | ItemStatus::Blocked
            | ItemStatus::Unproven
            | ItemStatus::Conflict
            | ItemStatus::NeedsApproval => Importance::Warning,
        },
        EventKind::Guard { verdict: GuardVerdict::Refused, .. }
        | EventKind::MergeRejected { .. }
        | EventKind::Validation { result: LevelVerdict::Failed, .. } => Importance::Error,
        EventKind::AttemptFinished { said, .. } if !said.is_empty() => Importance::Warning,
        EventKind::Validation { result: LevelVerdict::Flaky, .. }
        | EventKind::Guard { .. }
        | EventKind::Conflict { .. }
        | EventKind::ConflictWarning { .. }
        | EventKind::ScopeDrift { .. }
        | EventKind::Slow { .. }
        | EventKind::Retry { .. }
        | EventKind::Repair { .. }
        | EventKind::RateLimited { .. }
        | EventKind::Paused { .. }
        | EventKind::QuotaPaused { .. }
        | EventKind::Budget { .. }
        | EventKind::Gap { .. }
        | EventKind::Rescue { .. }
        | EventKind::Disagreement { .. } => Importance::Warning,
        EventKind::RunStarted { .. }
        | EventKind::Graph { .. }
        | EventKind::Forecast(_)
        | EventKind::Approved { .. }
        | EventKind::Hand { .. }
        | EventKind::QuotaResumed { .. }
        | EventKind::Placed { .. }
        | EventKind::RunFinished { .. } => Importance::Info,
        EventKind::ItemStarted { attempt, .. } if *attempt > 1 => Importance::Info,
        EventKind::ItemStarted { .. }
        | EventKind::Resumed { .. }
        | EventKind::PhaseStarted { .. }
        | EventKind::Checkpoint { .. }
        | EventKind::Merge { .. }
        | EventKind::Document { .. }
        | EventKind::Issue { .. }
        | EventKind::Validation { .. }
        | EventKind::Step { .. }
        | EventKind::AttemptStarted { .. }
        | EventKind::AttemptFinished { .. }
        | EventKind::Progress { .. }
        | EventKind::Spent { .. }
        | EventKind::Checking { .. }
        | EventKind::MergeAwaited { .. }
        | EventKind::Alive { .. } => Importance::Routine,
    }
}

//! What an event is about, and whether it is kept.

use super::kind::EventKind;

impl EventKind {
    /// Tells whether the event is shown only and never stored.
    pub fn is_ephemeral(&self) -> bool {
        matches!(self, Self::Progress { .. } | Self::Alive { .. } | Self::Spent { .. } | Self::Gap { .. })
    }

    /// Returns the item that the event is about.
    pub fn item(&self) -> Option<&str> {
        match self {
            Self::ItemStarted { item, .. }
            | Self::Placed { item, .. }
            | Self::Resumed { item, .. }
            | Self::AttemptStarted { item, .. }
            | Self::AttemptFinished { item, .. }
            | Self::Progress { item, .. }
            | Self::Spent { item, .. }
            | Self::Checking { item, .. }
            | Self::MergeAwaited { item }
            | Self::Alive { item }
            | Self::PhaseStarted { item, .. }
            | Self::Checkpoint { item, .. }
            | Self::Validation { item, .. }
            | Self::Merge { item, .. }
            | Self::Conflict { item, .. }
            | Self::Guard { item, .. }
            | Self::Approved { item, .. }
            | Self::Hand { item, .. }
            | Self::MergeRejected { item, .. }
            | Self::ConflictWarning { item, .. }
            | Self::ScopeDrift { item, .. }
            | Self::Slow { item, .. }
            | Self::Retry { item, .. }
            | Self::Repair { item, .. }
            | Self::RateLimited { item, .. }
            | Self::Rescue { item, .. }
            | Self::Disagreement { item, .. }
            | Self::Document { item, .. }
            | Self::Issue { item, .. }
            | Self::ItemFinished { item, .. } => Some(item),
            Self::Note { item, .. } | Self::Paused { item, .. } => item.as_deref(),
            Self::RunStarted { .. }
            | Self::Step { .. }
            | Self::Graph { .. }
            | Self::Forecast(_)
            | Self::QuotaPaused { .. }
            | Self::QuotaResumed { .. }
            | Self::Budget { .. }
            | Self::Gap { .. }
            | Self::RunFinished { .. } => None,
        }
    }
}

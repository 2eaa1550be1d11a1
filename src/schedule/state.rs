//! Where an item stands.

use crate::event::kind::ItemStatus;
use crate::model::outcome::FailureKind;

/// The state of one item. Only the machine changes it; final states never change.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemState {
    /// So many items that it waits for are not over yet.
    Waiting { unmet: usize },
    /// May start as soon as a slot is free.
    Ready,
    /// An attempt works on it; the phase is known once it was told.
    Running { attempt: u32, phase: Option<u32> },
    /// A checkpoint of the attempt is being validated.
    Validating { attempt: u32, phase: u32, level: u8 },
    /// The work is done and waits for its merge. Occupies no slot.
    Merging,
    /// Final: done, and merged where the run merges.
    Completed,
    /// Final: a phase failed its validation.
    Partial { phase: u32, level: u8, reason: String },
    /// Final.
    Failed { kind: FailureKind, reason: String },
    /// Final: something it needs, in the end the item `by`, was not completed.
    Blocked { by: String },
    /// Final: the claim of the agent is not supported by what is there.
    Unproven { claim: String, evidence: String },
    /// Final: its merge was parked.
    Conflict { files: Vec<String> },
    /// Final: done, and not merged before a person approves what the guard found.
    NeedsApproval { findings: Vec<String> },
    /// Final: stopped while it ran.
    Cancelled,
    /// Final: the run ended before it could start, or start again.
    Pending,
}

impl ItemState {
    /// Returns the word for files and screens; `None` while the item is not over.
    pub fn status(&self) -> Option<ItemStatus> {
        match self {
            Self::Waiting { .. } | Self::Ready | Self::Running { .. } | Self::Validating { .. } | Self::Merging => None,
            Self::Completed => Some(ItemStatus::Completed),
            Self::Partial { .. } => Some(ItemStatus::Partial),
            Self::Failed { .. } => Some(ItemStatus::Failed),
            Self::Blocked { .. } => Some(ItemStatus::Blocked),
            Self::Unproven { .. } => Some(ItemStatus::Unproven),
            Self::Conflict { .. } => Some(ItemStatus::Conflict),
            Self::NeedsApproval { .. } => Some(ItemStatus::NeedsApproval),
            Self::Cancelled => Some(ItemStatus::Cancelled),
            Self::Pending => Some(ItemStatus::Pending),
        }
    }

    /// Tells whether the item is over.
    pub fn is_final(&self) -> bool {
        self.status().is_some()
    }

    /// Tells whether an attempt occupies a slot.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Validating { .. })
    }

    /// Tells whether the item counts toward `max_fail`: it is over, by itself, without being done.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Partial { .. } | Self::Failed { .. } | Self::Unproven { .. } | Self::Conflict { .. })
    }
}

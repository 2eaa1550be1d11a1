//! How a merge ended.

use crate::event::kind::{GuardFinding, Guilty};

/// What came of trying to merge an item.
#[derive(Debug)]
pub(crate) enum MergeEnd {
    Merged {
        commit: String,
    },
    Conflict {
        files: Vec<String>,
    },
    /// The merged tree does not pass its validation.
    Rejected(Box<Rejection>),
    /// The guard found something that a person has to look at.
    NeedsApproval(Vec<GuardFinding>),
    /// The guard found something that is never merged.
    Refused(Vec<GuardFinding>),
    /// The run is being stopped.
    Stopped,
}

/// Why a merge was refused.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// Phase of the item that is to blame, or its last one.
    pub(crate) phase: u32,
    pub(crate) level: u8,
    pub(crate) reason: String,
    pub(crate) guilty: Vec<Guilty>,
    pub(crate) errors: Vec<String>,
    pub(crate) log: Option<String>,
}

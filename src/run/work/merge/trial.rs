//! A merge that is tried out before it is made.

use std::sync::Arc;

use super::candidate_worktree::CandidateWorktree;
use crate::host::git::merge::MergeItem;
use crate::run::work::tell::Tell;

/// A merge that is to be validated first.
pub(crate) struct Trial {
    pub(crate) worktree: CandidateWorktree,
    pub(crate) merge: Arc<MergeItem>,
    /// Commit at which the batch branch started.
    pub(crate) base: String,
    pub(crate) tell: Tell,
}

impl Trial {
    /// Tells a note about the item.
    pub(crate) fn say(&self, text: &str) {
        self.tell.note(Some(self.merge.id.as_str()), text);
    }
}

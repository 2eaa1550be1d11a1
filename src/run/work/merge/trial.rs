//! A merge that is tried out before it is made.

use std::sync::Arc;

use super::candidate_worktree::CandidateWorktree;
use crate::error::Result;
use crate::host::git::merge::{Candidate, MergeItem};
use crate::run::work::tell::Tell;

/// So many paths are named.
const NAMED: usize = 5;

/// A merge that is to be validated first.
pub(crate) struct Trial {
    pub(crate) worktree: CandidateWorktree,
    pub(crate) merge: Arc<MergeItem>,
    /// What is run says more than the validation of the item did, also when nothing else was merged since.
    pub(crate) says_more: bool,
    /// What agents left beside the work of the item, which is in no commit: its own checks may have passed because of it.
    pub(crate) unseen: Vec<String>,
    /// Commit at which the batch branch started.
    pub(crate) base: String,
    pub(crate) tell: Tell,
}

impl Trial {
    /// Tells whether a merge is judged already: nothing was merged since the base of the item, so that the merged tree is
    /// the one that passed, or there is nothing that could be run.
    pub(crate) fn is_judged(&self, candidate: &Candidate) -> Result<bool> {
        let order = &self.worktree.order;
        let runs_nothing = order.gates.is_empty() && order.commands.values().all(Vec::is_empty);
        let says_more = self.says_more || !self.unseen.is_empty();
        Ok(runs_nothing || !says_more && self.worktree.repo.is_ancestor(&candidate.into, &candidate.from)?)
    }

    /// Names what its own checks had and no commit has.
    pub(crate) fn beside(&self) -> Option<String> {
        let named = self.unseen.iter().take(NAMED).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let more = self.unseen.len().saturating_sub(NAMED);
        let named = if more == 0 { named } else { format!("{named} and {more} more") };
        (!self.unseen.is_empty()).then(|| format!("{named}, which git ignores and no commit has"))
    }

    /// Tells something about the item that somebody should look at.
    pub(crate) fn warn(&self, text: &str) {
        self.tell.warn(Some(self.merge.id.as_str()), text.to_owned());
    }

    /// Tells a note about the item.
    pub(crate) fn say(&self, text: &str) {
        self.tell.note(Some(self.merge.id.as_str()), text);
    }
}

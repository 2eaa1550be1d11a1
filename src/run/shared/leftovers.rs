//! The state in which the last validation of an item left its worktree: what it made there is nobody's work.

use std::sync::{Arc, Mutex, PoisonError};

use crate::evidence::verdict::Tree;

/// What the last validation left; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leftovers(Arc<Mutex<Tree>>);

impl Leftovers {
    /// Notes the state in which a validation left the worktree.
    pub(crate) fn validated(&self, tree: Tree) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tree;
    }

    /// Returns the state after the last validation.
    pub(crate) fn tree(&self) -> Tree {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

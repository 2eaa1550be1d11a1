//! What others than agents left in the worktree of an item: set-up and validation.

use std::sync::{Arc, Mutex, PoisonError};

use crate::evidence::verdict::Tree;

/// What set-up and the last validation left; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leftovers(Arc<Mutex<(Tree, Tree)>>);

impl Leftovers {
    /// Notes what set-up left.
    pub(crate) fn set_up(&self, tree: Tree) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = tree;
    }

    /// Notes the state in which a validation left the worktree.
    pub(crate) fn validated(&self, tree: Tree) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = tree;
    }

    /// Returns what set-up left, and the state after the last validation.
    pub(crate) fn trees(&self) -> (Tree, Tree) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

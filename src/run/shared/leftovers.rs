//! What is in the worktree of an item besides its work: the state in which validations left it, and what agents left
//! that git ignores.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::evidence::verdict::Tree;
use crate::host::judged_files::Touched;

/// What validations left; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leftovers(Arc<Mutex<Left>>);

#[derive(Debug, Default)]
struct Left {
    /// State after the last one.
    last: Tree,
    /// Files that any of them made.
    made: BTreeSet<String>,
    /// What agents made or changed and git ignores.
    unseen: BTreeSet<String>,
    /// Somebody looked for that after a call.
    looked: bool,
}

impl Leftovers {
    /// Notes the state in which a validation left the worktree.
    pub(crate) fn validated(&self, tree: Tree) {
        self.lock().last = tree;
    }

    /// Returns the state after the last validation.
    pub(crate) fn tree(&self) -> Tree {
        self.lock().last.clone()
    }

    /// Notes what checks made, and takes what they made before for theirs: a report that came into a checkpoint with the
    /// work of an agent is written anew each time.
    pub(crate) fn seen(&self, mut touched: Touched) -> Touched {
        let mut left = self.lock();
        left.made.extend(touched.new.iter().cloned());
        let (theirs, committed) = touched.committed.into_iter().partition(|path| left.made.contains(path));
        touched.committed = committed;
        touched.new.extend::<Vec<String>>(theirs);
        touched
    }

    /// Notes what an agent made or changed that comes into no commit.
    pub(crate) fn leaves_unseen(&self, paths: Vec<String>) {
        let mut left = self.lock();
        left.unseen.extend(paths);
        left.looked = true;
    }

    /// Tells whether agents were called in this run; what those of an earlier one left is not known.
    pub(crate) fn were_looked_at(&self) -> bool {
        self.lock().looked
    }

    /// Returns what agents left that is in no commit.
    pub(crate) fn unseen(&self) -> Vec<String> {
        self.lock().unseen.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

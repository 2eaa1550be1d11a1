//! How many items are how far.

use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Standing};

/// Counts of the items of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub all: usize,
    /// Completed.
    pub done: usize,
    /// An agent or a check works on them, or is about to.
    pub at_work: usize,
    /// Their work is done and is to be merged.
    pub merging: usize,
    /// They wait for a usage limit to end.
    pub limited: usize,
    /// They were at work when the run was interrupted.
    pub interrupted: usize,
    /// They ended in another way than completed, and nobody wanted that.
    pub trouble: usize,
}

impl Counts {
    /// Counts the items of a run.
    pub fn of(state: &RunView) -> Self {
        let mut counts = Self { all: state.items.len(), ..Self::default() };
        for item in &state.items {
            match item.status() {
                Some(ItemStatus::Completed) => counts.done += 1,
                Some(ItemStatus::Cancelled | ItemStatus::Pending) => {}
                Some(_) => counts.trouble += 1,
                None if item.standing == Standing::Interrupted => counts.interrupted += 1,
                None if !is_busy(item) => {}
                None if state.is_limited(item) => counts.limited += 1,
                None if item.awaits_merge => counts.merging += 1,
                None => counts.at_work += 1,
            }
        }
        counts
    }
}

/// Tells whether an item has been started and has not ended.
pub(super) fn is_busy(item: &ItemView) -> bool {
    item.standing.is_busy()
}

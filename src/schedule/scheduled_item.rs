//! What the machine remembers about one item.

use super::state::ItemState;

/// One item and its place in the plan.
#[derive(Clone, Debug)]
pub(super) struct ScheduledItem {
    pub(super) id: String,
    pub(super) stage: u32,
    pub(super) state: ItemState,
    /// The adapter without which it gets nowhere: as planned, then as its last attempt found out.
    pub(super) adapter: Option<String>,
    /// Number of the attempt that runs, or of the next one.
    pub(super) attempt: u32,
    /// Attempts beyond the first that its failures have used up.
    pub(super) retried: u32,
    /// An agent was given its merge conflict already.
    pub(super) resolved: bool,
    /// Items it waits for that are not settled.
    pub(super) unsettled: usize,
    /// It is final, and so is everything that it waited for.
    pub(super) settled: bool,
    /// Items that wait for it; `true` where they need its work.
    pub(super) after: Vec<(usize, bool)>,
}

//! What a run may do.

/// Limits and reactions of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPolicy {
    /// Items that run at the same time; 0 counts as 1.
    pub jobs: usize,
    /// Further attempts of an item after a time-out or a transient failure.
    pub retries: u32,
    /// The first item that fails ends the run: nothing starts any more, and running agents are stopped.
    pub fail_fast: bool,
    /// So many failed items, and nothing starts any more; running ones finish.
    pub max_fail: Option<u32>,
    /// No item starts before all items of earlier stages are over.
    pub barrier: bool,
    /// Completed items are merged before those that wait for them start.
    pub merge: bool,
    /// After the first merge conflict nothing starts any more; running ones finish.
    pub stop_on_conflict: bool,
    /// Items that are held back by a usage limit wait for its end. Otherwise the run ends when only they are left.
    pub wait_for_quota: bool,
    /// The first merge conflict of an item gives it one more attempt, in which an agent resolves it.
    pub resolve_conflicts: bool,
}

impl Default for RunPolicy {
    fn default() -> Self {
        Self {
            jobs: 1,
            retries: 1,
            fail_fast: false,
            max_fail: None,
            barrier: false,
            merge: true,
            stop_on_conflict: false,
            wait_for_quota: false,
            resolve_conflicts: false,
        }
    }
}

//! What the machine is told and what it asks for.

use crate::model::outcome::{FailureKind, Outcome};

/// Something that happened. Items are indices of the plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Workers are free: start everything that may start. Nothing else starts items.
    Poll,
    /// The running attempt begins a phase.
    Phase { item: usize, phase: u32 },
    /// The running attempt validates a checkpoint.
    Validating { item: usize, phase: u32, level: u8 },
    /// An attempt is over. Ignored unless it is the attempt that runs. `now` is epoch seconds.
    Finished { item: usize, attempt: u32, outcome: Outcome, now: f64 },
    /// The merge that was asked for is done.
    Merged { item: usize },
    /// The merge that was asked for is parked.
    Conflicted { item: usize, files: Vec<String> },
    /// The merge that was asked for was tried out and does not pass its validation.
    Rejected { item: usize, phase: u32, level: u8, reason: String },
    /// The merge that was asked for does not pass its validation, and its item mends that in one more attempt.
    Mend { item: usize },
    /// The merge that was asked for was given up, because the run is being stopped.
    MergeStopped { item: usize },
    /// The merge that was asked for waits for a person.
    Unapproved { item: usize, findings: Vec<String> },
    /// The merge that was asked for is one that nobody can approve.
    Refused { item: usize, reason: String },
    /// The merge that was asked for could not be made.
    MergeFailed { item: usize, reason: String },
    /// A usage limit was met: no item that needs the adapter starts until [`Input::QuotaOver`]; running items go on.
    QuotaHit { adapter: String, until: Option<i64> },
    /// The usage limit is over.
    QuotaOver { adapter: String },
    /// The budget is used up: nothing starts any more, running items finish.
    OverBudget { reason: String },
    /// Nothing starts any more, running items finish; for a failed review.
    Stop,
    /// The user stops the run: nothing starts any more, running items are stopped.
    Cancel,
    /// Git shows that an item that has not started is done already.
    AlreadyMerged { item: usize },
}

/// What the dispatcher has to do, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start an attempt.
    Start { item: usize, attempt: u32 },
    /// Merge the item, then say [`Input::Merged`], [`Input::Conflicted`] or [`Input::MergeFailed`].
    Merge { item: usize },
    /// The item will be tried again, as this attempt; its `Start` comes with a later `Poll`.
    Retry { item: usize, attempt: u32, reason: String, kind: Option<FailureKind> },
    /// Starts of items that need the adapter are paused. Said again when a later end becomes known.
    Pause { adapter: String, until: Option<i64> },
    /// This adapter is no reason to pause any more.
    Resume { adapter: String },
    /// The item reached its final state; said exactly once for each item.
    ItemFinished { item: usize },
    /// Signal all running agents to stop; said at most once.
    StopRunning,
    /// Nothing runs and nothing will start: all items are final. Said exactly once, as the very last action.
    Finished,
}

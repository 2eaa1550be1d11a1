//! How many items are how far. The head of the board and what it says of items that it leaves out count by the same kinds.

use super::super::style::Tone;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Standing};

/// Counts of the items of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub all: usize,
    /// Completed.
    pub done: usize,
    /// They ended in another way than completed, and nobody wanted that.
    pub trouble: usize,
}

impl Counts {
    /// Counts the items of a run.
    pub fn of(state: &RunView) -> Self {
        let kinds: Vec<Progress> = state.items.iter().map(|item| Progress::of(item, state)).collect();
        let count = |wanted: Progress| kinds.iter().filter(|kind| **kind == wanted).count();
        Self { all: kinds.len(), done: count(Progress::Done), trouble: count(Progress::Trouble) }
    }
}

/// How far an item is; each is of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// Completed.
    Done,
    /// An agent or a check works on it, or is about to.
    AtWork,
    /// Its work is done and is to be merged.
    Merging,
    /// It waits for a usage limit to end.
    Limited,
    /// It was at work when the run was interrupted.
    Interrupted,
    /// It ended in another way than completed, and nobody wanted that.
    Trouble,
    /// It was cancelled, or left for another run.
    SetAside,
    /// Its turn has not come.
    Waiting,
}

impl Progress {
    const ALL: [Self; 8] = [
        Self::Done,
        Self::AtWork,
        Self::Merging,
        Self::Limited,
        Self::Interrupted,
        Self::Trouble,
        Self::SetAside,
        Self::Waiting,
    ];

    /// Looks how far an item is.
    pub(super) fn of(item: &ItemView, state: &RunView) -> Self {
        match item.status() {
            Some(ItemStatus::Completed) => Self::Done,
            Some(ItemStatus::Cancelled | ItemStatus::Pending) => Self::SetAside,
            Some(_) => Self::Trouble,
            None if item.standing == Standing::Interrupted => Self::Interrupted,
            None if !is_busy(item) => Self::Waiting,
            None if state.is_limited(item) => Self::Limited,
            None if item.awaits_merge => Self::Merging,
            None => Self::AtWork,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::AtWork => "at work",
            Self::Merging => "to be merged",
            Self::Limited => "waiting for a usage limit",
            Self::Interrupted => "interrupted",
            Self::Trouble => "in trouble",
            Self::SetAside => "set aside",
            Self::Waiting => "waiting",
        }
    }

    /// The tone of what somebody may have to look at.
    pub(super) fn tone(self) -> Option<Tone> {
        matches!(self, Self::Interrupted | Self::Trouble).then_some(Tone::Warning)
    }
}

/// Counts items by kind: each kind that there is, with its words.
pub(super) fn counted(kinds: &[Progress]) -> impl Iterator<Item = (Progress, String)> {
    Progress::ALL.into_iter().filter_map(move |kind| {
        let count = kinds.iter().filter(|own| **own == kind).count();
        (count > 0).then(|| (kind, format!("{count} {}", kind.words())))
    })
}

/// Tells whether an item has been started and has not ended.
pub(super) fn is_busy(item: &ItemView) -> bool {
    item.standing.is_busy()
}

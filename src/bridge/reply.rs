//! The answers to questions of scripts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::event::kind::{GuardFinding, ItemStatus};
use crate::model::agent::AgentReport;
use crate::model::outcome::Outcome;
use crate::model::validation::ValidationRecord;

/// The run is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    pub run: String,
    pub directory: PathBuf,
}

/// A checkpoint that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeCheckpoint {
    pub commit: String,
    pub files: Vec<String>,
}

/// Whether a failure goes back to an agent.
#[derive(Clone, Debug, PartialEq)]
pub enum Repairing {
    /// As the repair of this number; `left` is what remains of the budget in US dollars.
    Again { number: u32, left: Option<f64> },
    /// No, and why; empty where nobody wants repairs.
    Over { why: String },
}

/// What came of a phase that a person carries out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Handed {
    /// Who took it.
    pub by: String,
    /// Ordinal of the phase that they took.
    pub phase: u32,
    /// What their work counts for, where that was asked.
    pub judged: Option<JudgedReport>,
}

/// A phase that a person took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InHand {
    /// Who took it.
    pub by: String,
    /// Its ordinal.
    pub phase: u32,
    /// Their workspace.
    pub path: PathBuf,
}

/// A merge that was tried out and does not pass its checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Ordinal of the phase that is to mend it.
    pub phase: u32,
    /// What failed, for the agent.
    pub text: String,
    /// Session of the agent that did the work.
    pub session: Option<String>,
}

/// What is known of an agent call, and what it counts for.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedReport {
    pub report: AgentReport,
    pub verdict: Outcome,
}

/// A batch branch that has everything that its base has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdatedBase {
    pub branch: String,
    /// What people call the base.
    pub base: String,
    /// How many commits it got.
    pub commits: usize,
}

/// What a program left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessOutput {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub timed_out: bool,
}

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAnswer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// An item that may run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextItem {
    /// Index in `RunGraph::items`.
    pub index: usize,
    pub attempt: u32,
}

/// The worktree of an item and what git already shows on its branch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worktree {
    pub path: PathBuf,
    pub branch: String,
    /// Commit where the item's branch started.
    pub base: String,
    pub phases: Vec<PhaseRecord>,
    /// The item is merged into the batch branch already.
    pub merged: bool,
    /// There is a merge to resolve in the worktree: this attempt is for nothing else.
    pub conflict: Option<Conflict>,
    /// The merged tree was refused: this attempt is for mending it on the item's branch, which has the batch branch in it.
    pub refused: Option<Refused>,
    /// A person carries a phase out. Only a run by hand works on the item then.
    pub in_hand: Option<InHand>,
}

/// A merge that is to be resolved in the worktree of an item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conflict {
    pub files: Vec<String>,
    /// What the batch branch has had since the item began, as a patch.
    pub theirs: String,
}

/// What git shows about one phase.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseRecord {
    pub ordinal: u32,
    /// The last checkpoint of the phase.
    pub commit: String,
    pub key: String,
    pub validation: Option<ValidationRecord>,
}

/// What git shows about an executed item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Executed {
    pub id: String,
    /// Checkpoints, oldest first: ordinal of the phase, commit, validation.
    pub phases: Vec<PhaseRecord>,
    pub merged: Option<String>,
    /// `merged` is its merge commit; otherwise its work came by a rebase, a squash or a cherry-pick.
    pub has_merge: bool,
    /// It was merged, and its merge was reverted.
    pub taken_out: bool,
    /// The batch branch has its work all the same.
    pub kept_by_batch: bool,
    /// A person carries a phase out by hand.
    pub in_hand: Option<InHand>,
    /// Ordinals of phases that were reverted after they had come in, and do not stand.
    pub reverted: Vec<u32>,
    /// Files changed by the item; empty when a squash hides them.
    pub files: Vec<String>,
    /// Git shows which files are the item's.
    pub files_known: bool,
    /// RFC 3339 time of the first and the last checkpoint.
    pub first: Option<String>,
    pub last: Option<String>,
    /// Measured working hours, when a run recorded them.
    pub hours: Option<f64>,
    /// What stands against the merge of work that is not merged.
    pub objections: Vec<GuardFinding>,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Closed {
    pub exit_code: u8,
    pub totals: BTreeMap<ItemStatus, u32>,
    pub items: Vec<ClosedItem>,
}

/// How one item ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedItem {
    pub id: String,
    pub status: ItemStatus,
    /// Why it is not completed, or the note of a completed item; empty where there is none.
    pub reason: String,
    /// What a completed item returned.
    pub value: Option<serde_json::Value>,
    /// Seconds of work.
    pub duration: f64,
}

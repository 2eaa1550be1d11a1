//! The kinds of events. Every kind is plain data; a new fact is a new variant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::forecast::Forecast;
use super::hand::HandDeed;
use super::seat::Seat;
use crate::model::agent::TimerKind;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::prp::Complexity;
use crate::model::usage::Usage;
use crate::model::validation::LevelVerdict;

/// The six named steps of every batch command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStep {
    Parse,
    Analyze,
    Spawn,
    Monitor,
    Aggregate,
    Report,
}

impl RunStep {
    /// Returns the word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Analyze => "analyze",
            Self::Spawn => "spawn",
            Self::Monitor => "monitor",
            Self::Aggregate => "aggregate",
            Self::Report => "report",
        }
    }
}

/// A work item as the graph event introduces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemInfo {
    pub id: String,
    pub title: String,
    /// Short name for people, such as `PRP-47.1.1-api`.
    pub name: String,
    pub stage: u32,
    pub phases: u32,
    /// Estimated hours.
    pub hours: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
}

/// Why an item waits for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EdgeReason {
    /// The document says so: it needs the work of the other one.
    Explicit,
    /// Both change a file.
    File,
    /// One names the other in `conflicts_with`.
    Conflict,
}

impl EdgeReason {
    /// Returns the word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::File => "file",
            Self::Conflict => "conflict",
        }
    }
}

/// An edge of the graph: `to` waits for `from`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeInfo {
    pub from: String,
    pub to: String,
    pub reason: EdgeReason,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// An item, and its phase where that is known, that makes a merged tree fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Guilty {
    pub item: String,
    pub phase: Option<u32>,
}

/// How an item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    Completed,
    Partial,
    Failed,
    Blocked,
    Unproven,
    Conflict,
    /// The work is done and waits for a person: the guard found what nobody asked for.
    NeedsApproval,
    Cancelled,
    /// Not reached because the run was paused or stopped before it started.
    Pending,
}

impl ItemStatus {
    /// Returns the word used in files and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Unproven => "unproven",
            Self::Conflict => "conflict",
            Self::NeedsApproval => "needs_approval",
            Self::Cancelled => "cancelled",
            Self::Pending => "pending",
        }
    }

    /// Returns the words for people.
    pub fn words(self) -> &'static str {
        if self == Self::NeedsApproval { "needs approval" } else { self.as_str() }
    }
}

/// Something that the guard found in the work of an item before its merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuardFinding {
    /// Name of the rule, as in the configuration and in `approve --rule`.
    pub rule: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub reason: String,
}

/// What the guard made of its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuardVerdict {
    /// Told, and merged.
    Noted,
    /// Not merged before a person approves.
    NeedsApproval,
    /// Not merged, whoever approves.
    Refused,
}

/// How much a note matters to whoever follows the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    #[default]
    Info,
    Warning,
    Error,
}

impl Severity {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
    fn is_info(&self) -> bool {
        *self == Self::Info
    }
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentChange {
    Created,
    Changed,
    /// It says already what it should say.
    Unchanged,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    RunStarted {
        /// `exe`, `gen`, `review`, `context-update` or the name of a team's script.
        command: String,
        batch: Option<u32>,
        pid: u32,
        host: String,
        /// The command line, for people.
        argv: Vec<String>,
        jobs: u32,
        /// Items have branches that are merged into the one of the batch.
        #[serde(default)]
        merges: bool,
        /// Budget in tokens and in US dollars.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_tokens: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_cost: Option<f64>,
    },
    Step {
        step: RunStep,
    },
    Graph {
        items: Vec<ItemInfo>,
        #[serde(deserialize_with = "numbered")]
        stages: BTreeMap<u32, Vec<String>>,
        edges: Vec<EdgeInfo>,
        critical_path: Vec<String>,
        bound_hours: f64,
    },
    /// What the run is expected to take.
    Forecast(Forecast),
    ItemStarted {
        item: String,
        stage: u32,
        attempt: u32,
    },
    /// An executor carries the item out: told when its job waits, and when it is known where it runs.
    Placed {
        item: String,
        seat: Seat,
    },
    /// Phases that git already shows as done when the item starts.
    Resumed {
        item: String,
        phases: Vec<u32>,
        next: Option<u32>,
    },
    AttemptStarted {
        item: String,
        attempt: u32,
        phase: Option<u32>,
        pid: u32,
        agent: String,
        model: Option<String>,
        spec: String,
        /// Seconds for which the agent may give no sign of life.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silence: Option<f64>,
    },
    AttemptFinished {
        item: String,
        attempt: u32,
        phase: Option<u32>,
        status: String,
        duration: f64,
        usage: Usage,
        /// Beginning and end of its error output when it did not end well.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
        /// File with its error output.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stderr: Option<String>,
    },
    /// Ephemeral: an agent gave a sign of life.
    Alive {
        item: String,
    },
    /// Ephemeral: shown, not stored.
    Progress {
        item: String,
        percent: Option<f64>,
        step: String,
    },
    /// Ephemeral: what an agent has used since the last such event; the end of its attempt has the sum.
    Spent {
        item: String,
        usage: Usage,
    },
    PhaseStarted {
        item: String,
        phase: u32,
        title: String,
        of: u32,
    },
    Checkpoint {
        item: String,
        phase: u32,
        commit: String,
        subject: String,
    },
    /// A command of the validation begins.
    Checking {
        item: String,
        phase: u32,
        level: u8,
        command: String,
        /// 1, or more when it is tried again on the same files.
        time: u32,
        /// Seconds that it may take.
        limit: f64,
    },
    Validation {
        item: String,
        phase: u32,
        level: u8,
        result: LevelVerdict,
        /// How a check failed, then the beginning and the end of what it said.
        errors: Vec<String>,
        /// File with all that the failed check said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    /// The work of the item is done and waits for its merge; its place among the items at work is free.
    MergeAwaited {
        item: String,
    },
    Merge {
        item: String,
        commit: String,
    },
    Conflict {
        item: String,
        files: Vec<String>,
    },
    /// The guard found something in the work of the item before its merge.
    Guard {
        item: String,
        verdict: GuardVerdict,
        findings: Vec<GuardFinding>,
    },
    /// A person approved what the guard found; the item is merged with that.
    Approved {
        item: String,
        by: String,
        rules: Vec<String>,
    },
    /// A person took a phase into their own hands, or let it go.
    Hand {
        item: String,
        phase: u32,
        by: String,
        deed: HandDeed,
    },
    /// The merge of the item was tried out, failed its validation and was not made.
    MergeRejected {
        item: String,
        level: u8,
        reason: String,
        /// Whose work does not go together; empty when nobody can be named.
        guilty: Vec<Guilty>,
        errors: Vec<String>,
        /// File with all that the failed check said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    ConflictWarning {
        item: String,
        with: String,
        files: Vec<String>,
    },
    ScopeDrift {
        item: String,
        phase: u32,
        files: Vec<String>,
    },
    Slow {
        item: String,
        timer: TimerKind,
        seconds: f64,
        limit: f64,
    },
    Retry {
        item: String,
        attempt: u32,
        reason: String,
        /// How the attempt failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<FailureKind>,
    },
    /// What failed goes back to an agent, which mends it.
    Repair {
        item: String,
        phase: u32,
        /// Counted from 1 for each phase of an item in each run.
        number: u32,
        reason: String,
    },
    RateLimited {
        item: String,
        agent: String,
        delay_ms: u64,
    },
    /// Nothing new starts until the run is started again; what runs may finish.
    Paused {
        item: Option<String>,
        reason: String,
    },
    QuotaPaused {
        agent: String,
        until: Option<i64>,
        /// Epoch seconds at which the run goes on by itself; `null` where it ends instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<i64>,
    },
    QuotaResumed {
        agent: String,
    },
    Budget {
        spent: f64,
        limit: f64,
        unit: String,
    },
    Rescue {
        item: String,
        reference: String,
        files: Vec<String>,
    },
    /// Two sources disagree; git wins.
    Disagreement {
        item: String,
        what: String,
    },
    /// A document that an item was to write.
    Document {
        item: String,
        path: String,
        change: DocumentChange,
    },
    /// The issue of an item in a tracker.
    Issue {
        item: String,
        issue: String,
        /// It was opened now; an earlier run opened it otherwise.
        opened: bool,
    },
    ItemFinished {
        item: String,
        status: ItemStatus,
        outcome: Option<Outcome>,
        /// Why it is not completed, or the note of a completed item.
        reason: String,
        /// What a completed item returned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<serde_json::Value>,
        duration: f64,
    },
    Note {
        item: Option<String>,
        text: String,
        #[serde(default, skip_serializing_if = "Severity::is_info")]
        severity: Severity,
    },
    /// Ephemeral: events that a reader did not take in time. They are in the journal, but for those that are never
    /// stored: progress and signs of life.
    Gap {
        from: u64,
        to: u64,
    },
    RunFinished {
        totals: BTreeMap<ItemStatus, u32>,
        exit_code: u8,
        resume: Option<String>,
        next: Vec<String>,
    },
}

/// Reads a map whose keys are numbers: within a tagged enum serde hands over keys as text.
fn numbered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u32, Vec<String>>, D::Error> {
    let map = BTreeMap::<String, Vec<String>>::deserialize(deserializer)?;
    let number = |key: String| key.parse::<u32>().map_err(serde::de::Error::custom);
    map.into_iter().map(|(key, value)| Ok((number(key)?, value))).collect()
}

impl EventKind {
    /// Makes a note that is good to know.
    pub fn note(item: Option<String>, text: impl Into<String>) -> Self {
        Self::Note { item, text: text.into(), severity: Severity::Info }
    }

    /// Makes a note of something that somebody should look at.
    pub fn warning(item: Option<String>, text: impl Into<String>) -> Self {
        Self::Note { item, text: text.into(), severity: Severity::Warning }
    }
}

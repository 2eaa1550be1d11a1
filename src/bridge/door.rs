//! The one door between scripts and the core: every effect of a script is one `Bridge::call`.
//!
//! Scripts run on ordinary threads and block in `call`. The real bridge sends the request to the dispatcher, a task of
//! the current-thread runtime that linearises everything; the fake bridge of the tests answers from a table. Neither
//! side sees the other's library: no Rhai type and no tokio type crosses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::event::kind::{EdgeInfo, EventKind, ItemInfo, ItemStatus};
pub use crate::model::adapter::{Adapter, AgentCall};
use crate::model::agent::AgentReport;
use crate::model::outcome::Outcome;
use crate::model::prp::Prp;
use crate::model::validation::ValidationRecord;

/// The attempt of an item on whose behalf a request is made; `None` for the script outside of recipes.
pub type Origin = Option<Attempt>;

/// One attempt of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    pub item: String,
    /// Counts from 1.
    pub number: u32,
}

/// Answers requests; blocks the calling thread until the answer is there.
pub trait Bridge: Send + Sync {
    /// Performs one request. A stopped run answers [`Failure::Cancelled`].
    fn call(&self, origin: Origin, request: Request) -> Result<Reply, Failure>;
}

/// Why a request was not performed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The run is being stopped; scripts cannot catch this.
    Cancelled,
    /// A condition that the user or the script can deal with.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Which PRPs a command works on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    pub batch: Option<u32>,
    /// Ids, or paths of documents, as the user gave them; empty means all of the batch.
    pub ids: Vec<String>,
    /// Also look into the folder of executed PRPs.
    pub executed: bool,
    /// Take documents with errors too, their problems with them; with neither batch nor ids those of all batches.
    pub lenient: bool,
}

/// Limits and policies of a run; every field has the value that flags and configuration gave it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOptions {
    /// Name of the command, such as `exe`.
    pub command: String,
    pub batch: Option<u32>,
    pub jobs: u32,
    pub retries: u32,
    pub fail_fast: bool,
    pub max_fail: Option<u32>,
    /// Stages are barriers.
    pub barrier: bool,
    /// The adapter that items call where `RunGraph::agents` names no other.
    pub agent: Option<String>,
    /// Items have branches and worktrees and are merged into the batch branch.
    pub merge: bool,
    /// With `merge`: the branches of items are left unmerged.
    pub no_merge: bool,
    /// The merged tree of each item is validated before the batch branch moves.
    pub validate_merge: bool,
    /// `park`, `stop` or `agent`.
    pub on_conflict: String,
    /// Base revision of the batch branch.
    pub base: Option<String>,
    /// Old branches are set aside and everything starts anew.
    pub restart: bool,
    pub land: bool,
    pub keep_worktrees: bool,
    pub wait_for_quota: bool,
    pub max_cost: Option<f64>,
    pub max_tokens: Option<u64>,
    /// Highest validation level.
    pub level: u8,
    /// Command line that resumes this run, for people.
    pub resume: String,
}

/// The graph as the machine runs it and the event tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunGraph {
    /// In topological order.
    pub items: Vec<ItemInfo>,
    pub edges: Vec<EdgeInfo>,
    pub stages: BTreeMap<u32, Vec<String>>,
    pub critical_path: Vec<String>,
    pub bound_hours: f64,
    /// Declared files of each item, for scope checks.
    pub files: BTreeMap<String, Vec<String>>,
    /// The document of each item that has one, for status and merge titles.
    pub documents: BTreeMap<String, PathBuf>,
    /// The commands of all gates in the document of each item, with their level.
    pub gates: BTreeMap<String, Vec<(u8, String)>>,
    /// The adapter that an item calls, where the script says so.
    pub agents: BTreeMap<String, String>,
}

/// A request of a script.
#[derive(Debug)]
pub enum Request {
    /// Reads the PRPs of a selection; all problems of all documents come back in one failure.
    Prps(Selection),
    /// Reads any file below the project root, at most 50 MB.
    ReadFile(PathBuf),
    /// Writes a file below the project root, atomically, keeping its mode.
    WriteFile { path: PathBuf, text: String, create_new: bool },
    /// Moves a file below the project root; never over another one.
    MoveFile { from: PathBuf, to: PathBuf },
    /// Lists files of a folder below the project root, sorted, not recursive.
    ListFiles(PathBuf),
    /// Reserves a free batch number: highest number over all PRP folders + 1.
    NextBatch,
    /// Opens the run: lock, run id, journal, batch branch.
    Start { options: Box<RunOptions>, graph: Box<RunGraph> },
    /// Waits for the next item that may run.
    Next,
    /// Hands in what a recipe came to. Answered after it is registered.
    Finished(Outcome),
    /// Closes the run: metrics, summary event.
    Close,
    /// Prepares branch and worktree of the item and scans its checkpoints.
    Worktree,
    /// The item begins a phase.
    Phase { ordinal: u32, title: String, of: u32 },
    /// Commits what is in the worktree as the checkpoint of a phase.
    Checkpoint { ordinal: u32, title: String, key: String },
    /// Takes what an agent made of a merge conflict: validates it and commits the merge, or parks it again. Answered
    /// with a text that says why it is parked, empty when it is resolved.
    Resolve { ordinal: u32, level: u8, gates: Vec<(u8, String)>, manual: Vec<u8> },
    /// Parks the merge again that was to be resolved in the worktree.
    Park,
    /// Runs validation up to a level on the worktree; gates are extra commands of the PRP.
    Validate { ordinal: u32, level: u8, gates: Vec<(u8, String)>, manual: Vec<u8> },
    /// Starts no further item in this run; running ones finish.
    Pause { reason: String },
    /// Runs an agent to its end.
    Agent(Box<AgentCall>),
    /// Runs a program by argv to its end.
    Process { argv: Vec<String>, cwd: Option<PathBuf>, stdin: String, timeout: f64, env: BTreeMap<String, String> },
    /// One HTTP request with a JSON body.
    Http { url: String, method: String, headers: BTreeMap<String, String>, body: String, timeout: f64 },
    /// Facts that git knows about executed PRPs of a batch: commits, changed files, times.
    Executed { batch: Option<u32>, ids: Vec<String> },
    /// Tells whether the latest run of a batch was killed before it could close it: metrics and clean-up are missing.
    Unclosed { batch: u32 },
    /// Commits files of the user's checkout, and nothing else that is changed or staged there. Answered with the
    /// commit, empty when nothing differs from HEAD. Without files it only tells whether a commit could be made.
    CommitFiles { paths: Vec<PathBuf>, message: String },
    /// Unified diff of what an item changed against its start, at most so many bytes.
    Diff { item: String, max_bytes: usize },
    /// Puts a fact into the event stream.
    Event(EventKind),
    /// A value from the environment that scripts may see; secrets are named by the tracker scripts only.
    Env(String),
    /// The time.
    Now,
}

/// The answer to a request.
#[derive(Debug)]
pub enum Reply {
    Done,
    Text(String),
    Prps(Vec<Prp>),
    Files(Vec<PathBuf>),
    Batch(u32),
    /// The run is open.
    Started {
        run: String,
        directory: PathBuf,
    },
    /// An item to run now; `None` when there is nothing left.
    Next(Option<NextItem>),
    Worktree(Worktree),
    Checkpoint {
        commit: String,
        files: Vec<String>,
    },
    Validation(ValidationRecord),
    Agent(Box<AgentReport>),
    Process {
        code: Option<i32>,
        signal: Option<i32>,
        stdout: String,
        stderr: String,
        timed_out: bool,
    },
    Http {
        status: u16,
        headers: BTreeMap<String, String>,
        body: String,
    },
    Executed(Vec<Executed>),
    Closed(Closed),
    Env(Option<String>),
    Unclosed(bool),
    /// Epoch seconds.
    Now(i64),
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
    /// Files changed by the item; empty when a squash hides them.
    pub files: Vec<String>,
    /// Git shows which files are the item's.
    pub files_known: bool,
    /// RFC 3339 time of the first and the last checkpoint.
    pub first: Option<String>,
    pub last: Option<String>,
    /// Measured working hours, when a run recorded them.
    pub hours: Option<f64>,
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
    pub reason: String,
    /// Seconds of work.
    pub duration: f64,
}

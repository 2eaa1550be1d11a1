//! The one vocabulary of the dispatcher's loop: everything that can happen to a run, with channels inside.

use tokio::sync::oneshot;

use super::active::Active;
use super::adopt::Finished;
use crate::bridge::door::{Attempt, Failure, Origin, Reply, Request, Worktree};
use crate::error::Error;
use crate::event::kind::{EventKind, Guilty};
use crate::host::agent::Fact;
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::worktree::{Prepare, Prepared};
use crate::model::agent::AgentReport;

/// Where the answer to a script's call goes.
pub(crate) type Answer = oneshot::Sender<Result<Reply, Failure>>;

/// One thing that happened.
pub(crate) enum Internal {
    /// A script asks for something.
    Call { origin: Origin, request: Request, answer: Answer },
    /// A run was opened, or could not be.
    Opened { result: Result<Box<Active>, Error>, answer: Answer },
    /// An item's worktree is there; phases that git shows are in it.
    WorktreeReady { attempt: Attempt, result: Result<Box<WorktreeReady>, Failure>, answer: Answer },
    /// An agent process said or did something.
    AgentFact { attempt: Attempt, phase: Option<u32>, agent: String, model: Option<String>, fact: Fact },
    /// An agent process is gone.
    AgentEnded { attempt: Attempt, phase: Option<u32>, agent: String, report: Box<AgentReport>, answer: Answer },
    /// A task has facts to tell, and then the answer to a script.
    Told { events: Vec<EventKind>, answer: Option<(Answer, Result<Reply, Failure>)> },
    /// A merge was tried.
    MergeEnded { item: usize, result: Result<MergeEnd, Error> },
    /// A usage limit is over.
    QuotaOver { agent: String },
    /// The user or the system wants the program to stop.
    Signal(Signal),
    /// The script is at its end.
    ScriptEnded,
}

/// A prepared worktree and what was noticed on the way.
pub(crate) struct WorktreeReady {
    pub(crate) tree: Prepared,
    pub(crate) worktree: Worktree,
    pub(crate) finished: Option<Box<(Finished, Prepare)>>,
    pub(crate) events: Vec<EventKind>,
    pub(crate) lease: Lease,
}

/// How a merge ended.
pub(crate) enum MergeEnd {
    Merged {
        commit: String,
    },
    Conflict {
        files: Vec<String>,
    },
    /// The merged tree does not pass its validation.
    Rejected(Box<Rejection>),
    /// The run is being stopped.
    Stopped,
}

/// Why a merge was refused.
pub(crate) struct Rejection {
    /// Phase of the item that is to blame, or its last one.
    pub(crate) phase: u32,
    pub(crate) level: u8,
    pub(crate) reason: String,
    pub(crate) guilty: Vec<Guilty>,
    pub(crate) errors: Vec<String>,
}

/// A signal that ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    HangUp,
}

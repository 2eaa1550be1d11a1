//! The one vocabulary of the loop: everything that can happen to a run.

use crate::bridge::{Answer, Attempt, Failure, JudgedReport, Origin, Placing, Request, Worktree};
use crate::error::{Error, Result};
use crate::event::EventKind;
use crate::host::agent::Fact;
use crate::run::core::effect::Reply;
use crate::run::work::batch::open::OpenedRun;
use crate::run::work::item::agent::Called;
use crate::run::work::item::worktree::WorktreeReady;
use crate::run::work::merge::end::MergeEnd;
use crate::run::work::placed::place::PlaceReady;

/// One thing that happened.
pub(crate) enum Message {
    /// A script asks for something.
    Asked { origin: Origin, request: Request },
    /// A run was opened, or could not be.
    Opened(Result<Box<OpenedRun>>),
    /// An item's worktree is there; phases that git shows are in it.
    WorktreeReady {
        attempt: Attempt,
        result: std::result::Result<Box<WorktreeReady>, Failure>,
        answer: Answer<Worktree>,
    },
    /// An agent process said or did something.
    AgentFact { attempt: Attempt, phase: Option<u32>, agent: String, model: Option<String>, fact: Fact },
    /// An agent process is gone, or never started.
    AgentEnded {
        attempt: Attempt,
        phase: Option<u32>,
        agent: String,
        result: std::result::Result<Called, Failure>,
        answer: Answer<JudgedReport>,
    },
    /// A task has facts to tell, and then perhaps the answer to a script.
    Told { events: Vec<EventKind>, reply: Option<Reply> },
    /// It is known where an item is carried out.
    PlaceReady { attempt: Attempt, result: std::result::Result<Box<PlaceReady>, Failure>, answer: Answer<Placing> },
    /// What happened where an item is carried out.
    PlacedFacts { attempt: Attempt, events: Vec<EventKind> },
    /// A merge was tried.
    MergeEnded { item: usize, result: std::result::Result<MergeEnd, Error> },
    /// Something that nobody waits for is done.
    BackgroundDone,
    /// What a run leaves behind is cleaned up.
    CleanedUp { notes: Vec<EventKind> },
    /// Metrics and journal are on the disk.
    Reported { trouble: Option<String> },
    /// A usage limit may be over.
    QuotaOver { agent: String },
    /// The user or the system wants the program to stop.
    Signal(Signal),
    /// What is under way had its time to end by itself after a signal. A script may wait for an answer meanwhile.
    GraceOver { is_waited_for: bool },
    /// The script is at its end.
    ScriptEnded(std::result::Result<u8, Failure>),
}

/// A signal that ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    HangUp,
}

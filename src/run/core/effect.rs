//! What follows from a message: events to store and show, and then answers and tasks.

use std::time::Duration;

use crate::bridge::{self, Answer, Failure, Handed, JudgedReport, Request, Worktree};
use crate::event::EventKind;
use crate::host::journal::Journal;
use crate::host::stop::StopLevel;
use crate::model::validation::ValidationRecord;
use crate::run::work::batch::{cleanup, open, report};
use crate::run::work::item::{agent, checkpoint, diff, hand, remove, resolve, validation, worktree};
use crate::run::work::merge::item as merge;
use crate::run::work::placed::follow as follow_placed;
use crate::run::work::placed::order::PlaceOrder;
use crate::run::work::world::surroundings::Surroundings;

/// Everything that follows from one message. What is told is on disk and seen before any effect begins.
#[derive(Default)]
pub(crate) struct Reaction {
    pub(crate) told: Vec<Told>,
    pub(crate) effects: Vec<Effect>,
}

/// Something for the event stream.
pub(crate) enum Told {
    Event(EventKind),
    /// The stream begins: its journal, and its first event.
    Begin {
        run: String,
        journal: Option<Journal>,
        first: EventKind,
    },
    /// No run was ever opened: what was held back is shown.
    Flush,
}

/// Something to do.
pub(crate) enum Effect {
    /// Answers a script.
    Reply(Reply),
    /// Starts a task off the loop.
    Start(Task),
    /// Asks everything that runs to stop; from then on scripts are ended too.
    Stop(StopLevel),
    /// Says [`super::message::Message::QuotaOver`] at `until` in epoch seconds, or after `unknown` seconds.
    WaitForQuota { agent: String, until: Option<i64>, unknown: i64 },
    /// Says [`super::message::Message::GraceOver`] after a while.
    Grace(Duration),
    /// Ends the loop.
    End(ProgramEnd),
}

/// How the program ends.
#[derive(Debug)]
pub(crate) struct ProgramEnd {
    pub(crate) exit_code: u8,
    /// Why the script did not come to its end.
    pub(crate) error: Option<crate::error::Error>,
}

/// An answer that is ready to be given.
pub(crate) struct Reply(Box<dyn FnOnce() + Send>);

/// A task and the place for its answer.
pub(crate) enum Task {
    Open(Box<open::OpenOrder>),
    Worktree(Box<worktree::WorktreeOrder>, Answer<Worktree>),
    Checkpoint(Box<checkpoint::CheckpointOrder>, Answer<bridge::MadeCheckpoint>),
    Validate(Box<validation::ValidationOrder>, Answer<ValidationRecord>),
    Resolve(Box<resolve::ResolutionOrder>, Answer<Option<String>>),
    Hand(Box<hand::HandOrder>, Answer<Handed>),
    Park(Box<resolve::ConflictPlace>, Answer<()>),
    Place(Box<PlaceOrder>, Answer<bridge::Placing>),
    Follow(Box<follow_placed::FollowOrder>, Answer<bridge::Followed>),
    Agent(Box<agent::AgentOrder>, Answer<JudgedReport>),
    Diff(Box<diff::DiffOrder>, Answer<String>),
    Merge(Box<merge::MergeOrder>),
    Remove(Box<remove::RemovalOrder>),
    Effect(bridge::EffectRequest, Box<Surroundings>),
    Query(bridge::QueryRequest, Box<Surroundings>),
    CleanUp(Box<cleanup::CleanUpOrder>),
    Report(Box<report::ReportOrder>),
}

impl Reply {
    /// Makes the giving of an answer an effect.
    pub(crate) fn new<T: Send + 'static>(answer: Answer<T>, result: Result<T, Failure>) -> Self {
        Self(Box::new(move || answer.give(result)))
    }

    /// Gives the answer.
    pub(crate) fn give(self) {
        (self.0)();
    }
}

impl Reaction {
    /// Tells an event.
    pub(crate) fn tell(&mut self, event: EventKind) {
        self.told.push(Told::Event(event));
    }

    /// Tells a note of something that somebody should look at.
    pub(crate) fn warn(&mut self, item: Option<String>, text: impl Into<String>) {
        self.tell(EventKind::warning(item, text));
    }

    /// Answers a script.
    pub(crate) fn reply<T: Send + 'static>(&mut self, answer: Answer<T>, result: Result<T, Failure>) {
        self.effects.push(Effect::Reply(Reply::new(answer, result)));
    }

    /// Refuses a question, whichever it is.
    pub(crate) fn refuse(&mut self, request: Request, failure: Failure) {
        self.effects.push(Effect::Reply(Reply(Box::new(move || request.refuse(failure)))));
    }

    /// Starts a task.
    pub(crate) fn start(&mut self, task: Task) {
        self.effects.push(Effect::Start(task));
    }
}

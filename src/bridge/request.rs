//! The questions of scripts, by what they are about: the run, one item, the world around it, what is known.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::answer::{Answer, Refusal};
use super::attempt::Failure;
use super::baseline::{Baseline, TryBaseline};
use super::files::{AppendFile, CopyFile, RemoveFile, WalkFiles};
use super::git::{
    BranchDistance, Branches, ChangedFiles, IsTracked, LogRange, ReadHead, RemoteAddress, ShowFile, TreeFiles,
    TreeFolders,
};
use super::landing::{Land, Landed, PushWork, PushedWork, UndoLanding};
use super::placed::{FollowPlaced, Followed, Place, Placing, StartDetached};
use super::plan::{RunGraph, RunOptions, Selection};
use super::reply::{
    Closed, Executed, Handed, HttpAnswer, JudgedReport, MadeCheckpoint, NextItem, ProcessOutput, Repairing, Started,
    UpdatedBase, Worktree,
};
use crate::event::{EventKind, Forecast};
use crate::model::adapter::AgentCall;
use crate::model::gate::{GateLine, ManualGate};
use crate::model::history::{Distance, Head, LoggedCommit};
use crate::model::outcome::Outcome;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::validation::ValidationRecord;

/// A question with a known type of answer.
pub trait Ask {
    type Reply: Send + 'static;

    /// Ties the question to the place where its answer goes.
    fn request(self, answer: Answer<Self::Reply>) -> Request;
}

/// A question and the place for its answer.
#[derive(Debug)]
pub enum Request {
    /// Control of the run: answered also while it is being stopped.
    Run(RunRequest),
    /// Work on the item that asks.
    Item(ItemRequest),
    /// An effect that needs no run.
    Effect(EffectRequest),
    /// What documents, git and journals show.
    Query(QueryRequest),
}

/// Declares the questions of one kind: an enum of question and answer, and for each question the type of its answer.
macro_rules! kind {
    ($(#[$doc:meta])* $variant:ident: $kind:ident { $($question:ident -> $reply:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {
            $($question($question, Answer<$reply>),)+
        }

        impl $kind {
            /// Refuses the question, whichever it is.
            pub fn refuse(self, failure: Failure) {
                match self {
                    $(Self::$question(_, answer) => answer.refuse(failure),)+
                }
            }

            /// Returns a handle that can refuse the question while its answer is being made.
            pub fn refusal(&self) -> Refusal {
                match self {
                    $(Self::$question(_, answer) => answer.refusal(),)+
                }
            }
        }

        $(impl Ask for $question {
            type Reply = $reply;

            fn request(self, answer: Answer<$reply>) -> Request {
                Request::$variant($kind::$question(self, answer))
            }
        })+
    };
}

kind! {
    /// Questions about the run.
    Run: RunRequest {
        StartRun -> Started,
        Next -> Option<NextItem>,
        Finish -> (),
        Close -> Closed,
        Pause -> (),
        TakeMerged -> Vec<(String, String)>,
        EmitEvent -> (),
        BeginPhase -> (),
    }
}

kind! {
    /// Questions on behalf of one item.
    Item: ItemRequest {
        GetWorktree -> Worktree,
        MakeCheckpoint -> MadeCheckpoint,
        Validate -> ValidationRecord,
        ByHand -> Handed,
        Repair -> Repairing,
        Resolve -> Option<String>,
        Park -> (),
        CallAgent -> JudgedReport,
        Place -> Placing,
        FollowPlaced -> Followed,
    }
}

kind! {
    /// Effects in the world.
    Effect: EffectRequest {
        ReadFile -> String,
        WriteFile -> (),
        MoveFile -> (),
        CopyFile -> (),
        AppendFile -> (),
        RemoveFile -> (),
        WalkFiles -> Vec<PathBuf>,
        ListFiles -> Vec<PathBuf>,
        CommitFiles -> Option<String>,
        UpdateBase -> Option<UpdatedBase>,
        Land -> Landed,
        UndoLanding -> Landed,
        PushWork -> PushedWork,
        RunProgram -> ProcessOutput,
        StartDetached -> u32,
        TryBaseline -> Baseline,
        SendHttp -> HttpAnswer,
        ReadEnv -> Option<String>,
        Now -> i64,
    }
}

kind! {
    /// Questions about what is known.
    Query: QueryRequest {
        FindPrps -> Vec<Prp>,
        ReadPlan -> (Plan, Vec<Problem>),
        NextBatch -> u32,
        ExecutedFacts -> Vec<Executed>,
        IsUnclosed -> bool,
        GetForecast -> Forecast,
        ItemDiff -> String,
        ChangedFiles -> Vec<String>,
        IsTracked -> bool,
        ShowFile -> Option<String>,
        BranchDistance -> Option<Distance>,
        LogRange -> Vec<LoggedCommit>,
        Branches -> Vec<String>,
        ReadHead -> Head,
        RemoteAddress -> Option<String>,
        TreeFiles -> Vec<String>,
        TreeFolders -> Vec<String>,
    }
}

impl Request {
    /// Refuses the question, whichever it is.
    pub fn refuse(self, failure: Failure) {
        match self {
            Self::Run(request) => request.refuse(failure),
            Self::Item(request) => request.refuse(failure),
            Self::Effect(request) => request.refuse(failure),
            Self::Query(request) => request.refuse(failure),
        }
    }
}

/// Opens the run: lock, run id, journal, batch branch.
#[derive(Debug)]
pub struct StartRun {
    pub options: Box<RunOptions>,
    pub graph: Box<RunGraph>,
}

/// Waits for the next item that may run; `None` when there is nothing left.
#[derive(Debug)]
pub struct Next;

/// Hands in what a recipe came to. Answered after it is registered.
#[derive(Debug)]
pub struct Finish(pub Outcome);

/// Closes the run: metrics, summary event.
#[derive(Debug)]
pub struct Close;

/// Starts no further item in this run; running ones finish.
#[derive(Debug)]
pub struct Pause {
    pub reason: String,
}

/// Tells which items were merged since the last time that it was asked, with the merge commits.
#[derive(Debug)]
pub struct TakeMerged;

/// Puts a fact into the event stream.
#[derive(Debug)]
pub struct EmitEvent(pub EventKind);

/// The item begins a phase.
#[derive(Debug)]
pub struct BeginPhase {
    pub ordinal: u32,
    pub title: String,
    pub of: u32,
}

/// Prepares branch and worktree of the item and scans its checkpoints.
#[derive(Debug)]
pub struct GetWorktree;

/// Commits what is in the worktree as the checkpoint of a phase.
#[derive(Debug)]
pub struct MakeCheckpoint {
    pub ordinal: u32,
    pub title: String,
    pub key: String,
}

/// Runs validation up to a level on the worktree; gates are extra commands of the PRP.
#[derive(Debug)]
pub struct Validate {
    pub ordinal: u32,
    pub level: u8,
    pub gates: Vec<GateLine>,
    /// Gates that have no command.
    pub manual: Vec<ManualGate>,
}

/// Asks whether what failed goes back to an agent, and counts it.
#[derive(Debug)]
pub struct Repair {
    pub ordinal: u32,
    /// Why the check did not pass, on one line.
    pub reason: String,
    /// All that the check said.
    pub said: String,
}

/// Does something with a phase that a person carries out, in a run that is opened by hand.
#[derive(Debug)]
pub struct ByHand {
    /// Ordinal of the phase.
    pub phase: u32,
    pub deed: Deed,
}

/// What is done with a phase that a person carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is theirs from now on: runs leave the item alone.
    Take,
    /// What lies in the workspace is judged like the work of an agent.
    Judge,
    /// It is done, and runs may go on with the item.
    LetGo,
    /// It is not done: what lies in the workspace is saved, and runs may go on with the item.
    Abandon,
}

/// Takes what an agent made of a merge conflict: validates it and commits the merge, or parks it again. Answered with
/// why it is parked, `None` when it is resolved.
#[derive(Debug)]
pub struct Resolve {
    pub ordinal: u32,
    pub level: u8,
    pub gates: Vec<GateLine>,
}

/// Parks the merge again that was to be resolved in the worktree.
#[derive(Debug)]
pub struct Park;

/// Runs an agent to its end.
#[derive(Debug)]
pub struct CallAgent(pub Box<AgentCall>);

/// Reads any file below the project root, at most 50 MB.
#[derive(Debug)]
pub struct ReadFile(pub PathBuf);

/// Writes a file below the project root, atomically, keeping its mode.
#[derive(Debug)]
pub struct WriteFile {
    pub path: PathBuf,
    pub text: String,
    pub create_new: bool,
}

/// Moves a file below the project root; never over another one.
#[derive(Debug)]
pub struct MoveFile {
    pub from: PathBuf,
    pub to: PathBuf,
}

/// Lists files of a folder below the project root, sorted, not recursive.
#[derive(Debug)]
pub struct ListFiles(pub PathBuf);

/// Commits files of the user's checkout, and nothing else that is changed or staged there. Answered with the commit,
/// `None` when nothing differs from HEAD. Without files it only tells whether a commit could be made.
#[derive(Debug)]
pub struct CommitFiles {
    pub paths: Vec<PathBuf>,
    pub message: String,
}

/// Merges what the base of a batch got since into the batch branch, once the result passes its validation. Answered with
/// what was done, `None` where there is no such branch.
#[derive(Debug)]
pub struct UpdateBase {
    pub batch: Option<u32>,
    /// Revision instead of HEAD.
    pub base: Option<String>,
    /// Highest validation level.
    pub level: u8,
    /// Gates of the items that are merged.
    pub gates: Vec<GateLine>,
}

/// Runs a program by argv to its end.
#[derive(Debug)]
pub struct RunProgram {
    pub argv: Vec<String>,
    pub cwd: Option<PathBuf>,
    pub stdin: String,
    /// Seconds.
    pub timeout: f64,
    pub env: BTreeMap<String, String>,
    /// Names of variables that it gets beside those that are known to be harmless; `*` stands for any text.
    pub pass: Vec<String>,
    /// The working directory may lie outside of the project and of the folder of worktrees.
    pub outside: bool,
}

/// One HTTP request, and how often it is sent again where the server is overloaded or does not answer.
#[derive(Debug)]
pub struct SendHttp {
    pub url: String,
    pub method: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// Seconds.
    pub timeout: f64,
    /// Further tries.
    pub retries: u32,
}

/// A value from the environment that scripts may see; secrets are named by the tracker scripts only.
#[derive(Debug)]
pub struct ReadEnv(pub String);

/// The time in epoch seconds.
#[derive(Debug)]
pub struct Now;

/// Reads the PRPs of a selection; all problems of all documents come back in one failure.
#[derive(Debug)]
pub struct FindPrps(pub Selection);

/// Reads a plan, or the list of another tool as one, with everything that is wrong with it.
#[derive(Debug)]
pub struct ReadPlan {
    /// File or folder below the project root.
    pub path: PathBuf,
    /// The format, where the user says it.
    pub format: Option<String>,
    /// Optional items are taken too.
    pub optional: bool,
}

/// Reserves a free batch number: highest number over all PRP folders + 1.
#[derive(Debug)]
pub struct NextBatch;

/// Facts that git knows about executed PRPs of a batch: commits, changed files, times.
#[derive(Debug)]
pub struct ExecutedFacts {
    pub batch: Option<u32>,
    pub ids: Vec<String>,
    pub wanted: FactsWanted,
}

/// How much is to be known of executed PRPs; each takes longer than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactsWanted {
    /// What is done and merged.
    Progress,
    /// Changed files too, which takes a look at each item.
    Changes,
    /// Working hours too, which takes a look into the journal of each run.
    Hours,
    /// What the guard finds in work that is not merged too, instead of the hours.
    Objections,
}

/// Tells whether the latest run of a batch was killed before it could close it: metrics and clean-up are missing.
#[derive(Debug)]
pub struct IsUnclosed {
    pub batch: u32,
}

/// Tells what a run would take, from what earlier runs of the project took.
#[derive(Debug)]
pub struct GetForecast {
    pub options: Box<RunOptions>,
    pub graph: Box<RunGraph>,
    /// Items of the graph of which nothing is left to be done by an agent.
    pub done: Vec<usize>,
}

/// Unified diff of what an item changed against its start, at most so many bytes.
#[derive(Debug)]
pub struct ItemDiff {
    pub item: String,
    pub max_bytes: usize,
}

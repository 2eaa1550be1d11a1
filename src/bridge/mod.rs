//! The one door between scripts and the core: every effect of a script is one question, answered once.
//!
//! Scripts run on ordinary threads and wait in [`ask`]. Each question names the type of its answer, and the answer
//! travels beside it, so that no side can mistake one for another or forget it. The real bridge sends requests to the
//! dispatcher, which linearises everything; the fake one answers from memory. Neither side sees the other's library:
//! no Rhai type and no tokio type crosses.

mod answer;
mod ask;
mod attempt;
mod baseline;
mod cancel;
mod files;
mod git;
mod landing;
mod placed;
mod plan;
mod preview;
mod reply;
mod request;

pub use crate::model::adapter::{Adapter, AgentCall};
pub use crate::model::gate::{GateLine, ManualGate};
pub use answer::{Answer, Refusal, Waiting};
pub use ask::{Bridge, ask};
pub use attempt::{Attempt, Failure, Origin};
pub use baseline::{Baseline, TryBaseline};
pub use cancel::Cancel;
pub use files::{AppendFile, CopyFile, RemoveFile, WalkFiles};
pub use git::{
    BranchDistance, Branches, ChangedFiles, IsTracked, LogRange, ReadHead, RemoteAddress, ShowFile, TreeFiles,
    TreeFolders,
};
pub use landing::{Land, Landed, PushWork, PushedHead, PushedWork, UndoLanding};
pub use placed::{
    EnginePlace, EngineState, ExecutorOptions, FollowPlaced, Followed, GivenUp, Place, PlacedAttempt, Placing,
    StartDetached,
};
pub use plan::{OnConflict, RunGraph, RunOptions, Selection, StaysValid, WriteBack};
pub use preview::{PreviewBridge, Would, WouldAsk};
pub use reply::{
    Closed, ClosedItem, Conflict, Executed, Handed, HttpAnswer, InHand, JudgedReport, MadeCheckpoint, NextItem,
    PhaseRecord, ProcessOutput, Refused, Repairing, Started, UpdatedBase, Worktree,
};
pub use request::{
    Ask, BeginPhase, ByHand, CallAgent, Close, CommitFiles, Deed, EffectRequest, EmitEvent, ExecutedFacts, FactsWanted,
    FindPrps, Finish, GetForecast, GetWorktree, IsUnclosed, ItemDiff, ItemRequest, ListFiles, MakeCheckpoint, MoveFile,
    Next, NextBatch, Now, Park, Pause, QueryRequest, ReadEnv, ReadFile, ReadPlan, Repair, Request, Resolve, RunProgram,
    RunRequest, SendHttp, StartRun, TakeMerged, UpdateBase, Validate, WriteFile,
};

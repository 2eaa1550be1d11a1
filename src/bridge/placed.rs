//! Items that are carried out elsewhere: by a worker that an executor starts, with git as the only way in between.

use std::time::{Duration, Instant};

use crate::event::Seat;
use crate::model::outcome::Outcome;

/// Where items of a run are carried out, when that is not this process.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutorOptions {
    /// Name of the adapter.
    pub name: String,
    /// Remote, path or address of the repository through which the work travels.
    pub hub: String,
    /// How long a lease holds without being renewed.
    pub lease: Duration,
    /// How often hub and engine are asked.
    pub poll: Duration,
}

/// Asks where the item is to be carried out, and prepares what a worker needs.
#[derive(Debug)]
pub struct Place {
    /// Name of the command.
    pub script: String,
    /// What its `main` gets.
    pub args: serde_json::Value,
    /// Attempts of this item that were given up.
    pub given_up: Vec<GivenUp>,
}

/// Where an item is carried out.
#[derive(Clone, Debug)]
pub enum Placing {
    /// In this process.
    Here,
    There(Box<PlacedAttempt>),
    /// The hub, which did answer before, does not: it is asked again.
    Later,
}

/// An attempt whose worker is gone, or has to go. What it pushes from now on is not integrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub attempt: u32,
    /// Its branch at the hub, and the commit up to which its work was taken over.
    pub reference: String,
    pub tip: String,
}

/// An attempt that is carried out elsewhere.
#[derive(Clone, Debug)]
pub struct PlacedAttempt {
    /// Name of its job.
    pub name: String,
    /// Id of the run that submitted it, which may be an earlier one.
    pub run: String,
    pub attempt: u32,
    /// The spec, as one line of JSON.
    pub spec: String,
    pub nonce: String,
    /// What was seen of its lease last, and since when it is so.
    pub lease: String,
    pub since: Option<Instant>,
    /// A worker had taken it over.
    pub began: bool,
    /// The lease is being taken away; the answer of the hub may have been lost.
    pub leaving: bool,
    /// Its worker was started again to deliver what it had kept.
    pub recalled: bool,
    /// Newest events that were told.
    pub events: Option<String>,
    /// Where it is carried out, as it was told last.
    pub seat: Option<Seat>,
    pub given_up: Vec<GivenUp>,
}

/// What an engine says about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// The engine does not answer, or does not know.
    Unknown,
    /// It has no such job.
    Absent,
    Queued,
    Running,
    Exited {
        code: Option<i64>,
    },
    Lost,
}

/// What an engine says about the place of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnginePlace {
    pub node: Option<String>,
    pub partition: Option<String>,
    pub handle: Option<String>,
}

/// Looks at an attempt once.
#[derive(Debug)]
pub struct FollowPlaced {
    pub placed: Box<PlacedAttempt>,
    pub engine: EngineState,
    pub place: EnginePlace,
}

/// How an attempt stands.
#[derive(Clone, Debug)]
pub enum Followed {
    /// It goes on.
    Waits(Box<PlacedAttempt>),
    /// The engine is to start it.
    Submit(Box<PlacedAttempt>),
    /// Its worker is gone, and what it did was taken over: the next attempt goes on from there.
    Lost {
        reason: String,
        given_up: Vec<GivenUp>,
    },
    Ended(Outcome),
}

/// Starts a program that outlives this one. Answered with its process.
#[derive(Debug)]
pub struct StartDetached {
    pub argv: Vec<String>,
    pub stdin: String,
}

//! What changes during the life of the program: whether a run is open, and that it is to end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::Signal;
use super::open::OpenRun;
use super::pending::Pending;
use crate::bridge::{Answer, Attempt, Closed, Failure, Origin, StartRun, Started};
use crate::error::{Error, ExitCode};
use crate::host::process::Marker;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::run::settings::Settings;
use crate::run::shared::busy::Busy;
use crate::run::shared::slot::SLOT;
use crate::run::work::batch::integration::Integration;

/// Everything that a message can change.
pub(crate) struct LoopState {
    pub(crate) settings: Arc<Settings>,
    /// The environment of this program, and what in it is secret.
    pub(crate) env: Arc<BTreeMap<String, String>>,
    pub(crate) secrets: Secrets,
    /// Handed to everything that runs; raised by the loop.
    pub(crate) stop: StopToken,
    /// Id of the run that is open, or that comes next.
    pub(crate) run: String,
    /// Makes the ids of further runs of the same script.
    pub(crate) new_run: fn() -> String,
    pub(crate) stage: Stage,
    /// Questions whose answers are being made.
    pub(crate) pending: Pending,
    pub(crate) signal: Option<Signal>,
    /// How often in a row nobody waited for an answer after it.
    pub(crate) silent: u32,
    /// The first exit code other than 0 of the runs that this script closed.
    pub(crate) first_bad: u8,
    /// What could not be written although the run went on.
    pub(crate) trouble: Option<String>,
}

/// How far the run is.
pub(crate) enum Stage {
    /// No run was opened yet.
    Idle,
    Opening(Answer<Started>),
    Open(Box<OpenRun>),
    Closing(Box<Closing>),
    /// Everything is done but its last word: the script may still add something to how it ended.
    Settled(Box<Settled>),
    Closed(Box<OpenRun>),
}

/// A run whose work is over, and how it ended by itself.
pub(crate) struct Settled {
    pub(crate) run: OpenRun,
    pub(crate) exit_code: u8,
}

/// A run that is being closed.
pub(crate) struct Closing {
    pub(crate) run: OpenRun,
    pub(crate) exit_code: u8,
    pub(crate) step: CloseStep,
    pub(crate) end: CloseEnd,
}

/// What closing waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseStep {
    /// Tasks that nobody else waits for.
    Background,
    /// Worktrees, landing, leases.
    CleanUp,
    /// Metrics and journal.
    Report,
}

/// Who wanted the run closed.
pub(crate) enum CloseEnd {
    /// The script, which gets to know how it ended.
    Script(Answer<Closed>),
    /// The script, which opens its next run.
    Next(Box<StartRun>, Answer<Started>),
    /// The end of a script that did not do so; the program ends then.
    Program(super::effect::ProgramEnd),
}

impl LoopState {
    /// Tells whether the run is being stopped.
    pub(crate) fn is_stopping(&self) -> bool {
        self.signal.is_some()
    }

    /// Returns where the work of the batch comes together; a run without branches has no such place.
    pub(crate) fn integration(&mut self) -> Result<Integration, Failure> {
        let missing = || misuse("this run has no branches: start it with `merge: true`");
        self.open()?.integration.clone().ok_or_else(missing)
    }

    /// Remembers a question whose answer only git makes.
    pub(crate) fn pend<T: Send + 'static>(&mut self, answer: &Answer<T>) {
        self.pending.add(answer.refusal(), Busy::default());
    }

    /// Returns the open run.
    pub(crate) fn open(&mut self) -> Result<&mut OpenRun, Failure> {
        match &mut self.stage {
            Stage::Open(run) => Ok(run),
            Stage::Idle | Stage::Opening(_) | Stage::Closing(_) | Stage::Settled(_) | Stage::Closed(_) => Err(no_run()),
        }
    }

    /// Finds the item on whose behalf a question is asked.
    pub(crate) fn located(&mut self, origin: &Origin) -> Result<(usize, Attempt), Failure> {
        let attempt = origin.clone().ok_or_else(|| misuse("this function works only inside a recipe"))?;
        let run = self.open()?;
        let item = run.item(&attempt.item).ok_or_else(|| misuse("the item is not part of this run"))?;
        Ok((item, attempt))
    }

    /// Returns the mark of the processes that are started on behalf of somebody.
    pub(crate) fn marker(&self, origin: &Origin) -> Marker {
        Marker {
            run: self.run.clone(),
            item: origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default(),
            attempt: origin.as_ref().map_or(0, |attempt| attempt.number),
        }
    }

    /// Returns the environment of the user's own command lines: ours, and the number of the item that runs.
    pub(crate) fn environment(&self, slot: Option<u32>) -> BTreeMap<String, String> {
        let mut env = (*self.env).clone();
        env.extend(slot.map(|slot| (SLOT.to_owned(), slot.to_string())));
        env
    }
}

/// The script asks for something that needs an open run.
pub(crate) fn no_run() -> Failure {
    misuse("no run is open: call `dag.run` first")
}

/// The script uses a function where it cannot work.
pub(crate) fn misuse(message: &str) -> Failure {
    Failure::Error(Error::new(ExitCode::Internal, message))
}

//! Tells whether the process that wrote a journal is still the one of that number.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, ExitCode, Result};
use crate::event::RunView;
use crate::host::process::age;
use crate::host::process::command_line::going_on;
use crate::host::{journal, owner};
use crate::report::life::Life;

/// Whether an orchestrator is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alive {
    Yes,
    No,
    /// It runs on another machine.
    Elsewhere,
}

/// Looks whether the orchestrator of a run is at work: same machine, and a process that is not younger than the run.
pub fn alive(state: &RunView) -> Alive {
    if state.end.is_some() || state.pid == 0 {
        return Alive::No;
    }
    let host = owner::host_name();
    if !host.is_empty() && host != state.host {
        return Alive::Elsewhere;
    }
    match (age::started_at(state.pid), state.started) {
        // The clock of the kernel ticks in hundredths; a second of tolerance covers the rounding of boot time.
        (Some(start), Some(run)) if start <= run.as_second() + 1 => Alive::Yes,
        _ => Alive::No,
    }
}

/// So long somebody waits for the first event of a run.
const BEGINNING: Duration = Duration::from_secs(5);

/// Refuses to wait for a run in whose journal nothing stands: its process died before it could write anything.
pub fn expect_begun(state: &RunView, folder: &Path, since: Instant) -> Result<()> {
    if state.pid != 0 || since.elapsed() < BEGINNING {
        return Ok(());
    }
    let run = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let message = format!("run `{run}` never began: nothing stands in its journal");
    Err(Error::new(ExitCode::Unfinished, message).help("its process is gone; `batchprp runs` lists the others"))
}

/// Adds to what a journal comes to what it cannot tell: that the process is gone before the end, else what the agents at
/// work show beside it. Every view of a run is made from a state that went through here.
pub fn settle(state: &mut RunView, folder: &Path) -> Alive {
    let alive = alive(state);
    if state.end.is_some() || state.pid == 0 || state.interrupted.is_some() {
        return alive;
    }
    if let Some(signs) = journal::signs(folder) {
        state.note_signs(&signs);
    }
    if alive == Alive::No {
        state.interrupt(going_on(&state.argv));
    }
    alive
}

/// Says what became of the process of a run, after a look whether it is at work.
pub fn life(state: &RunView, alive: Alive) -> Life {
    match (&state.end, alive) {
        (Some(_), _) => Life::Ended,
        (None, Alive::Yes) => Life::Running,
        (None, Alive::Elsewhere) => Life::Elsewhere,
        (None, Alive::No) => Life::Interrupted,
    }
}

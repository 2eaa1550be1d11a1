//! Tells whether the process that wrote a journal is still the one of that number.

use std::path::Path;

use crate::event::RunView;
use crate::host::process::age;
use crate::host::process::command_line::command_line;
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

/// Adds to what a journal comes to what it cannot tell: that the process is gone before the end, else what the agents at
/// work show beside it. Every view of a run is made from a state that went through here.
pub fn settle(state: &mut RunView, folder: &Path) -> Alive {
    let alive = alive(state);
    match alive {
        Alive::Yes | Alive::Elsewhere => {
            if let Some(signs) = journal::signs(folder) {
                state.note_signs(&signs);
            }
        }
        Alive::No if state.pid == 0 => {}
        Alive::No => state.interrupt(command_line(&state.argv)),
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

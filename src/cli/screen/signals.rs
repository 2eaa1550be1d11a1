//! Signals as flags, beside what the loop of a run makes of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

/// Whether somebody asked the program to end. Without a loop that hears them, signals end the program by themselves.
#[derive(Clone, Debug, Default)]
pub struct EndAsked(Arc<AtomicBool>);

impl EndAsked {
    /// Begins to watch; signals keep their other effects.
    pub fn watch() -> io::Result<Self> {
        let asked = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register(signal, asked.0.clone())?;
        }
        Ok(asked)
    }

    /// Tells whether a signal has come.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether somebody asked what is at work.
#[derive(Clone, Debug, Default)]
pub struct SnapshotAsked(Arc<AtomicBool>);

impl SnapshotAsked {
    /// Begins to watch; the signal has no other effect from now on.
    pub fn watch() -> io::Result<Self> {
        let asked = Self::default();
        flag::register(SIGUSR1, asked.0.clone())?;
        Ok(asked)
    }

    /// Tells whether the signal has come since the last call.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

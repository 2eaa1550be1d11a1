//! Signals as flags, beside what the loop of a run makes of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
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

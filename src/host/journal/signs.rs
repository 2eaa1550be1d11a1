//! `signs.json`: what agents at work show beside the journal, for whoever follows the run from elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::event::{Event, Signs};
use crate::host::{failpoint, state};

/// Name of the file in the folder of a run.
pub const SIGNS: &str = "signs.json";

/// It is written at most this often.
const PERIOD: Duration = Duration::from_millis(500);

/// Largest file that is read.
const MAX: u64 = 4 * 1024 * 1024;

/// The signs of a run that goes on, and their file.
#[derive(Debug)]
pub struct SignsFile {
    path: PathBuf,
    signs: Signs,
    is_new: bool,
    written: Option<Instant>,
}

impl SignsFile {
    /// Keeps the signs in the folder of a run.
    pub(super) fn new(folder: &Path) -> Self {
        Self { path: folder.join(SIGNS), signs: Signs::default(), is_new: false, written: None }
    }

    /// Takes in an event.
    pub fn note(&mut self, event: &Event) {
        self.is_new |= self.signs.apply(event);
        self.write();
    }

    /// Writes what is new when it is time. A failure is left alone: the file is a courtesy to whoever looks.
    pub fn write(&mut self) {
        if !self.is_new || self.written.is_some_and(|written| written.elapsed() < PERIOD) {
            return;
        }
        (self.is_new, self.written) = (false, Some(Instant::now()));
        failpoint::quietly("signs.write", || drop(self.put()));
    }

    /// Who reads half of it looks again when the rest is there.
    fn put(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.signs)?;
        let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
        file.write_all(&text)
    }
}

/// Reads the signs of the run of a folder; nothing where there are none, or where they are just being written.
pub fn signs(folder: &Path) -> Option<Signs> {
    serde_json::from_slice(&state::read_untrusted(&folder.join(SIGNS), MAX).ok()??).ok()
}

//! `signs.json`: what agents at work show beside the journal, for whoever follows the run from elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::event::{Event, Signs};
use crate::host::{failpoint, state};

/// Name of the file in the folder of a run.
pub const SIGNS: &str = "signs.json";

/// It is written at most this often.
const PERIOD: Duration = Duration::from_millis(500);

/// Largest file that is read.
const MAX: u64 = 4 * 1024 * 1024;

/// The signs of a run that goes on, and the thread that writes them: a slow disk holds up nobody.
#[derive(Debug)]
pub struct SignsFile {
    signs: Signs,
    is_new: bool,
    written: Option<Instant>,
    /// Takes one more while one is written.
    newest: Option<SyncSender<Signs>>,
}

impl SignsFile {
    /// Keeps the signs in the folder of a run.
    pub(super) fn new(folder: &Path) -> Self {
        let path = folder.join(SIGNS);
        let (newest, come) = mpsc::sync_channel::<Signs>(1);
        let write = move || {
            for signs in come {
                // A failure is left alone: the file is a courtesy to whoever looks.
                failpoint::quietly("signs.write", || drop(put(&path, &signs)));
            }
        };
        let thread = thread::Builder::new().name("signs".to_owned()).spawn(write);
        Self { signs: Signs::default(), is_new: false, written: None, newest: thread.is_ok().then_some(newest) }
    }

    /// Takes in an event.
    pub fn note(&mut self, event: &Event) {
        self.is_new |= self.signs.apply(event);
        self.write();
    }

    /// Has what is new written when it is time. Where the disk is not done with the last it waits for the next time.
    pub fn write(&mut self) {
        if !self.is_new || self.written.is_some_and(|written| written.elapsed() < PERIOD) {
            return;
        }
        let Some(newest) = &self.newest else { return };
        self.is_new = newest.try_send(self.signs.clone()).is_err();
        self.written = Some(Instant::now());
    }
}

/// Who reads half of it looks again when the rest is there.
fn put(path: &Path, signs: &Signs) -> io::Result<()> {
    let text = serde_json::to_vec(signs)?;
    let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&text)
}

/// Reads the signs of the run of a folder; nothing where there are none, or where they are just being written.
pub fn signs(folder: &Path) -> Option<Signs> {
    serde_json::from_slice(&state::read_untrusted(&folder.join(SIGNS), MAX).ok()??).ok()
}

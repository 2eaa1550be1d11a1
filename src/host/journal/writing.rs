//! The open journal of a run that goes on.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::signs::SignsFile;
use crate::event::Event;
use crate::host::failpoint;

/// Name of the journal in the folder of a run.
pub const FILE_NAME: &str = "events.jsonl";

/// The open journal of a run that goes on.
#[derive(Debug)]
pub struct Journal {
    file: File,
    folder: PathBuf,
}

impl Journal {
    /// Creates the journal in the folder of a new run.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let open = || OpenOptions::new().append(true).create_new(true).mode(0o600).open(directory.join(FILE_NAME));
        Ok(Self { file: failpoint::around("journal.create", open)?, folder: directory.to_owned() })
    }

    /// Appends one event in one write, so that a reader sees whole lines but for a torn last one.
    pub fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = event.to_json().to_string();
        line.push('\n');
        failpoint::around("journal.append", || self.file.write_all(line.as_bytes()))
    }

    /// Returns a second handle on the same journal.
    pub fn again(&self) -> io::Result<Self> {
        Ok(Self { file: self.file.try_clone()?, folder: self.folder.clone() })
    }

    /// Returns the place beside it for what is shown and not stored.
    pub fn signs(&self) -> SignsFile {
        SignsFile::new(&self.folder)
    }

    /// Forces what was written to the disk; done where a later step relies on it.
    pub fn sync(&self) -> io::Result<()> {
        failpoint::around("journal.sync", || self.file.sync_data())
    }
}

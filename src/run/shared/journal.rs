//! `events.jsonl`: the journal of a run, one event a line, only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::event::{Event, EventKind};
use crate::host::failpoint;

/// Name of the journal in the folder of a run.
pub const FILE_NAME: &str = "events.jsonl";

/// The open journal of a run that goes on.
#[derive(Debug)]
pub struct Journal {
    file: File,
}

impl Journal {
    /// Creates the journal in the folder of a new run.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let open = || OpenOptions::new().append(true).create_new(true).mode(0o600).open(directory.join(FILE_NAME));
        Ok(Self { file: failpoint::around("journal.create", open)? })
    }

    /// Appends one event in one write, so that a reader sees whole lines but for a torn last one.
    pub fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = event.to_json().to_string();
        line.push('\n');
        failpoint::around("journal.append", || self.file.write_all(line.as_bytes()))
    }

    /// Returns a second handle on the same journal.
    pub fn again(&self) -> io::Result<Self> {
        Ok(Self { file: self.file.try_clone()? })
    }

    /// Forces what was written to the disk; done where a later step relies on it.
    pub fn sync(&self) -> io::Result<()> {
        failpoint::around("journal.sync", || self.file.sync_data())
    }
}

/// Reads the first event of a run.
pub fn first(directory: &Path) -> Option<Event> {
    let mut line = String::new();
    BufReader::new(File::open(directory.join(FILE_NAME)).ok()?).read_line(&mut line).ok()?;
    Event::from_json(&line).ok()
}

/// Reads only the ends of items out of the journal of a run that merged them; nothing when it is another one.
pub fn ended_items(directory: &Path) -> io::Result<Vec<Event>> {
    let merges = |event: &Event| matches!(event.kind, EventKind::RunStarted { merges: true, .. });
    if !first(directory).is_some_and(|event| merges(&event)) {
        return Ok(Vec::new());
    }
    let text = std::fs::read(directory.join(FILE_NAME))?;
    let text = String::from_utf8_lossy(&text);
    // Journals are long and ends are few: looking at the text first spares reading every line as JSON.
    let ends = text.lines().filter(|line| line.contains("item_finished"));
    Ok(ends.filter_map(|line| Event::from_json(line).ok()).collect())
}

/// Reads the journal of a run; lines that are torn or of an unknown kind are left out.
pub fn read(directory: &Path) -> io::Result<Vec<Event>> {
    let text = std::fs::read(directory.join(FILE_NAME))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().filter_map(|line| Event::from_json(line).ok()).collect())
}

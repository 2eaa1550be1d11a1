//! The journal of a run, read at once or while it is being written. Torn lines and events of an unknown kind are left
//! out: a newer program may have written them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::growing::{GrowingFile, cannot_read};
use super::writing::FILE_NAME;
use crate::error::Result;
use crate::event::{Event, EventKind, RunView};

/// Reads events as they are written.
#[derive(Debug)]
pub struct JournalReader {
    file: GrowingFile,
}

impl JournalReader {
    /// Opens the journal in the folder of a run, at its beginning.
    pub fn open(directory: &Path) -> Result<Self> {
        Ok(Self { file: GrowingFile::open(&directory.join(FILE_NAME))? })
    }

    /// Folds what was written since the last call, and returns how many lines that was.
    pub fn fold_into(&mut self, state: &mut RunView) -> io::Result<usize> {
        self.file.each(|line| {
            if let Ok(event) = Event::from_json(line) {
                state.apply(&event);
            }
        })
    }

    /// Returns the events that were written since the last call.
    pub fn events(&mut self) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        self.each(|event, _| {
            events.push(event);
            Ok(())
        })?;
        Ok(events)
    }

    /// Hands over the events that were written since the last call, each with its line: journals grow large. What the taker
    /// cannot take ends that.
    pub fn each(&mut self, mut take: impl FnMut(Event, &str) -> io::Result<()>) -> io::Result<()> {
        let mut taken = Ok(());
        self.file.each(|line| {
            if taken.is_ok()
                && let Ok(event) = Event::from_json(line)
            {
                taken = take(event, line);
            }
        })?;
        taken
    }
}

/// Folds a whole journal without keeping its events.
pub fn fold(directory: &Path) -> Result<RunView> {
    let path = directory.join(FILE_NAME);
    let mut state = RunView::default();
    JournalReader::open(directory)?.fold_into(&mut state).map_err(|error| cannot_read(&path, &error))?;
    Ok(state)
}

/// Reads what the journal of a run holds.
pub fn read(directory: &Path) -> Result<Vec<Event>> {
    let path = directory.join(FILE_NAME);
    JournalReader::open(directory)?.events().map_err(|error| cannot_read(&path, &error))
}

/// Folds a whole journal. Lines that cannot be read are named, but for a torn last one.
pub fn examine(directory: &Path) -> Result<(RunView, Vec<String>)> {
    let path = directory.join(FILE_NAME);
    let (mut state, mut warnings, mut number) = (RunView::default(), Vec::new(), 0);
    let read = GrowingFile::open(&path)?.each(|line| {
        number += 1;
        match Event::from_json(line) {
            Ok(event) => state.apply(&event),
            Err(error) => warnings.push(format!("{}:{number}: not an event: {error}", path.display())),
        }
    });
    read.map_err(|error| cannot_read(&path, &error))?;
    Ok((state, warnings))
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

//! Reads the journal of a run from outside: at once, or while it is being written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, ExitCode, Result};
use crate::event::{Event, RunView};

/// So much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// Reads a whole journal. A torn last line is left out; other lines that cannot be read are named.
pub fn read(path: &Path) -> Result<(Vec<Event>, Vec<String>)> {
    let mut tail = GrowingFile::open(path)?;
    let lines = tail.lines().map_err(|error| cannot_read(path, &error))?;
    let mut warnings = Vec::new();
    let mut events = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match Event::from_json(line) {
            Ok(event) => events.push(event),
            Err(error) => warnings.push(format!("{}:{}: not an event: {error}", path.display(), index + 1)),
        }
    }
    Ok((events, warnings))
}

/// Folds a whole journal without keeping its events.
pub fn fold(path: &Path) -> Result<RunView> {
    let mut state = RunView::default();
    fold_more(&mut GrowingFile::open(path)?, &mut state).map_err(|error| cannot_read(path, &error))?;
    Ok(state)
}

/// Folds what was added to a journal, and returns how many lines that was.
pub fn fold_more(file: &mut GrowingFile, state: &mut RunView) -> io::Result<usize> {
    file.each(|line| {
        if let Ok(event) = Event::from_json(line) {
            state.apply(&event);
        }
    })
}

/// A file that grows; gives whole lines only.
#[derive(Debug)]
pub struct GrowingFile {
    file: File,
    rest: Vec<u8>,
}

impl GrowingFile {
    /// Opens a file at its beginning.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
        Ok(Self { file, rest: Vec::new() })
    }

    /// Hands over the lines that were completed since the last call, a piece of the file at a time: journals grow large.
    /// Returns how many there were.
    pub fn each(&mut self, mut take: impl FnMut(&str)) -> io::Result<usize> {
        let mut piece = vec![0; PIECE];
        let mut count = 0;
        loop {
            let read = match self.file.read(&mut piece) {
                Ok(0) => return Ok(count),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.rest.extend_from_slice(&piece[..read]);
            let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { continue };
            for line in String::from_utf8_lossy(&self.rest[..end]).lines().filter(|line| !line.trim().is_empty()) {
                take(line);
                count += 1;
            }
            self.rest.drain(..=end);
        }
    }

    /// Returns the lines that were completed since the last call.
    pub fn lines(&mut self) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        self.each(|line| lines.push(line.to_owned()))?;
        Ok(lines)
    }

    /// Returns the last line when nothing ends it, once nobody writes any more.
    pub fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Error {
    Error::new(ExitCode::NothingMatched, format!("cannot read `{}`: {error}", path.display()))
}

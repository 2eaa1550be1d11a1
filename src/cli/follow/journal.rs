//! Reads the journal of a run from outside: at once, or while it is being written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, ExitCode, Result};
use crate::event::Event;

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

    /// Returns the lines that were completed since the last call.
    pub fn lines(&mut self) -> io::Result<Vec<String>> {
        self.file.read_to_end(&mut self.rest)?;
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
        let rest = self.rest.split_off(end + 1);
        let whole = std::mem::replace(&mut self.rest, rest);
        let text = String::from_utf8_lossy(&whole);
        Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
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

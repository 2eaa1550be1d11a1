//! A file that somebody else is writing, line by line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, ExitCode, Result};

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

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Error {
    Error::new(ExitCode::NothingMatched, format!("cannot read `{}`: {error}", path.display()))
}

//! A file that somebody else is writing, line by line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, ExitCode, Result};

/// So much of a file is read at a time.
const PIECE: usize = 64 * 1024;

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

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Error {
    Error::new(ExitCode::NothingMatched, format!("cannot read `{}`: {error}", path.display()))
}

//! A standard stream. In a job of a CI service whole lines go out, and none of them is taken for a command of the service.

use std::io::{self, Write};

use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice};

use super::ci;
use crate::report::ci::{CiLog, tame, tame_json};

/// A standard stream as everything of this program is written to it.
pub struct Channel<S: RawStream + AsLockedWrite> {
    stream: AutoStream<S>,
    log: Option<CiLog>,
    /// Programs read it.
    is_json: bool,
    /// The line that is not whole yet.
    line: Vec<u8>,
}

impl<S: RawStream + AsLockedWrite> Channel<S> {
    /// Looks whose log the stream is.
    pub fn new(stream: S, choice: ColorChoice, is_json: bool) -> Self {
        let log = ci::log().filter(|_| !stream.is_terminal());
        Self { stream: AutoStream::new(stream, choice), log, is_json, line: Vec::new() }
    }

    /// Writes commands of the service as they are.
    pub fn commands(&mut self, text: &[u8]) -> io::Result<()> {
        self.put()?;
        self.stream.write_all(text)?;
        self.stream.flush()
    }

    fn put(&mut self) -> io::Result<()> {
        if self.line.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = if self.is_json { tame_json(self.log, &text) } else { tame(self.log, &text) };
        self.stream.write_all(text.as_bytes())
    }
}

impl<S: RawStream + AsLockedWrite> Write for Channel<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.log.is_none() {
            return self.stream.write(bytes);
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.put()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.put()?;
        self.stream.flush()
    }
}

impl<S: RawStream + AsLockedWrite> Drop for Channel<S> {
    fn drop(&mut self) {
        self.put().ok();
    }
}

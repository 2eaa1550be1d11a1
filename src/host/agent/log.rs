//! A log file of bounded size: the beginning as it comes, the end when it is known.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::host::process::tail::Tail;
use crate::host::{failpoint, state};

/// Bytes of the end that are kept when a log is longer than its limit.
const TAIL: usize = 1024 * 1024;

/// A private log file. Errors of the disk are remembered, not raised: an agent is not ended for its log.
#[derive(Debug)]
pub(super) struct Log {
    file: Option<File>,
    room: usize,
    tail: Tail,
    error: Option<String>,
}

impl Log {
    /// Makes a new log that takes `limit` bytes before it keeps only the end.
    pub(super) fn create(path: &Path, limit: usize) -> std::io::Result<Self> {
        let file = state::create_private(path)?;
        Ok(Self { file: Some(file), room: limit, tail: Tail::new(TAIL), error: None })
    }

    /// Appends a chunk.
    pub(super) fn write(&mut self, chunk: &[u8]) {
        let (head, rest) = chunk.split_at(chunk.len().min(self.room));
        self.room -= head.len();
        self.put(head);
        self.tail.push(rest);
    }

    /// Writes the kept end. Returns what went wrong with the file, if anything did.
    pub(super) fn finish(mut self) -> Option<String> {
        let (left_out, tail) = std::mem::replace(&mut self.tail, Tail::new(0)).finish();
        if left_out > 0 {
            let mark = format!("\n[… {left_out} bytes left out …]\n");
            self.put(mark.as_bytes());
        }
        self.put(&tail);
        self.error
    }

    fn put(&mut self, bytes: &[u8]) {
        let Some(file) = self.file.as_mut().filter(|_| !bytes.is_empty()) else { return };
        if let Err(error) = failpoint::around("log.write", || file.write_all(bytes)) {
            // A full disk stays full: one message, and no further tries.
            self.error = Some(error.to_string());
            self.file = None;
        }
    }
}

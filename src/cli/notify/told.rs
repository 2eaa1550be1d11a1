//! What was told of a batch, kept until a run of it came to its end: a run that goes on after a kill tells nothing twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::host::state;

/// The file that says what was told.
pub(super) struct Told {
    path: PathBuf,
    known: BTreeSet<String>,
    file: Option<File>,
}

impl Told {
    /// Reads what runs that were killed have told.
    pub(super) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self { path, known: text.lines().map(str::to_owned).collect(), file: None }
    }

    /// Notes that something is told, before it is: what cannot be noted is not told. False when it was told before.
    pub(super) fn claim(&mut self, key: &str) -> io::Result<bool> {
        let digest = Sha256::digest(key.as_bytes()).iter().take(16).fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").ok();
            text
        });
        if self.known.contains(&digest) {
            return Ok(false);
        }
        writeln!(self.file()?, "{digest}")?;
        self.known.insert(digest);
        Ok(true)
    }

    fn file(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                state::private_dir(folder)?;
            }
            self.file = Some(OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?);
        }
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is not open"))
    }

    /// Forgets everything: the run came to its end, and the next one has its own story to tell.
    pub(super) fn forget(&mut self) {
        self.file = None;
        self.known.clear();
        drop(fs::remove_file(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_told_again_only_after_an_end() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("told/prp-47");
        assert!(Told::read(path.clone()).claim("conflict of A").expect("noted"));
        // The next process, after a kill.
        let mut told = Told::read(path.clone());
        assert!(!told.claim("conflict of A").expect("noted") && told.claim("conflict of B").expect("noted"));
        told.forget();
        assert!(Told::read(path).claim("conflict of A").expect("noted"));
    }
}

//! Locks between orchestrators: advisory locks of the kernel on files that say who holds them.
//!
//! The kernel drops a lock with its process, so a killed run never leaves one; the text inside is for the message only.
//! The files are opened close-on-exec: no child inherits a lock.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::failpoint;
use super::owner::Owner;
use crate::error::{Error, ExitCode, Result};

/// How often a held lock is looked at before it counts as held.
const LOOKS: u32 = 20;

/// A held lock; dropping it releases it.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Who held it before and did not say good-bye: a run that was killed.
    pub killed: Option<Owner>,
}

impl Lock {
    /// Takes the lock on one batch of a repository, or refuses with the name of its owner.
    pub fn batch(common_dir: &Path, batch: &str) -> Result<Self> {
        let name = format!("batch-{batch}.lock");
        Self::attempt(common_dir, &name, &format!("batch {batch}"), LOOKS)?.map_err(|owner| {
            Error::new(
                ExitCode::GitRefuses,
                format!("batch `{batch}` is being worked on by {}", describe(owner.as_ref())),
            )
            .help(format!(
                "watch it with `batchprp watch --batch {batch}`, or end it with `batchprp stop --batch {batch}`"
            ))
        })
    }

    /// Takes a short lock on the whole repository, waiting up to `limit` for other holders.
    pub fn repository(common_dir: &Path, name: &str, limit: Duration) -> Result<Self> {
        let deadline = Instant::now() + limit;
        loop {
            match Self::attempt(common_dir, &format!("{name}.lock"), name, LOOKS)? {
                Ok(lock) => return Ok(lock),
                Err(_) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(3)),
                Err(owner) => {
                    let message = format!("the {name} lock is held by {}", describe(owner.as_ref()));
                    return Err(
                        Error::new(ExitCode::GitRefuses, message).help("run the command again when it has ended")
                    );
                }
            }
        }
    }

    /// Takes one of the numbered places of a repository, such as `slot-0`; `None` when somebody has it, or seems to for a
    /// moment: there are others.
    pub fn place(common_dir: &Path, name: &str) -> Result<Option<Self>> {
        Ok(Self::attempt(common_dir, &format!("{name}.lock"), name, 1)?.ok())
    }

    fn attempt(
        common_dir: &Path,
        name: &str,
        what: &str,
        looks: u32,
    ) -> Result<std::result::Result<Self, Option<Owner>>> {
        failpoint::before("lock.take")?;
        let folder = state_dir(common_dir)?;
        let path = folder.join(name);
        let failed = |e: std::io::Error| {
            Error::new(ExitCode::GitRefuses, format!("cannot use the lock file `{}`: {e}", path.display()))
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let before = read(&mut file);
        // A child that is between fork and exec still holds what its parent has just released: look a few times.
        for left in (0..looks).rev() {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if left > 0 => std::thread::sleep(Duration::from_millis(3)),
                Err(TryLockError::WouldBlock) if looks == 1 => return Ok(Err(None)),
                Err(TryLockError::WouldBlock) => return Ok(Err(holder(&mut file))),
                Err(TryLockError::Error(e)) => return Err(failed(e)),
            }
        }
        let text = serde_json::to_string(&Owner::current(what)).unwrap_or_default();
        file.rewind().map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        failpoint::after("lock.take")?;
        Ok(Ok(Self { file, path, killed: before }))
    }

    /// Returns the file that is locked.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An emptied file tells the next holder that this one ended in order.
        failpoint::quietly("lock.release", || drop(self.file.set_len(0)));
    }
}

/// Returns the private directory of batchprp inside the repository, making it when needed.
pub fn state_dir(common_dir: &Path) -> Result<PathBuf> {
    let folder = common_dir.join("batchprp");
    if !folder.is_dir() {
        let make = || DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        failpoint::around("lock.folder", make).map_err(|e| {
            Error::new(ExitCode::GitRefuses, format!("cannot write into `{}`: {e}", common_dir.display()))
                .help("batchprp keeps its locks there; check owner and permissions of the repository")
        })?;
    }
    Ok(folder)
}

/// Returns the live owner of a batch, if one works on it now. Takes no lock itself, so it disturbs nobody.
pub fn owner_of_batch(common_dir: &Path, batch: &str) -> Option<Owner> {
    let mut file = File::open(common_dir.join("batchprp").join(format!("batch-{batch}.lock"))).ok()?;
    read(&mut file).filter(|owner| owner.is_alive() != Some(false))
}

fn read(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Reads who holds a lock; a holder writes its name a moment after it took the lock.
fn holder(file: &mut File) -> Option<Owner> {
    for _ in 0..20 {
        if let Some(owner) = read(file) {
            return Some(owner);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

fn describe(owner: Option<&Owner>) -> String {
    owner.map_or_else(|| "another process".to_owned(), Owner::to_string)
}

//! Intents: a small file that exists while one of our git commands changes the repository.
//!
//! When this program is killed the file stays. A lock that is younger than such a file, that no process has open and
//! that no running git can own, is then provably ours and dead, and may be removed.

use std::fs;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::error::{Error, ExitCode, Result};
use crate::host::failpoint;
use crate::host::lock::state_dir;
use crate::host::owner::Owner;

/// Dead intents older than this say nothing any more.
const FORGET: Duration = Duration::from_secs(30 * 24 * 3600);

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A recorded intent.
#[derive(Debug)]
pub(crate) struct Intent {
    path: PathBuf,
}

impl Intent {
    /// Records that a command is about to run.
    pub(crate) fn record(common_dir: &Path, what: &str) -> Result<Self> {
        let folder = state_dir(common_dir)?.join("intents");
        let failed = |e: std::io::Error| {
            Error::new(ExitCode::GitRefuses, format!("cannot write into `{}`: {e}", folder.display()))
        };
        failpoint::around("intent.folder", || DirBuilder::new().recursive(true).mode(0o700).create(&folder))
            .map_err(failed)?;
        let path = folder.join(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let text = serde_json::to_string(&Owner::current(what)).unwrap_or_default();
        // Dropped, and so taken away again, when it was not written well.
        let intent = Self { path };
        failpoint::around("intent.record", || fs::write(&intent.path, text)).map_err(failed)?;
        Ok(intent)
    }

    /// Forgets the intent: the command has ended.
    pub(crate) fn done(self) {
        drop(self);
    }
}

impl Drop for Intent {
    fn drop(&mut self) {
        failpoint::quietly("intent.done", || drop(fs::remove_file(&self.path)));
        if self.path.exists() {
            failpoint::quietly("intent.done", || drop(fs::remove_file(&self.path)));
        }
    }
}

/// Returns when the oldest command started whose orchestrator is dead; `None` when none was killed.
pub(crate) fn oldest_dead(common_dir: &Path) -> Option<SystemTime> {
    dead(common_dir).into_iter().map(|(_, started)| started).min()
}

/// Forgets the commands of dead orchestrators: what they left has been cleared away.
pub(crate) fn forget(common_dir: &Path) {
    for (path, _) in dead(common_dir) {
        failpoint::quietly("intent.forget", || drop(fs::remove_file(path)));
    }
}

fn dead(common_dir: &Path) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = fs::read_dir(common_dir.join("batchprp").join("intents")) else { return Vec::new() };
    let old = |started: &SystemTime| started.elapsed().is_ok_and(|age| age > FORGET);
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let Ok(started) = entry.metadata().and_then(|meta| meta.modified()) else { continue };
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        // A file without readable content was being written when its owner died, or is being written now.
        let owner: Option<Owner> = serde_json::from_str(&text).ok();
        if owner.is_none() && writer_is_gone(&entry.path()) {
            // Killed while it wrote this, so that its command never started.
            failpoint::quietly("intent.forget", || drop(fs::remove_file(entry.path())));
        }
        if owner.is_some_and(|owner| owner.is_alive() == Some(false)) {
            if old(&started) {
                failpoint::quietly("intent.forget", || drop(fs::remove_file(entry.path())));
            } else {
                found.push((entry.path(), started));
            }
        }
    }
    found
}

/// Tells whether the process that is named in the name of an intent is certainly gone.
fn writer_is_gone(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let pid = name.split('-').next().and_then(|pid| pid.parse().ok());
    pid.is_some_and(|pid| {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None) == Err(nix::errno::Errno::ESRCH)
    })
}

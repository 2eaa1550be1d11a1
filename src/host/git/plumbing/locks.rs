//! Lock files of git: waiting for the living, removing what our own dead left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::{busy, intent};
use crate::host::failpoint;

/// A lock younger than this is never touched.
const YOUNG: Duration = Duration::from_secs(1);

/// Returns the lock file that an error message of git is about.
pub(crate) fn named(stderr: &str) -> Option<PathBuf> {
    let (_, rest) = stderr.split_once("Unable to create '")?;
    let (path, reason) = rest.split_once("': ")?;
    reason.starts_with("File exists").then(|| PathBuf::from(path))
}

/// Waits a little when git failed because of a lock, and removes the lock when it is provably ours and dead.
///
/// Returns whether the command is worth another try.
pub(crate) fn wait(common_dir: &Path, stderr: &str, deadline: Instant) -> bool {
    let lock = named(stderr).or_else(|| {
        let reftable = stderr.contains("cannot lock references") || stderr.contains("data is locked");
        reftable.then(|| common_dir.join("reftable/tables.list.lock"))
    });
    let Some(lock) = lock else { return false };
    if !lock.exists() || remove_ours(common_dir, &lock) {
        return true;
    }
    std::thread::sleep(Duration::from_millis(50));
    Instant::now() < deadline
}

/// Removes every lock file on references that our killed commands left, and forgets those commands.
///
/// Costs nothing when no command of ours was killed.
pub(crate) fn sweep(common_dir: &Path) -> Vec<String> {
    let mut removed = Vec::new();
    if intent::oldest_dead(common_dir).is_none() {
        return removed;
    }
    let mut found: Vec<PathBuf> = ["packed-refs.lock", "HEAD.lock", "reftable/tables.list.lock", "config.lock"]
        .iter()
        .map(|name| common_dir.join(name))
        .filter(|path| path.exists())
        .collect();
    for folder in ["refs", "worktrees"] {
        let files = walkdir::WalkDir::new(common_dir.join(folder)).into_iter().flatten();
        found.extend(
            files.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|ext| ext == "lock")),
        );
    }
    let deadline = Instant::now() + YOUNG + YOUNG;
    let mut left = false;
    for lock in found {
        let mut gone = remove_ours(common_dir, &lock);
        while !gone && lock.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
            gone = remove_ours(common_dir, &lock);
        }
        left |= lock.exists();
        if gone {
            removed.push(format!("removed `{}`, left by a killed run", lock.display()));
        }
    }
    if !left {
        intent::forget(common_dir);
    }
    removed
}

/// Removes a lock file that one of our own killed commands left. Returns whether it did.
///
/// All of this must hold: a command of ours was in flight when its orchestrator died, the lock is not older than that
/// command, it is not brand new, no process has it open, and no git process works in the repository.
pub(crate) fn remove_ours(common_dir: &Path, lock: &Path) -> bool {
    let Some(born) = modified(lock) else { return false };
    let Some(killed) = intent::oldest_dead(common_dir) else { return false };
    // Time stamps of files are only as fine as a kernel tick.
    born + Duration::from_millis(20) >= killed && remove_dead(common_dir, lock)
}

/// Removes a lock file inside a place that is ours alone, when nobody uses it. Returns whether it did.
pub(crate) fn remove_dead(common_dir: &Path, lock: &Path) -> bool {
    let Some(born) = modified(lock) else { return false };
    let settled = born.elapsed().is_ok_and(|age| age >= YOUNG);
    let repository = common_dir.parent().unwrap_or(common_dir);
    settled
        && busy::is_open(lock) == Some(false)
        && busy::git_runs_in(&[common_dir, repository]) == Some(false)
        && failpoint::around("lockfile.remove", || fs::remove_file(lock)).is_ok()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).ok()?.modified().ok()
}

/// Waits until a lock in a place that is ours alone is gone, removing it when it is dead. Returns whether it is gone.
pub(crate) fn clear(common_dir: &Path, lock: &Path) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while lock.exists() && !remove_dead(common_dir, lock) {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

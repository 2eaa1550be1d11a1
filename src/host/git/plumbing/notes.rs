//! Git notes: validation records on checkpoints in `refs/notes/batchprp`, and other records beside them. Each is sealed:
//! one that anybody else wrote counts as none.

use std::collections::BTreeMap;
use std::time::Duration;

use super::repo::{Repo, refuse};
use super::seal::{self, Seal};
use crate::error::Result;
use crate::host::lock::Lock;
use crate::model::validation::ValidationRecord;

/// Where validation records are.
const VALIDATION: &str = "refs/notes/batchprp";

/// Records the validation of a checkpoint, replacing an earlier record of the same commit.
pub fn write(repo: &Repo, commit: &str, record: &ValidationRecord) -> Result<()> {
    let text = serde_json::to_string(record).map_err(|e| refuse(format!("cannot write the validation record: {e}")))?;
    put(repo, VALIDATION, commit, &text)
}

/// Returns the validation record of a checkpoint; `None` when there is none, it cannot be understood, or it is not ours.
pub fn read(repo: &Repo, commit: &str) -> Result<Option<ValidationRecord>> {
    Ok(read_many(repo, &[commit])?.remove(commit))
}

/// Returns the validation records of many checkpoints at once. Damaged and foreign ones are left out: validation runs again.
pub fn read_many(repo: &Repo, commits: &[&str]) -> Result<BTreeMap<String, ValidationRecord>> {
    let texts = texts(repo, VALIDATION, commits)?;
    Ok(texts.into_iter().filter_map(|(commit, text)| Some((commit, serde_json::from_slice(&text).ok()?))).collect())
}

/// Writes the note of a commit below a reference, a JSON object, replacing an earlier one.
pub(crate) fn put(repo: &Repo, reference: &str, commit: &str, object: &str) -> Result<()> {
    seal::begin(repo)?;
    let text = Seal::of(repo).map_or_else(|| object.to_owned(), |seal| seal.put_on(commit, object));
    let lock = Lock::repository(repo.common_dir(), "notes", Duration::from_secs(60))?;
    let reference = format!("--ref={reference}");
    let git = || repo.git().args(["notes", &reference, "add", "-f", "-F", "-", commit]).input(text.as_bytes());
    let mut result = git().changes(repo.common_dir()).ok();
    // Another orchestrator or a fetch may have moved the notes meanwhile; the lock only holds our own kind back.
    for _ in 0..4 {
        if result.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        result = git().changes(repo.common_dir()).ok();
    }
    drop(lock);
    result.map(drop)
}

/// Returns the notes of commits below a reference that are ours. Where nothing of ours ever ran nobody can have forged
/// one, and they count as they are.
pub(crate) fn texts(repo: &Repo, reference: &str, commits: &[&str]) -> Result<BTreeMap<String, Vec<u8>>> {
    let notes = written(repo, reference, commits)?;
    let Some(seal) = Seal::of(repo) else { return Ok(notes) };
    let own = |(commit, text): (String, Vec<u8>)| {
        let object = seal.take_off(&commit, std::str::from_utf8(&text).ok()?)?;
        Some((commit, object.into_bytes()))
    };
    Ok(notes.into_iter().filter_map(own).collect())
}

/// Returns the notes of commits as they stand.
fn written(repo: &Repo, reference: &str, commits: &[&str]) -> Result<BTreeMap<String, Vec<u8>>> {
    if commits.is_empty() {
        return Ok(BTreeMap::new());
    }
    if let Ok(notes) = repo.store().notes(reference, commits) {
        return Ok(notes.into_iter().collect());
    }
    let notes = format!("--notes={reference}");
    let args =
        ["log", "--no-walk=unsorted", "--ignore-missing", "-z", "--no-color", &notes, "--format=%H%n%N", "--stdin"];
    let output = repo.git().args(args).input(commits.join("\n") + "\n").run()?;
    if output.code != 0 {
        return Ok(BTreeMap::new());
    }
    let entries = super::run::split(&output.stdout);
    let parsed = entries.iter().filter_map(|entry| {
        let (commit, text) = entry.split_once('\n')?;
        Some((commit.trim().to_owned(), text.trim().as_bytes().to_vec()))
    });
    Ok(parsed.filter(|(_, text)| !text.is_empty()).collect())
}

//! The commits of a whole history that say something about PRPs. They are remembered, so that only what is new since
//! the last time is walked over: reading every message of a long history takes as long as `git log --grep`.
//!
//! What is behind a commit never changes, so a memory can be incomplete but not wrong. It holds ids alone; what they
//! say is read from git each time.

use crate::error::Result;
use crate::host::git::plumbing::history::{self, HistoryEntry};
use crate::host::git::plumbing::memory::Memory;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::store::Read;
use crate::host::{failpoint, state};
use crate::model::checkpoint::TRAILER_PRP;

/// How git words the message of a revert.
const REVERT: &str = "This reverts commit ";
/// Name of the memory in our folder of the git directory.
const FILE: &str = "history.json";
/// Largest memory that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Returns the commits reachable from some that speak of PRPs or revert something, newest first.
pub(crate) fn entries(repo: &Repo, tips: &[String]) -> Result<Vec<HistoryEntry>> {
    for memory in [repo.remembered(), on_disk(repo)].into_iter().flatten() {
        if let Ok(Some(entries)) = go_on(repo, &memory, tips) {
            return Ok(entries);
        }
    }
    let trailer = format!("--grep={TRAILER_PRP}: ");
    let revert = format!("--grep={REVERT}");
    let mut args = vec!["--topo-order", "--fixed-strings", &trailer, &revert];
    args.extend(tips.iter().map(String::as_str));
    let entries = history::log(repo, &args)?;
    if repo.store().is_readable() && repo.store().is_whole() {
        keep(repo, tips, &entries);
    }
    Ok(entries)
}

fn on_disk(repo: &Repo) -> Option<Memory> {
    let file = repo.common_dir().join("batchprp").join(FILE);
    Memory::read(&state::read_untrusted(&file, MAX_BYTES).ok()??)
}

/// Adds what is new since; `None` when the memory is about other commits than those behind the wanted ones.
fn go_on(repo: &Repo, memory: &Memory, tips: &[String]) -> Read<Option<Vec<HistoryEntry>>> {
    if memory.tips == tips {
        return Ok(Some(repo.store().commits(&memory.commits)?.into_iter().map(HistoryEntry::from).collect()));
    }
    if !repo.store().holds(tips, &memory.tips)? {
        return Ok(None);
    }
    let new = repo.store().search(&memory.tips, tips, is_relevant)?;
    let old = repo.store().commits(&memory.commits)?;
    let entries: Vec<HistoryEntry> = new.into_iter().chain(old).map(HistoryEntry::from).collect();
    keep(repo, tips, &entries);
    Ok(Some(entries))
}

fn is_relevant(message: &[u8]) -> bool {
    let is_there = |text: &str| memchr::memmem::find(message, text.as_bytes()).is_some();
    is_there(REVERT) || is_there(&format!("{TRAILER_PRP}: "))
}

/// Keeps what was found for the next time. Without a memory everything is walked over again, which is slower and
/// nothing else.
fn keep(repo: &Repo, tips: &[String], entries: &[HistoryEntry]) {
    let memory = Memory::new(tips, entries.iter().map(|entry| entry.commit.clone()).collect());
    let folder = repo.common_dir().join("batchprp");
    // Where nothing was done yet, whoever only looks leaves nothing behind.
    if folder.is_dir() {
        let text = serde_json::to_vec(&memory).unwrap_or_default();
        failpoint::quietly("history.keep", || drop(state::write_private(&folder.join(FILE), &text)));
    }
    repo.remember(memory);
}

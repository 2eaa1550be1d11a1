//! What the merge of an item would bring, for the guard: changed files with their contents, and commits.

use std::collections::HashSet;
use std::path::Path;

use crate::error::Result;
use crate::evidence::guard::{Change, Commit, File, Passing};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, history, refs};
use crate::model::checkpoint::{Checkpoint, TRAILER_FOREIGN, TRAILER_PRP, trailer, trailers};
use crate::model::id::PrpId;

/// Bytes of a file that is no text that are looked at: a small archive as a whole.
const KEPT: usize = 1 << 20;
/// So many bytes of such files are looked at in all; of the others only the beginning.
const KEPT_IN_ALL: usize = 256 << 20;
const BEGINNING: usize = 8 << 10;

/// Returns what differs between where an item started and its tip.
pub fn changes(repo: &Repo, from: &str, to: &str) -> Result<Vec<Change>> {
    let paths = diff::files(repo, from, to)?;
    let mut left = KEPT_IN_ALL;
    let mut read = |commit: &str, path: &str| file(repo, commit, path, &mut left);
    paths.into_iter().map(|path| Ok(Change { old: read(from, &path)?, new: read(to, &path)?, path })).collect()
}

/// Returns what the commits of an item brought and is another one at its tip, or gone.
pub fn passing(repo: &Repo, into: &str, start: &str, tip: &str) -> Result<Vec<Passing>> {
    let since = history::between(repo, start, tip)?;
    let mut own = history::first_parents(repo, tip, into)?;
    // A merge of ours brings what others have.
    own.retain(|entry| entry.commit != tip && entry.parents.len() == 1 && since.contains(&entry.commit));
    let mut left = KEPT_IN_ALL;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for entry in own.iter().rev() {
        let (before, commit) = (&entry.parents[0], &entry.commit);
        for path in diff::files(repo, before, commit)? {
            let Some(there) = repo.entry(commit, &path)? else { continue };
            let same = |other: &str| -> Result<bool> {
                Ok(repo.entry(other, &path)?.is_some_and(|entry| entry.object == there.object))
            };
            if same(tip)? || same(start)? || same(into)? || !seen.insert((path.clone(), there.object.clone())) {
                continue;
            }
            let mut read = |commit: &str| file(repo, commit, &path, &mut left);
            let change = Change { old: read(before)?, new: read(commit)?, path: path.clone() };
            found.push(Passing { commit: commit.clone(), change });
        }
    }
    Ok(found)
}

/// Returns the commits of an item, after where it started, that are not on the batch branch.
pub fn commits(repo: &Repo, into: &str, start: &str, tip: &str, id: &PrpId) -> Result<Vec<Commit>> {
    let own = history::first_parents(repo, tip, into)?;
    // Most items have no commit of anybody else, and branches are many.
    let mut branches = None;
    let mut found = Vec::new();
    let since = history::between(repo, start, tip)?;
    for commit in history::between(repo, into, tip)?.into_iter().filter(|commit| since.contains(commit)) {
        let entry = own.iter().find(|entry| entry.commit == commit);
        let (parents, message) = match entry {
            Some(entry) => (entry.parents.clone(), entry.message.clone()),
            None => (Vec::new(), repo.message(&commit)?),
        };
        let recorded = entry.is_some() && is_own(&message, id);
        let mut elsewhere = Vec::new();
        let others: Vec<&str> = trailers(&message, TRAILER_FOREIGN).filter(|_| recorded).collect();
        if !recorded || !others.is_empty() {
            let foreign = match &mut branches {
                Some(known) => &*known,
                unknown => unknown.insert(foreign_branches(repo)?),
            };
            for (name, top) in foreign.iter().filter(|_| !recorded) {
                if repo.is_ancestor(&commit, top)? {
                    elsewhere.push(name.clone());
                }
            }
            for other in others {
                found.push(brought(repo, foreign, other)?);
            }
        }
        let author = repo.author(&commit)?;
        found.push(Commit { id: commit, message, author, parents, recorded, elsewhere });
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|later, first| later.id == first.id);
    Ok(found)
}

/// Describes a commit of somebody else whose files a checkpoint may have.
fn brought(repo: &Repo, branches: &[(String, String)], commit: &str) -> Result<Commit> {
    let mut elsewhere = Vec::new();
    for (name, top) in branches {
        if repo.is_ancestor(commit, top)? {
            elsewhere.push(name.clone());
        }
    }
    if elsewhere.is_empty() {
        elsewhere.push("another history".to_owned());
    }
    let (message, author) = (repo.message(commit)?, repo.author(commit)?);
    Ok(Commit { id: commit.to_owned(), message, author, parents: Vec::new(), recorded: false, elsewhere })
}

/// Tells whether a message is that of a commit that batchprp makes for an item: a checkpoint, or a merge that was resolved.
fn is_own(message: &str, id: &PrpId) -> bool {
    Checkpoint::read(message).is_some_and(|made| made.prp == *id)
        || trailer(message, TRAILER_PRP).is_some_and(|made| made == id.as_str())
}

/// Returns the branches that are not batchprp's own.
fn foreign_branches(repo: &Repo) -> Result<Vec<(String, String)>> {
    let ours = refs::list(repo, "refs/batchprp/base/")?;
    let ours: HashSet<&str> = ours.iter().filter_map(|(name, _)| name.strip_prefix("refs/batchprp/base/")).collect();
    let all = refs::list(repo, "refs/heads/")?.into_iter();
    let named = all.filter_map(|(name, top)| Some((name.strip_prefix("refs/heads/")?.to_owned(), top)));
    Ok(named.filter(|(name, _)| !ours.contains(name.as_str())).collect())
}

/// Returns what stands at a path of a commit.
fn file(repo: &Repo, commit: &str, path: &str, left: &mut usize) -> Result<Option<File>> {
    let Some(entry) = repo.entry(commit, path)? else { return Ok(None) };
    if entry.kind == "commit" {
        return Ok(Some(File::Module { there: module_is_there(repo, path, &entry.object), commit: entry.object }));
    }
    let Some(bytes) = repo.show(commit, Path::new(path))? else { return Ok(None) };
    if entry.mode == "120000" {
        let target = String::from_utf8_lossy(&bytes).into_owned();
        return Ok(Some(File::Link { ignored: repo.store().is_ignored(&target), target }));
    }
    let file = File::of(bytes, if *left > 0 { KEPT } else { BEGINNING });
    if let File::Binary { head, .. } = &file {
        *left = left.saturating_sub(head.len());
    }
    Ok(Some(file))
}

/// Tells whether the project's own copy of a submodule holds a commit.
fn module_is_there(repo: &Repo, path: &str, commit: &str) -> bool {
    let modules = git2::Repository::open(repo.common_dir().join("modules").join(path));
    let id = git2::Oid::from_str(commit);
    modules.ok().zip(id.ok()).is_some_and(|(modules, id)| modules.find_commit(id).is_ok())
}

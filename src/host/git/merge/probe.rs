//! Early warning: whether two branches would merge, tried in memory while their agents still run.

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;

/// Returns the files in which two branches or commits conflict now; empty when they merge.
///
/// A warning and no verdict: libgit2 knows neither merge drivers nor renamed directories, the real merge does.
pub fn conflicts(repo: &Repo, a: &str, b: &str) -> Result<Vec<String>> {
    let (a, b) = (repo.resolve(a)?, repo.resolve(b)?);
    if let Some(files) = in_memory(repo, &a, &b) {
        return Ok(files);
    }
    Ok(match item::tree(repo, &a, &b)? {
        Tree::Clean(_) => Vec::new(),
        Tree::Conflict(files) => files,
    })
}

fn in_memory(repo: &Repo, a: &str, b: &str) -> Option<Vec<String>> {
    let store = git2::Repository::open(repo.git_dir()).ok()?;
    let commit = |id: &str| store.find_commit(git2::Oid::from_str(id).ok()?).ok();
    let index = store.merge_commits(&commit(a)?, &commit(b)?, None).ok()?;
    let mut files = Vec::new();
    for conflict in index.conflicts().ok()? {
        let conflict = conflict.ok()?;
        let sides = [conflict.ancestor, conflict.our, conflict.their];
        files.extend(sides.into_iter().flatten().map(|side| String::from_utf8_lossy(&side.path).into_owned()));
    }
    files.sort();
    files.dedup();
    Some(files)
}

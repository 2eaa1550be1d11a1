//! Early warning: whether two branches would merge, tried in memory while their agents still run.

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;

/// Returns the files in which two branches or commits conflict now; empty when they merge.
///
/// A warning and no verdict: libgit2 knows neither merge drivers nor renamed directories, the real merge does.
pub fn conflicts(repo: &Repo, a: &str, b: &str) -> Result<Vec<String>> {
    let (a, b) = (repo.resolve(a)?, repo.resolve(b)?);
    if let Ok(files) = repo.store().conflicts(&a, &b) {
        return Ok(files);
    }
    Ok(match item::tree(repo, &a, &b)? {
        Tree::Clean(_) => Vec::new(),
        Tree::Conflict(files) => files,
    })
}

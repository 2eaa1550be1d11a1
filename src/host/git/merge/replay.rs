//! Commits made again on top of another one, in the object store.

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::history::HistoryEntry;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;

/// A commit, or the files that conflict.
pub(crate) type Made = std::result::Result<String, Vec<String>>;

/// Makes commits, oldest first, again on top of `from`. What changes nothing there falls away.
pub(crate) fn replay(repo: &Repo, from: &str, entries: &[HistoryEntry]) -> Result<Made> {
    let mut tip = from.to_owned();
    for entry in entries {
        let Some(parent) = entry.parents.first() else { continue };
        // Git merges from what two commits share: with the old parent beneath the new tree, that is the old parent.
        let onto = temporary::commit(repo, &repo.tree(&tip)?, &[parent], "Replayed by batchprp\n")?;
        let tree = match item::tree(repo, &onto, &entry.commit)? {
            Tree::Clean(tree) => tree,
            Tree::Conflict(files) => return Ok(Err(files)),
        };
        if tree != repo.tree(&tip)? {
            tip = temporary::commit(repo, &tree, &[&tip], &entry.message)?;
        }
    }
    Ok(Ok(tip))
}

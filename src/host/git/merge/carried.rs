//! What a merge would change beside the files that an item changed: git carries a change of a file that is gone into the
//! one that it takes for its new place.

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;

/// Returns the files that a merge of `from` would change although the item did not, which began at `since`; `edited` are
/// those that it edited.
/// Empty where there is a conflict, which is looked at by a person anyway.
pub fn carried(repo: &Repo, since: &str, into: &str, from: &str, edited: &[&str]) -> Result<Vec<String>> {
    // Only what is not where it was can be taken for something else.
    let mut is_gone = false;
    for path in edited {
        is_gone |= repo.entry(into, path)?.is_none();
    }
    if !is_gone {
        return Ok(Vec::new());
    }
    Ok(match item::tree(repo, into, from)? {
        Tree::Clean(tree) => {
            let own = diff::files(repo, since, from)?;
            let changed = diff::files(repo, into, &tree)?;
            changed.into_iter().filter(|path| !own.contains(path)).collect()
        }
        Tree::Conflict(_) => Vec::new(),
    })
}

//! What two branches have in common, where a batch took work out and did it again that the other branch took back as
//! well. Git sees in the other branch a removal, in the batch nothing new, and would leave the work out without a word.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, history, message, temporary};

/// Returns the base from which a batch is to be merged with another branch, `None` for the one that git finds. `since`
/// is known to be in both, whatever history shows.
pub(crate) fn common(repo: &Repo, since: Option<&str>, onto: &str, batch: &str) -> Result<Option<String>> {
    // Before this version of git there are no merges from another base, and none that take work out.
    if !repo.has((2, 40)) {
        return Ok(None);
    }
    let as_known = since.map(str::to_owned);
    let Some(past) = as_known.clone().map_or_else(|| repo.merge_base(onto, batch), |since| Ok(Some(since)))? else {
        return Ok(None);
    };
    let mut taken_back = BTreeMap::new();
    for entry in history::first_parents(repo, batch, &past)? {
        let Some(revert) = message::revert(&entry.message) else { continue };
        let Some(before) = revert.mainline else { continue };
        let (Some(before), Some(merge)) = (repo.commit(&before)?, repo.commit(&revert.commit)?) else { continue };
        if !repo.is_ancestor(&merge, &past)? {
            continue;
        }
        for path in diff::files(repo, &before, &merge)? {
            let now = repo.entry(onto, &path)?;
            if now == repo.entry(&before, &path)? && now != repo.entry(&past, &path)? {
                taken_back.insert(path, now);
            }
        }
    }
    if taken_back.is_empty() {
        return Ok(as_known);
    }
    let tree = temporary::with_entries(repo, &repo.tree(&past)?, &taken_back)?;
    temporary::commit(repo, &tree, &[&past], "What both branches have in common\n").map(Some)
}

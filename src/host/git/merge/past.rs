//! What of a batch is on the branch on which it landed, and no more: work that was taken back there. Git sees in that
//! branch a removal and in the batch nothing new, and would leave the work out without a word.

use std::collections::BTreeMap;

use super::item::{self, Merged};
use crate::error::Result;
use crate::host::git::plumbing::repo::{MERGES_FROM_A_BASE, Repo};
use crate::host::git::plumbing::{diff, history, message, temporary};
use crate::host::git::upkeep::log::Log;
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::branch;
use crate::model::id::PrpId;
use crate::model::read;

/// The merge of an item: what it brought is the difference to `before`.
struct Brought {
    commit: String,
    before: String,
}

/// Returns the base from which a batch is to be merged with another branch, `None` for the one that git finds. `since`
/// is known to be in both, whatever history shows. Where the batch took work out and did it again, and the branch took it
/// back as well, that work is no part of what they have in common.
pub(crate) fn common(repo: &Repo, since: Option<&str>, onto: &str, batch: &str) -> Result<Option<String>> {
    // Before this version of git there are no merges from another base, and none that take work out.
    if !repo.has(MERGES_FROM_A_BASE) {
        return Ok(None);
    }
    let as_known = since.map(str::to_owned);
    let Some(past) = past(repo, since, onto, batch)? else { return Ok(None) };
    let mut common = past.clone();
    for entry in history::first_parents(repo, batch, &past)? {
        let Some(revert) = message::revert(&entry.message) else { continue };
        let Some(before) = revert.mainline else { continue };
        let (Some(before), Some(commit)) = (repo.commit(&before)?, repo.commit(&revert.commit)?) else { continue };
        if !repo.is_ancestor(&commit, &past)? {
            continue;
        }
        let brought = Brought { commit, before };
        let there = brought.taken_out_of(repo, onto)?;
        let here = brought.taken_out_of(repo, &common)?;
        let mut without = BTreeMap::new();
        for path in diff::files(repo, &brought.before, &brought.commit)? {
            // What cannot be taken out of the branch is not what the item brought.
            let is_gone = there.files.contains(&path) || repo.entry(&there.tree, &path)? == repo.entry(onto, &path)?;
            if is_gone && !here.files.contains(&path) {
                let entry = repo.entry(&here.tree, &path)?;
                // It may be out of what they have in common already, as when the base was merged in.
                if entry != repo.entry(&common, &path)? {
                    without.insert(path, entry);
                }
            }
        }
        if !without.is_empty() {
            let tree = temporary::with_entries(repo, &repo.tree(&common)?, &without)?;
            common = temporary::commit(repo, &tree, &[&past], "What both branches have in common\n")?;
        }
    }
    Ok(if common == past { as_known } else { Some(common) })
}

/// Lists the items of a batch that landed on a branch before, stand on the batch, and of which nothing is left on that
/// branch: somebody reverted them there, whatever the landing was.
pub(crate) fn taken_back(
    repo: &Repo,
    batch_branch: &str,
    since: Option<&str>,
    onto: &str,
    batch: &str,
) -> Result<Vec<PrpId>> {
    let mut found = Vec::new();
    let base = branch::base(repo, batch_branch)?;
    let (Some(past), Some(base), true) = (past(repo, since, onto, batch)?, base, repo.has(MERGES_FROM_A_BASE)) else {
        return Ok(found);
    };
    let changed = diff::files(repo, &past, onto)?;
    if changed.is_empty() {
        return Ok(found);
    }
    let log = Log::new(history::first_parents(repo, batch, &base)?);
    for id in log.merged_items() {
        let Some(commit) = scan::standing_merge(&log, id) else { continue };
        let before = log.get(&commit).and_then(|(entry, _)| entry.parents.first().cloned());
        let Some(before) = before else { continue };
        if !repo.is_ancestor(&commit, &past)? {
            continue;
        }
        let mut files = diff::files(repo, &before, &commit)?;
        files.retain(|path| !is_document(path));
        if !files.iter().any(|path| changed.contains(path)) {
            continue;
        }
        let brought = Brought { commit, before };
        if !brought.is_in(repo, onto)? && brought.is_in(repo, batch)? {
            found.push(id.clone());
        }
    }
    Ok(found)
}

/// What is written into the document of a PRP is no work of it.
fn is_document(path: &str) -> bool {
    read::id_of_file_name(path.as_ref()).is_some()
}

/// Returns what two branches have in common by history.
fn past(repo: &Repo, since: Option<&str>, onto: &str, batch: &str) -> Result<Option<String>> {
    since.map_or_else(|| repo.merge_base(onto, batch), |since| Ok(Some(since.to_owned())))
}

impl Brought {
    /// Takes what the merge brought out of a commit, as a revert would.
    fn taken_out_of(&self, repo: &Repo, commit: &str) -> Result<Merged> {
        item::merged(repo, Some(&self.commit), commit, &self.before)
    }

    /// Tells whether anything of it is in a commit: then taking it out makes a difference, or cannot be done.
    fn is_in(&self, repo: &Repo, commit: &str) -> Result<bool> {
        let without = self.taken_out_of(repo, commit)?;
        let differs = diff::files(repo, commit, &without.tree)?;
        Ok(differs.iter().chain(&without.files).any(|path| !is_document(path)))
    }
}

//! Taking merged items out of a batch branch: each merge is reverted, without a working tree and all of them at once.

use super::item::{self, Tree};
use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{MERGES_FROM_A_BASE, Repo, refuse};
use crate::host::git::plumbing::{diff, history, temporary};
use crate::host::git::upkeep::log::Log;
use crate::host::git::upkeep::{relevant, scan};
use crate::host::git::workspace::branch;
use crate::model::checkpoint::TRAILER_RUN;
use crate::model::id::PrpId;

/// Reverts that can be made together.
#[derive(Debug)]
pub struct Reverts {
    items: Vec<PrpId>,
    batch_branch: String,
    from: String,
    to: String,
}

/// The merge of an item.
struct Merged<'a> {
    id: &'a PrpId,
    commit: String,
    parent: String,
    subject: String,
}

/// Reverts the merges of items, the newest first, without moving the batch branch yet; items that are taken out already
/// are passed over. Refuses when one of them cannot be reverted.
pub fn plan(repo: &Repo, batch_branch: &str, ids: &[PrpId], run: &str) -> Result<Reverts> {
    let tip = repo.resolve(&refs::head(batch_branch))?;
    let log = Log::new(relevant::entries(repo, std::slice::from_ref(&tip))?);
    // What the base reverted and the batch merged in is taken out on the batch branch too, which reads itself alone.
    let own = match branch::base(repo, batch_branch)? {
        Some(base) => Some(Log::new(history::first_parents(repo, &tip, &base)?)),
        None => None,
    };
    let merges = merges(&log, own.as_ref().unwrap_or(&log), ids)?;
    if let Some(first) = merges.first().filter(|_| !repo.has(MERGES_FROM_A_BASE)) {
        return Err(refuse("this git cannot revert a merge without a working tree").help(format!(
            "install git {}.{} or later; or revert it by hand on `{batch_branch}`: `git revert -m 1 {}`",
            MERGES_FROM_A_BASE.0, MERGES_FROM_A_BASE.1, first.commit
        )));
    }
    let mut to = tip.clone();
    for merge in &merges {
        to = reverted(repo, &log, &to, merge, run)?;
    }
    let items = merges.into_iter().map(|merge| merge.id.clone()).collect();
    Ok(Reverts { items, batch_branch: batch_branch.to_owned(), from: tip, to })
}

impl Reverts {
    /// Returns the items whose merges are reverted, the one that was merged last in front.
    pub fn items(&self) -> &[PrpId] {
        &self.items
    }

    /// Moves the batch branch.
    pub fn make(&self, repo: &Repo) -> Result<()> {
        if self.items.is_empty() {
            return Ok(());
        }
        let Self { batch_branch: name, from, to, .. } = self;
        branch::not_checked_out(repo, name)?;
        let record = refs::read(repo, &refs::batch(name))?;
        let change = RefChange::default().set(&refs::batch(name), to, record.as_deref());
        change.update(&refs::head(name), to, from).must(repo, "batchprp: take out")
    }
}

/// Finds the merges that stand by what the batch branch itself says, the newest first.
fn merges<'a>(log: &Log, own: &Log, ids: &'a [PrpId]) -> Result<Vec<Merged<'a>>> {
    let mut found = Vec::new();
    for id in ids {
        if let Some(commit) = scan::standing_merge(own, id) {
            let (place, entry) = (log.place(&commit), log.get(&commit).map(|(entry, _)| entry));
            let parent = entry.and_then(|entry| entry.parents.first().cloned());
            let subject = entry.and_then(|entry| entry.message.lines().next()).unwrap_or_default().to_owned();
            let Some(parent) = parent else { return Err(no_merge(id)) };
            found.push((place, Merged { id, commit, parent, subject }));
        } else if log.merges(id).next().is_none() && !scan::read(log, id).phases.is_empty() {
            return Err(no_merge(id));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, merge)| merge).collect())
}

fn no_merge(id: &PrpId) -> crate::error::Error {
    refuse(format!("the work of {id} came without a merge of its own, by a rebase, a squash or a cherry-pick")).help(
        format!("revert its commits by hand (`git log --grep 'Batchprp-Prp: {id}'` lists them), then `batchprp exe --prps {id} --restart`"),
    )
}

/// Makes the commit that takes a merge back.
fn reverted(repo: &Repo, log: &Log, at: &str, merge: &Merged<'_>, run: &str) -> Result<String> {
    let tree = match item::tree_from(repo, Some(&merge.commit), at, &merge.parent)? {
        Tree::Clean(tree) => tree,
        Tree::Conflict(files) => return Err(conflict(merge, &files, later(repo, log, merge, &files)?)),
    };
    // What a later item deleted again, git reverts without a word: done once more, it would be back.
    let gone = taken_back(repo, at, merge)?;
    let later = if gone.is_empty() { Vec::new() } else { later(repo, log, merge, &gone)? };
    if !later.is_empty() {
        return Err(conflict(merge, &gone, later));
    }
    let Merged { commit, parent, subject, .. } = merge;
    let text = format!(
        "Revert \"{subject}\"\n\nThis reverts commit {commit}, reversing\nchanges made to {parent}.\n\n{TRAILER_RUN}: {run}\n"
    );
    temporary::commit(repo, &tree, &[at], &text)
}

/// Returns the files in which nothing is left of what a merge changed.
fn taken_back(repo: &Repo, at: &str, merge: &Merged<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in diff::files(repo, &merge.parent, &merge.commit)? {
        if repo.entry(at, &file)? == repo.entry(&merge.parent, &file)? {
            found.push(file);
        }
    }
    Ok(found)
}

/// Returns the items that changed one of these files after a merge.
fn later(repo: &Repo, log: &Log, merge: &Merged<'_>, files: &[String]) -> Result<Vec<String>> {
    let mut later = Vec::new();
    for id in log.merged_items().into_iter().filter(|id| *id != merge.id) {
        let Some(commit) = scan::standing_merge(log, id) else { continue };
        let is_later = log.place(&commit) < log.place(&merge.commit);
        if is_later && diff::files(repo, &format!("{commit}^1"), &commit)?.iter().any(|file| files.contains(file)) {
            later.push(id.to_string());
        }
    }
    Ok(later)
}

/// Names the items that changed the same files later: with them the merge may be taken out.
fn conflict(merge: &Merged<'_>, files: &[String], later: Vec<String>) -> crate::error::Error {
    let text = format!("the merge of {} cannot be taken out: {} changed later", merge.id, files.join(", "));
    let is_by_hand = later.is_empty();
    let with: Vec<String> = std::iter::once(merge.id.to_string()).chain(later).collect();
    refuse(text).help(if is_by_hand {
        format!("somebody changed that by hand: revert `{}` by hand too (`git revert -m 1`)", merge.commit)
    } else {
        format!("take out what came later as well: `batchprp exe --redo {}`", with.join(","))
    })
}

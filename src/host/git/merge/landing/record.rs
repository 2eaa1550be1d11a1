//! What git knows of the last landing of a batch on a branch: where the branch was before and after it, and the batch.

use super::plan::Landing;
use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;

fn name(batch_branch: &str, end: &str, onto: &str) -> String {
    format!("refs/batchprp/landed/{batch_branch}/{end}/{onto}")
}

/// Notes a landing together with other changes.
pub(super) fn note(repo: &Repo, batch_branch: &str, onto: &str, landing: &Landing) -> Result<RefChange> {
    let mut change = RefChange::default();
    for (end, commit) in [("from", &landing.from), ("to", &landing.commit), ("batch", &landing.batch)] {
        let name = name(batch_branch, end, onto);
        let old = refs::read(repo, &name)?;
        if old.as_ref() != Some(commit) {
            change = change.set(&name, commit, old.as_deref());
        }
    }
    Ok(change)
}

/// Returns where the branch was before and after the last landing.
pub(super) fn last(repo: &Repo, batch_branch: &str, onto: &str) -> Result<Option<(String, String)>> {
    let read = |end| refs::read(repo, &name(batch_branch, end, onto));
    Ok(read("from")?.zip(read("to")?))
}

/// Returns the tip of the batch branch at its last landing, as long as the branch holds what landed then, and `batch` what
/// it was then: one that was made anew since has not taken anything of that back.
pub(super) fn landed(repo: &Repo, batch_branch: &str, onto: &str, batch: &str) -> Result<Option<String>> {
    let Some((_, to)) = last(repo, batch_branch, onto)? else { return Ok(None) };
    if !repo.is_ancestor(&to, &refs::head(onto))? {
        return Ok(None);
    }
    let Some(then) = refs::read(repo, &name(batch_branch, "batch", onto))? else { return Ok(None) };
    Ok(if repo.is_ancestor(&then, batch)? { Some(then) } else { None })
}

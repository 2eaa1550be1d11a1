//! The branch on which a batch began. Its name is part of a reference of ours, so that git alone knows it: the reference
//! is made and moved in the same step as the batch branch.

use super::refs::{self, RefChange};
use super::repo::Repo;
use crate::error::Result;

pub(crate) const HEADS: &str = "refs/heads/";

/// Where the name of the branch follows on which a batch began.
fn began(batch_branch: &str) -> String {
    format!("refs/batchprp/began/{batch_branch}/")
}

/// Notes on which branch a batch begins that starts at a commit: the checked-out one, or the only one that is there.
pub(crate) fn begin_on(repo: &Repo, change: RefChange, batch_branch: &str, commit: &str) -> Result<RefChange> {
    let checked_out = repo.head_branch()?.filter(|_| repo.head().is_ok_and(|head| head == commit));
    let name = if checked_out.is_some() {
        checked_out
    } else {
        let branches = refs::list(repo, HEADS)?.into_iter().filter(|(_, tip)| tip == commit);
        let mut names = branches.filter_map(|(name, _)| Some(name.strip_prefix(HEADS)?.to_owned()));
        names.next().filter(|_| names.next().is_none())
    };
    let change = forget(repo, change, batch_branch, name.as_deref())?;
    let Some(name) = name else { return Ok(change) };
    let reference = format!("{}{}", began(batch_branch), refs::to_part(&name));
    let old = refs::read(repo, &reference)?;
    Ok(if old.as_deref() == Some(commit) { change } else { change.set(&reference, commit, old.as_deref()) })
}

/// Forgets on which branch a batch began, but for one that is meant still.
pub(crate) fn forget(repo: &Repo, change: RefChange, batch_branch: &str, kept: Option<&str>) -> Result<RefChange> {
    let prefix = began(batch_branch);
    let kept = kept.map(|branch| format!("{prefix}{}", refs::to_part(branch)));
    let others = refs::list(repo, &prefix)?.into_iter().filter(|(name, _)| Some(name) != kept.as_ref());
    Ok(others.fold(change, |change, (name, commit)| change.delete(&name, &commit)))
}

/// Returns the branch on which a batch began, as far as that is known.
pub(crate) fn began_on(repo: &Repo, batch_branch: &str) -> Result<Option<String>> {
    let prefix = began(batch_branch);
    let found = refs::list(repo, &prefix)?.into_iter().next();
    Ok(found.and_then(|(name, _)| Some(refs::from_part(name.strip_prefix(&prefix)?))))
}

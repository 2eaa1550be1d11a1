//! What git knows of the last landing of a batch on a branch: where the branch was before and after it, and the batch.

use super::plan::Landing;
use crate::error::Result;
use crate::host::git::plumbing::began::began_on;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;

/// What is noted of a landing, each as a reference of its own, so that nothing of it is collected.
const ENDS: [&str; 3] = ["from", "to", "batch"];

/// The commits that are noted of the last landing of a batch on a branch, in the order of [`ENDS`].
pub(super) type Noted = [Option<String>; 3];

fn prefix(batch_branch: &str, end: &str) -> String {
    format!("refs/batchprp/landed/{batch_branch}/{end}/")
}

fn name(batch_branch: &str, end: &str, onto: &str) -> String {
    format!("{}{}", prefix(batch_branch, end), refs::to_part(onto))
}

/// Returns a branch that has all of a batch: the one on which it began, or another one on which it landed.
pub fn landed_on(repo: &Repo, batch_branch: &str) -> Result<Option<String>> {
    let Some(batch) = repo.tip(batch_branch)? else { return Ok(None) };
    let mut places: Vec<String> = began_on(repo, batch_branch)?.into_iter().collect();
    if places.is_empty() {
        places.extend(repo.head_branch()?.filter(|head| head != batch_branch));
    }
    let prefix = prefix(batch_branch, ENDS[1]);
    let known = refs::list(repo, &prefix)?;
    places.extend(known.iter().filter_map(|(name, _)| Some(refs::from_part(name.strip_prefix(&prefix)?))));
    for onto in places {
        if repo.tip(&onto)?.is_none() {
            continue;
        }
        let has_it = repo.is_ancestor(&batch, &refs::head(&onto))?;
        if has_it || landed(repo, batch_branch, &onto, &batch)?.as_ref() == Some(&batch) {
            return Ok(Some(onto));
        }
    }
    Ok(None)
}

pub(super) fn noted(repo: &Repo, batch_branch: &str, onto: &str) -> Result<Noted> {
    let read = |end| refs::read(repo, &name(batch_branch, end, onto));
    Ok([read(ENDS[0])?, read(ENDS[1])?, read(ENDS[2])?])
}

impl Landing {
    pub(super) fn to_note(&self) -> Noted {
        [&self.from, &self.commit, &self.batch].map(|commit| Some(commit.clone()))
    }
}

/// Notes something else than what is noted, together with other changes; nothing takes the note away.
pub(super) fn note(batch_branch: &str, onto: &str, old: &Noted, new: &Noted) -> RefChange {
    let mut change = RefChange::default();
    for ((end, old), new) in ENDS.iter().zip(old).zip(new) {
        let name = name(batch_branch, end, onto);
        change = match (old, new) {
            (Some(old), None) => change.delete(&name, old),
            (old, Some(new)) if old.as_ref() != Some(new) => change.set(&name, new, old.as_deref()),
            _ => change,
        };
    }
    change
}

/// Returns the tip of the batch branch at its last landing, as long as the branch holds what landed then, and `batch` what
/// it was then: one that was made anew since has not taken anything of that back.
pub(super) fn landed(repo: &Repo, batch_branch: &str, onto: &str, batch: &str) -> Result<Option<String>> {
    let [_, Some(to), Some(then)] = noted(repo, batch_branch, onto)? else { return Ok(None) };
    if !repo.is_ancestor(&to, &refs::head(onto))? {
        return Ok(None);
    }
    Ok(if repo.is_ancestor(&then, batch)? { Some(then) } else { None })
}

//! What git knows of the last landing of a batch on a branch: where the branch was before and after it, and the batch.

use super::plan::Landing;
use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;

/// What is noted of a landing, each as a reference of its own, so that nothing of it is collected.
const ENDS: [&str; 3] = ["from", "to", "batch"];

/// The commits that are noted of the last landing of a batch on a branch, in the order of [`ENDS`].
pub(super) type Noted = [Option<String>; 3];

fn name(batch_branch: &str, end: &str, onto: &str) -> String {
    format!("refs/batchprp/landed/{batch_branch}/{end}/{}", refs::to_part(onto))
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

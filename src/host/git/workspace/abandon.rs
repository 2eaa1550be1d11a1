//! Commits of a workspace that nobody wants on the branch of its item.

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::mend::rescue::{self, Owner, Rescue};
use crate::host::git::workspace::prepare::{self, Prepared};

/// Takes commits that became part of a branch off it again, back to where it was `before`; a reference keeps them.
pub fn abandon(repo: &Repo, prepared: &Prepared, before: &str) -> Result<Rescue> {
    let work = prepare::workspace(&repo.unhooked(), prepared)?;
    let owner = Owner { run: &prepared.run, item: &prepared.item };
    let kept = rescue::keep(&work, &prepared.tip, before, owner)?;
    let change = RefChange::default().update(&refs::head(&prepared.branch), before, &prepared.tip);
    change.must(repo, "batchprp: abandon")?;
    Ok(kept)
}

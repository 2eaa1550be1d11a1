//! Starting over: old branches are set aside under names of their own, and nothing is deleted.

use crate::error::Result;
use crate::host::git::plumbing::began;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::workspace::{Rescue, branch, remove};

/// A branch that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub branch: String,
    /// Such as `refs/batchprp/old/<run>/heads/prp-47-1-1`.
    pub reference: String,
    /// What only its workspace had, saved first.
    pub rescued: Vec<Rescue>,
}

/// Sets the branches of items aside, and that of their batch where all of its work is to be done again. Branches that
/// do not exist are passed over; a branch that batchprp did not make refuses everything before anything is changed.
pub fn restart(repo: &Repo, batch_branch: Option<&str>, item_branches: &[String], run: &str) -> Result<Vec<SetAside>> {
    let places = remove::all(repo);
    let mut present = Vec::new();
    for name in item_branches.iter().map(String::as_str).chain(batch_branch) {
        let Some(tip) = repo.tip(name)? else { continue };
        let Some(base) = refs::read(repo, &refs::base(name))? else {
            return Err(refuse(format!("a branch `{name}` exists that batchprp did not make"))
                .help(format!("rename it: `git branch -m {name} {name}-old`")));
        };
        if !places.iter().any(|place| place.branch == name) {
            branch::not_checked_out(repo, name)?;
        }
        present.push((name, tip, base));
    }
    let mut done = Vec::new();
    for (name, tip, base) in present {
        let rescued = remove::set_aside(repo, name, &tip, run)?;
        let reference = format!("refs/batchprp/old/{run}/heads/{name}");
        let mut change = RefChange::default()
            .create(&reference, &tip)
            .create(&format!("refs/batchprp/old/{run}/base/{name}"), &base)
            .delete(&refs::head(name), &tip)
            .delete(&refs::base(name), &base);
        for record in [refs::item(name), refs::batch(name)] {
            if let Some(commit) = refs::read(repo, &record)? {
                change = change.delete(&record, &commit);
            }
        }
        let change = began::forget(repo, change, name, None)?;
        change.must(repo, "batchprp: start over")?;
        done.push(SetAside { branch: name.to_owned(), reference, rescued });
    }
    Ok(done)
}

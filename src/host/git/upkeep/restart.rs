//! Starting over: old branches are set aside under names of their own, and nothing is deleted.

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, Change};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::worktree::work::Work;
use crate::host::git::worktree::{admin, branch, repair, rescue};

/// A branch that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub branch: String,
    /// Such as `refs/batchprp/old/<run>/heads/prp-47-1-1`.
    pub reference: String,
    /// Uncommitted work of its worktree, saved first.
    pub rescued: Option<rescue::Rescue>,
}

/// Sets the branches of a batch and its items aside. Branches that do not exist are passed over; a branch that
/// batchprp did not make refuses everything before anything is changed.
pub fn restart(repo: &Repo, batch_branch: &str, item_branches: &[String], run: &str) -> Result<Vec<SetAside>> {
    let mut present = Vec::new();
    for name in item_branches.iter().map(String::as_str).chain([batch_branch]) {
        let Some(tip) = repo.tip(name)? else { continue };
        let Some(base) = refs::read(repo, &refs::base(name))? else {
            return Err(refuse(format!("a branch `{name}` exists that batchprp did not make"))
                .help(format!("rename it: `git branch -m {name} {name}-old`")));
        };
        present.push((name, tip, base));
    }
    branch::not_checked_out(repo, batch_branch)?;
    let mut done = Vec::new();
    for (name, tip, base) in present {
        let rescued = leave_worktree(repo, name, &tip, run)?;
        let reference = format!("refs/batchprp/old/{run}/heads/{name}");
        let mut change = Change::default()
            .create(&reference, &tip)
            .create(&format!("refs/batchprp/old/{run}/base/{name}"), &base)
            .delete(&refs::head(name), &tip)
            .delete(&refs::base(name), &base);
        for record in [refs::item(name), refs::batch(name)] {
            if let Some(commit) = refs::read(repo, &record)? {
                change = change.delete(&record, &commit);
            }
        }
        change.must(repo, "batchprp: start over")?;
        done.push(SetAside { branch: name.to_owned(), reference, rescued });
    }
    Ok(done)
}

/// Removes the worktree of a branch after saving what is uncommitted in it.
fn leave_worktree(repo: &Repo, name: &str, tip: &str, run: &str) -> Result<Option<rescue::Rescue>> {
    for admin in admin::all(repo) {
        let ours = admin.marker().is_some_and(|marker| marker.branch == name);
        let on_branch = admin.head(repo)?.is_on(name);
        let Some(path) = admin.path.clone().filter(|_| ours || on_branch) else { continue };
        if !ours {
            return Err(refuse(format!("`{name}` is checked out in `{}`", path.display()))
                .help(format!("when nothing there is needed any more: `git worktree remove {}`", path.display())));
        }
        let mut rescued = None;
        if path.is_dir() {
            admin.reconnect(&path)?;
            let work = Work { repo, admin: &admin, path: &path };
            let at = work.commit()?.unwrap_or_else(|| tip.to_owned());
            rescued = rescue::save(&work, &at, run, name)?;
            if rescued.is_none() && !repo.is_ancestor(&at, tip)? {
                rescued = Some(rescue::keep(repo, &at, tip, run, name)?);
            }
            repair::leave(&path)?;
        }
        admin.discard(repo)?;
        return Ok(rescued);
    }
    Ok(None)
}

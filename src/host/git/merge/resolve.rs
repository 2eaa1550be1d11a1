//! A person resolves a parked merge in the worktree of the item: start, continue, abort.

use std::fs;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs::{self, Change};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::host::git::worktree::rescue::{self, Rescue};
use crate::host::git::worktree::work::Work;
use crate::host::git::worktree::{self, Prepared};
use crate::model::checkpoint::{TRAILER_PRP, TRAILER_RUN};

/// Merges the batch branch into the worktree of the item and leaves the conflict markers there. Returns the files to
/// resolve; the same ones when it was started before.
pub fn start(repo: &Repo, prepared: &Prepared, batch_branch: &str) -> Result<Vec<String>> {
    let admin = worktree::administration(repo, prepared)?;
    let work = Work { repo, admin: &admin, path: &prepared.path };
    if admin.resolving().exists() && !work.merge_heads().is_empty() {
        return work.unmerged();
    }
    if work.status()?.is_none_or(|files| !files.is_empty()) {
        return Err(refuse(format!("`{}` has uncommitted changes", prepared.path.display()))
            .help("commit or stash them before the merge is resolved there"));
    }
    let tip = repo.resolve(&refs::head(batch_branch))?;
    failpoint::around("resolve.begin", || fs::write(admin.resolving(), &tip))
        .map_err(|e| refuse(format!("cannot write `{}`: {e}", admin.resolving().display())))?;
    let output = work.changing().args(["merge", "--no-commit", "--no-ff", "--no-edit", "--quiet", &tip]).run()?;
    if output.code != 0 && work.merge_heads().is_empty() {
        forget(&admin);
        return Err(crate::host::git::plumbing::run::failure("merge", &output));
    }
    work.unmerged()
}

/// Like [`start`] on behalf of an agent: when the run dies meanwhile, [`abandon`] takes the merge back.
pub fn start_for_agent(repo: &Repo, prepared: &Prepared, batch_branch: &str) -> Result<Vec<String>> {
    let mark = worktree::administration(repo, prepared)?.agent_resolves();
    failpoint::around("resolve.begin", || fs::write(&mark, ""))
        .map_err(|e| refuse(format!("cannot write `{}`: {e}", mark.display())))?;
    start(repo, prepared, batch_branch)
}

/// Takes back a merge that an agent of a dead run was resolving in the worktree of a branch.
pub fn abandon(repo: &Repo, branch: &str) -> Result<Option<Rescue>> {
    let ours = |admin: &crate::host::git::worktree::admin::Admin| {
        admin.agent_resolves().exists() && admin.marker().is_some_and(|marker| marker.branch == branch)
    };
    if !crate::host::git::worktree::admin::all(repo).iter().any(ours) {
        return Ok(None);
    }
    abort(repo, &find(repo, branch)?)
}

/// Refuses while conflict markers are left, or when no merge is being resolved.
pub fn check(repo: &Repo, prepared: &Prepared) -> Result<()> {
    let admin = worktree::administration(repo, prepared)?;
    if !admin.resolving().exists() {
        return Err(refuse(format!("no merge of {} is being resolved", prepared.item))
            .help(format!("start with `batchprp resolve {}`", prepared.item)));
    }
    unmarked(&Work { repo, admin: &admin, path: &prepared.path })
}

fn unmarked(work: &Work<'_>) -> Result<()> {
    let unresolved: Vec<String> = work.unmerged()?.into_iter().filter(|file| has_markers(work, file)).collect();
    if unresolved.is_empty() {
        return Ok(());
    }
    Err(refuse(format!("conflict markers are left in {}", unresolved.join(", ")))
        .help(format!("edit them in `{}` and continue again", work.path.display())))
}

/// Commits the resolved merge on the branch of the item. Returns the commit; the item can then be validated and merged.
pub fn finish(repo: &Repo, prepared: &Prepared) -> Result<String> {
    let admin = worktree::administration(repo, prepared)?;
    let work = Work { repo, admin: &admin, path: &prepared.path };
    let Ok(merged) = fs::read_to_string(admin.resolving()) else {
        return Err(refuse(format!("no merge of {} is being resolved", prepared.item))
            .help(format!("start with `batchprp resolve {}`", prepared.item)));
    };
    let tip = repo.resolve(&refs::head(&prepared.branch))?;
    if work.merge_heads().is_empty() {
        // The person committed the merge with git.
        if repo.is_ancestor(&merged, &tip)? && work.status()?.is_some_and(|files| files.is_empty()) {
            forget(&admin);
            return Ok(tip);
        }
        return Err(refuse(format!("the merge in `{}` was given up or is not committed", prepared.path.display()))
            .help("begin again with `batchprp resolve ITEM --abort`, then `batchprp resolve ITEM`"));
    }
    unmarked(&work)?;
    work.changing().args(["add", "--all", "--", "."]).ok()?;
    let tree = work.write_tree()?;
    let message = format!(
        "Merge the batch into {}\n\nConflicts resolved in the worktree of the item.\n\n{TRAILER_PRP}: {}\n{TRAILER_RUN}: {}\n",
        prepared.branch, prepared.item, prepared.run
    );
    let commit = temporary::commit(repo, &tree, &[&tip, &merged], &message)?;
    let recorded = refs::read(repo, &refs::item(&prepared.branch))?;
    Change::default()
        .set(&refs::item(&prepared.branch), &commit, recorded.as_deref())
        .update(&refs::head(&prepared.branch), &commit, &tip)
        .must(repo, "batchprp: resolve")?;
    work.forget_operations();
    forget(&admin);
    Ok(commit)
}

/// Gives the merge up: what was edited is saved, the worktree goes back to the tip of its branch.
pub fn abort(repo: &Repo, prepared: &Prepared) -> Result<Option<Rescue>> {
    let admin = worktree::administration(repo, prepared)?;
    let work = Work { repo, admin: &admin, path: &prepared.path };
    let tip = repo.resolve(&refs::head(&prepared.branch))?;
    work.unlock(&prepared.branch)?;
    let rescued = rescue::save(&work, &tip, &prepared.run, &prepared.item)?;
    work.reset(&tip)?;
    forget(&admin);
    Ok(rescued)
}

/// Finds the worktree of an item that an earlier run prepared, without changing anything.
pub fn find(repo: &Repo, branch: &str) -> Result<Prepared> {
    let marked = crate::host::git::worktree::admin::all(repo).into_iter().find_map(|admin| {
        let marker = admin.marker().filter(|marker| marker.branch == branch)?;
        Some((admin.path?, marker))
    });
    let Some((path, mark)) = marked.filter(|(path, _)| path.is_dir()) else {
        return Err(refuse(format!("there is no worktree of `{branch}`"))
            .help("run the batch again: it makes the worktree anew, and a conflict parks the item there"));
    };
    let tip = repo.resolve(&refs::head(branch))?;
    let base = crate::host::git::worktree::branch::base(repo, branch)?.unwrap_or_else(|| tip.clone());
    let (item, run) = (mark.item, mark.run);
    Ok(Prepared { path, branch: branch.to_owned(), base, tip, item, run, ..Prepared::default() })
}

/// The merge is over, one way or the other.
fn forget(admin: &crate::host::git::worktree::admin::Admin) {
    for mark in [admin.resolving(), admin.agent_resolves()] {
        failpoint::quietly("resolve.end", || drop(fs::remove_file(mark)));
    }
}

fn has_markers(work: &Work<'_>, file: &str) -> bool {
    let text = fs::read(work.path.join(file)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let starts = |mark: &str| text.lines().any(|line| line.starts_with(mark));
    starts("<<<<<<< ") && starts(">>>>>>> ")
}

//! Removing workspaces: only what nobody needs any more, and what only they have is saved first.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::git::plumbing::busy;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::workspace::agent;
use crate::host::git::workspace::branch;
use crate::host::git::workspace::files::stage;
use crate::host::git::workspace::files::tree::{self, Mode, Selection};
use crate::host::git::workspace::make::takeover;
use crate::host::git::workspace::mend::history::{self, Relation};
use crate::host::git::workspace::mend::placement;
use crate::host::git::workspace::mend::rescue::{self, Owner, Rescue};
use crate::host::git::workspace::place::find::{self, Place};
use crate::host::git::workspace::place::leftovers;
use crate::host::git::workspace::place::linked;
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::{self, Record};
use crate::host::git::workspace::place::space::Workspace;

/// A workspace and branch to remove.
#[derive(Clone, Debug, Default)]
pub struct Remove {
    pub path: PathBuf,
    pub branch: String,
    /// Branch that must hold all commits of `branch`.
    pub into: String,
    /// Removes the branch too. Its records stay, so that history can be read after a rebase of `into`.
    pub delete_branch: bool,
}

/// A workspace that an item has, or the worktree that it has from an earlier version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub branch: String,
    pub item: String,
    pub run: String,
}

/// Lists the workspaces of items, those of earlier versions too.
pub fn all(repo: &Repo) -> Vec<Found> {
    let ours = record::all(repo).into_iter().filter(|(_, record)| !record.branch.is_empty());
    ours.map(|(_, record)| Found::from(record)).chain(earlier(repo)).collect()
}

/// Returns the workspace of a branch, that of an earlier version too.
pub(crate) fn of(repo: &Repo, branch: &str) -> Option<Found> {
    let ours = record::read(&record::of(repo, branch, Path::new("")).dir).map(Found::from);
    ours.into_iter().chain(earlier(repo)).find(|found| found.branch == branch)
}

impl From<Record> for Found {
    fn from(Record { path, branch, item, run, .. }: Record) -> Self {
        Self { path, branch, item, run }
    }
}

fn earlier(repo: &Repo) -> impl Iterator<Item = Found> {
    linked::all(repo).into_iter().filter_map(|linked| {
        let linked::LinkedMark { run, item, branch } = linked.marker()?;
        Some(Found { path: linked.path?, branch, item, run })
    })
}

/// Removes the workspace of a merged item. Refuses when a file in it is not on `into`, or somebody is in it; saves
/// commits that only the workspace has, and returns what was saved.
pub fn remove(repo: &Repo, what: &Remove) -> Result<Vec<Rescue>> {
    let lock = record::lock(repo, &what.branch)?;
    let repo = &repo.unhooked();
    leftovers::sweep(repo, &what.path);
    let tip = repo.tip(&what.branch)?;
    if let Some(tip) = &tip {
        let into = repo.resolve(&refs::head(&what.into))?;
        if !repo.is_ancestor(tip, &into)? {
            return Err(refuse(format!("`{}` has commits that `{}` does not have", what.branch, what.into))
                .help("nothing was removed; merge the item first"));
        }
    }
    let rescued = match found(repo, what, tip.as_deref())? {
        Some((work, record)) => {
            let rescued = match &tip {
                Some(tip) => spare(&work, &record, tip)?,
                None => Vec::new(),
            };
            leftovers::leave(&work.path)?;
            record::discard(&work)?;
            rescued
        }
        None => Vec::new(),
    };
    if let Some(tip) = tip.filter(|_| what.delete_branch) {
        branch::not_checked_out(repo, &what.branch)?;
        RefChange::default().delete(&refs::head(&what.branch), &tip).must(repo, "batchprp: finished")?;
    }
    drop(lock);
    Ok(rescued)
}

/// Says why a workspace cannot be removed, without changing anything.
pub fn check(repo: &Repo, what: &Remove) -> Result<()> {
    let lock = record::lock(repo, &what.branch)?;
    let repo = &repo.unhooked();
    let work = record::of(repo, &what.branch, &what.path);
    if let (Some(tip), Some(record)) = (repo.tip(&what.branch)?, record::read(&work.dir))
        && record.is_at(&what.path)
    {
        unneeded(&work, &record, &tip)?;
    }
    drop(lock);
    Ok(())
}

/// Saves everything in the workspace of a branch that is set aside, and removes it.
pub fn set_aside(repo: &Repo, branch: &str, tip: &str, run: &str) -> Result<Vec<Rescue>> {
    let lock = record::lock(repo, branch)?;
    let repo = &repo.unhooked();
    let Some(place) = all(repo).into_iter().find(|found| found.branch == branch) else { return Ok(Vec::new()) };
    let what = Remove { path: place.path, branch: branch.to_owned(), ..Remove::default() };
    let Some((work, mut record)) = found(repo, &what, Some(tip))? else { return Ok(Vec::new()) };
    let owner = Owner { run, item: branch };
    let order = Order { branch: Some(branch), commit: tip, batch: record.batch.as_deref(), ..Order::default() };
    placement::connect(&work, &mut record.clone(), &order)?;
    let mut placed = placement::place(&work, branch, tip, record.batch.as_deref(), owner)?;
    placed.set_aside(&work, tip, owner)?;
    let checked_out = placed.here.as_deref().unwrap_or(tip);
    let what = Selection::of(&work, &record, Mode::Look);
    let (_, rescued) = rescue::save(&work, checked_out, owner, &what, &mut Vec::new())?;
    let mut rescued: Vec<Rescue> = rescued.into_iter().collect();
    branch.clone_into(&mut record.branch);
    rescued.extend(rescue::references(&work, &record, tip, owner)?);
    leftovers::leave(&work.path)?;
    record::discard(&work)?;
    drop(lock);
    Ok(rescued)
}

/// Finds the workspace; clears away what is left of one whose files are gone.
fn found(repo: &Repo, what: &Remove, tip: Option<&str>) -> Result<Option<(Workspace, Record)>> {
    let path = std::fs::canonicalize(&what.path).unwrap_or_else(|_| what.path.clone());
    let work = record::of(repo, &what.branch, &path);
    if let Some(record) = record::read(&work.dir) {
        if record.is_at(&path) {
            return Ok(Some((work, record)));
        }
        record::discard(&work)?;
    }
    let Some(linked) = linked::all(repo).into_iter().find(|linked| linked.path.as_ref() == Some(&path)) else {
        return Ok(None);
    };
    if linked.marker().is_none() {
        return Err(refuse(format!("`{}` is a worktree that batchprp did not make", path.display())));
    }
    let (Some(tip), true) = (tip, path.is_dir()) else {
        linked.discard(repo)?;
        return Ok(None);
    };
    match find::find(&work, &mut Vec::new())? {
        Place::Linked(linked) => {
            let order = Order { branch: Some(&what.branch), commit: tip, ..Order::default() };
            takeover::take_over(&work, &linked, &order, &mut Vec::new()).map(|record| Some((work, record)))
        }
        Place::Ours(record) => Ok(Some((work, record))),
        Place::Free => Ok(None),
    }
}

/// Refuses when a workspace holds something that would be lost; saves what can be saved.
fn spare(work: &Workspace, record: &Record, tip: &str) -> Result<Vec<Rescue>> {
    unneeded(work, record, tip)?;
    rescue::references(work, record, tip, Owner { run: &record.run, item: &record.item })
}

fn unneeded(work: &Workspace, record: &Record, tip: &str) -> Result<()> {
    let named = format!("`{}`", work.path.display());
    if work.file("resolving").exists() {
        return Err(refuse(format!("a merge is being resolved in {named}")));
    }
    if let [pid, ..] = busy::occupants(&work.path)[..] {
        return Err(refuse(format!("process {pid} works in {named}")).help("leave the directory first"));
    }
    let head = agent::head(work)?;
    if let Some(commit) = head.commit().filter(|commit| *commit != tip)
        && history::relation(work, commit, tip, None)? != Relation::Behind
    {
        return Err(refuse(format!("{named} is at a commit that its branch does not have")));
    }
    if work.entries().is_none() {
        tree::begin(work, tip)?;
    }
    stage::stage(work, &Selection::of(work, record, Mode::Look))?;
    let tree = tree::write(work)?;
    if tree == rescue::tree_of(work, tip)? {
        return Ok(());
    }
    let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", tip, &tree];
    let files = work.git().args(args).list()?;
    match files.first() {
        None => Ok(()),
        Some(first) => Err(refuse(format!("{} uncommitted in {named}, such as `{first}`", files.len()))
            .help("commit or remove them; batchprp deletes nothing that is not committed")),
    }
}

/// Deletes what killed removals left of workspaces in a folder: the run that finds all its work done has no other reason
/// to look there.
pub fn sweep(repo: &Repo, worktrees: &Path) {
    if leftovers::any(repo, worktrees) {
        leftovers::sweep(repo, &worktrees.join("any"));
    }
}

//! What lies where a workspace belongs: ours, of an earlier version, nothing, or somebody else's.

use std::fs;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::place::leftovers;
use crate::host::git::workspace::place::linked::{self, Linked};
use crate::host::git::workspace::place::record::{self, Record, free_name};
use crate::host::git::workspace::place::space::Workspace;

/// What was found at the path of a workspace.
#[derive(Debug)]
pub(crate) enum Place {
    Ours(Record),
    /// A linked worktree that an earlier version made for the item.
    Linked(Linked),
    Free,
}

/// Finds what lies at the path; clears away what is ours and broken, refuses what is foreign.
pub(crate) fn find(work: &Workspace, repaired: &mut Vec<String>) -> Result<Place> {
    let (repo, path) = (&work.repo, &work.path);
    let there = fs::symlink_metadata(path).is_ok();
    let record = record::read(&work.dir);
    if let Some(record) = record.as_ref().filter(|record| there && record.is_at(path)) {
        elsewhere(work, None, repaired)?;
        let moved = Record { path: path.clone(), place: record::place(path).unwrap_or_default(), ..record.clone() };
        if moved != *record {
            moved.write(work)?;
        }
        return Ok(Place::Ours(moved));
    }
    if let Some(record) = record.filter(|record| record.path != *path && record.is_at(&record.path)) {
        return Err(refuse(format!("the workspace of `{}` is in `{}`", record.branch, record.path.display()))
            .help(format!("move it to `{}`, or set `paths.worktrees` to where it was", path.display())));
    }
    let linked = linked::all(repo).into_iter().find(|linked| linked.path.as_ref() == Some(path));
    elsewhere(work, linked.as_ref(), repaired)?;
    if let Some(linked) = linked {
        if let Some(linked) = ours(work, linked, there, repaired)? {
            return Ok(Place::Linked(linked));
        }
    } else if there {
        make_room(work, repaired)?;
    } else if work.dir.exists() {
        // Killed before it was handed over, or deleted by hand: there is nothing in it that could be lost.
        repaired.push(format!("`{}` was missing; it is made again", path.display()));
    }
    Ok(Place::Free)
}

/// Refuses a branch that is checked out at another place, where its files would not move with it.
fn elsewhere(work: &Workspace, here: Option<&Linked>, repaired: &mut Vec<String>) -> Result<()> {
    let repo = &work.repo;
    let branch = linked::Head::Branch(work.name());
    if linked::head(repo, repo.common_dir())? == branch {
        return Err(refuse(format!(
            "`{}` is checked out in the main checkout, which batchprp never touches",
            work.name()
        ))
        .help("switch to another branch there: `git switch -`"));
    }
    for other in linked::all(repo) {
        if here.is_some_and(|here| here.dir == other.dir) || linked::head(repo, &other.dir)? != branch {
            continue;
        }
        let place = other.path.as_deref().unwrap_or(&other.dir);
        if place.exists() && !other.is_half_made() || other.is_locked() {
            return Err(refuse(format!("`{}` is checked out in `{}`", work.name(), place.display()))
                .help(format!("when nothing there is needed any more: `git worktree remove {}`", place.display())));
        }
        other.discard(repo)?;
        repaired.push(format!("`{}` was registered for `{}` but missing", place.display(), work.name()));
    }
    Ok(())
}

/// Tells what a linked worktree at the path is: ours from an earlier version, or somebody else's; clears away the rest.
fn ours(work: &Workspace, linked: Linked, there: bool, repaired: &mut Vec<String>) -> Result<Option<Linked>> {
    let (repo, path) = (&work.repo, &work.path);
    if linked.is_half_made() {
        // Nobody has worked in it. What is there was checked out by git itself.
        if there {
            leftovers::leave(path)?;
        }
        linked.discard(repo)?;
        repaired.push(format!("`{}` was half made; it is made again", path.display()));
        return Ok(None);
    }
    if !there {
        linked.discard(repo)?;
        repaired.push(format!("`{}` was registered but missing; it is made again", path.display()));
        return Ok(None);
    }
    let marked = linked.marker().is_some_and(|marker| marker.branch == work.name());
    if marked || linked::head(repo, &linked.dir)? == linked::Head::Branch(work.name()) {
        return Ok(Some(linked));
    }
    Err(refuse(format!("`{}` is a worktree that batchprp did not make", path.display()))
        .help("move it away (`git worktree move`) or set `paths.worktrees` to another folder"))
}

/// Makes the path free for a new workspace.
fn make_room(work: &Workspace, repaired: &mut Vec<String>) -> Result<()> {
    let path = &work.path;
    let is_folder = fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir());
    if is_folder && failpoint::around("workspace.room", || fs::remove_dir(path)).is_ok() {
        return Ok(());
    }
    let pointer = fs::read_to_string(path.join(".git")).unwrap_or_default();
    let target = pointer.strip_prefix("gitdir: ").map(|target| path.join(target.trim_end()));
    let linked = target.is_some_and(|target| target.starts_with(work.repo.common_dir().join("worktrees")));
    if !linked && own::id_at(path).is_none() {
        return Err(refuse(format!("`{}` exists and is no workspace of this repository", path.display()))
            .help("move it away, or set `paths.worktrees` to another folder"));
    }
    // Files of which nothing is recorded cannot be told from work: they are kept under another name.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kept = free_name(path.parent().unwrap_or(path), &format!("{name}.left"));
    failpoint::around("workspace.keep", || fs::rename(path, &kept))
        .map_err(|e| Workspace::failed("move away", path, &e))?;
    repaired.push(format!("nothing was recorded of `{}`; its files are in `{}`", path.display(), kept.display()));
    Ok(())
}

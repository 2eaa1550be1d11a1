//! A workspace for trying commits out: on no branch, ours alone, thrown away at the end.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::workspace::agent::config;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::files::modules;
use crate::host::git::workspace::files::sparse;
use crate::host::git::workspace::files::tree;
use crate::host::git::workspace::make::build;
use crate::host::git::workspace::place::administration;
use crate::host::git::workspace::place::leftovers;
use crate::host::git::workspace::place::linked;
use crate::host::git::workspace::place::order::{Order, SILENCE};
use crate::host::git::workspace::place::record::{self, Record};
use crate::host::git::workspace::place::space::Workspace;

/// Returns the canonical place of a scratch workspace and makes the folder around it.
pub fn place(repo: &Repo, path: &Path) -> Result<PathBuf> {
    record::locate(repo, path)
}

/// Tells whether the workspace is there, whole.
pub fn exists(repo: &Repo, path: &Path) -> bool {
    recorded(repo, path).is_some_and(|(work, record)| record.is_at(path) && work.entries().is_some())
}

/// Makes the scratch workspace, in place of any older one, at a commit.
pub fn make(repo: &Repo, path: &Path, commit: &str) -> Result<PathBuf> {
    discard(repo, path)?;
    let (work, lock) = (of(repo, path), record::lock(repo, &name(path))?);
    let commit = &repo.resolve(commit)?;
    keep(repo, path, commit)?;
    build::make(&work, &Order { commit, silence: SILENCE, ..Order::default() })?;
    drop(lock);
    Ok(path.to_owned())
}

/// Brings the scratch workspace to another commit. What the commands before built and git ignores stays.
pub fn go(repo: &Repo, path: &Path, commit: &str) -> Result<()> {
    let lock = record::lock(repo, &name(path))?;
    let (work, _) = recorded(repo, path).ok_or_else(|| {
        refuse(format!("the workspace `{}` is gone", path.display())).help("run the same command again")
    })?;
    let commit = &repo.resolve(commit)?;
    keep(repo, path, commit)?;
    work.unlock()?;
    sparse::carry(&work, &config::settings(repo.configuration()?), &[], commit)?;
    tree::check_out(&work, commit)?;
    modules::reset(&work, SILENCE)?;
    administration::detach(&work, commit)?;
    own::tell(&work, None, commit)?;
    drop(lock);
    Ok(())
}

/// Lists the files of its commit that are others in the scratch workspace now, or gone. Submodules are not looked at.
pub fn changed(repo: &Repo, path: &Path) -> Result<Vec<String>> {
    let work = of(repo, path);
    let args = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=all"];
    work.git().args(args).list()
}

/// Removes the scratch workspace and whatever a killed run left of one.
pub fn discard(repo: &Repo, path: &Path) -> Result<()> {
    let parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
    let path = &parent.map_or_else(|| path.to_owned(), |parent| parent.join(name(path)));
    let work = of(repo, path);
    let linked = linked::all(repo).into_iter().find(|linked| linked.path.as_ref() == Some(path));
    let there = fs::symlink_metadata(path).is_ok();
    if !there && linked.is_none() && !work.dir.exists() {
        return Ok(());
    }
    let lock = record::lock(repo, &name(path))?;
    leftovers::wait_for_the_dead(repo, &work);
    drop(locks::sweep(repo.common_dir()));
    leftovers::sweep(repo, path);
    if there {
        // Only what was checked out there for us, or nothing at all, is ours to take away.
        let empty = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        let ours = record::read(&work.dir).is_some_and(|record| record.is_at(path));
        if !ours && !empty && linked.is_none() {
            return Err(refuse(format!("`{}` exists and is no workspace that batchprp made", path.display()))
                .help("move it away: merges are tried out there"));
        }
        leftovers::leave(path)?;
    }
    if let Some(linked) = linked {
        linked.discard(repo)?;
    }
    record::discard(&work)?;
    if let Some(commit) = refs::read(repo, &kept(path))? {
        RefChange::default().delete(&kept(path), &commit).apply(repo, "batchprp: tried out")?;
    }
    drop(lock);
    Ok(())
}

/// Names a commit that is tried out, so that nothing of it is pruned meanwhile.
fn keep(repo: &Repo, path: &Path, commit: &str) -> Result<()> {
    let old = refs::read(repo, &kept(path))?;
    if old.as_deref() == Some(commit) {
        return Ok(());
    }
    RefChange::default().set(&kept(path), commit, old.as_deref()).must(repo, "batchprp: tried out")
}

fn kept(path: &Path) -> String {
    format!("refs/batchprp/kept/{}", name(path))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn of(repo: &Repo, path: &Path) -> Workspace {
    record::of(&repo.unhooked(), &name(path), path)
}

fn recorded(repo: &Repo, path: &Path) -> Option<(Workspace, Record)> {
    let work = of(repo, path);
    record::read(&work.dir).map(|record| (work, record))
}

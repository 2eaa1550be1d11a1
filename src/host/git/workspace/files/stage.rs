//! Everything in a workspace, submodules included, brought into the index: each submodule by itself, before it is named.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::workspace::agent;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::agent::refs::Head;
use crate::host::git::workspace::files::links::{Link, is_empty, links};
use crate::host::git::workspace::files::tree::{self, Blocked, Mode, Selection};
use crate::host::git::workspace::mend::history::{self, Relation};
use crate::host::git::workspace::objects::{quarantine, transfer};
use crate::host::git::workspace::place::administration;
use crate::host::git::workspace::place::record::Record;
use crate::host::git::workspace::place::space::Workspace;

/// A submodule that moved to another commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submodule {
    pub path: String,
    pub commit: String,
    /// The project has that commit; nobody else needs to have it.
    pub kept: bool,
}

/// Stages everything in the workspace.
pub(crate) fn stage(work: &Workspace, what: &Selection<'_>) -> std::result::Result<(), Blocked> {
    quarantine::make(work)?;
    work.unlock()?;
    let before = work.entries().ok_or_else(|| {
        refuse(format!("the index of `{}` is damaged", work.path.display()))
            .help("run the same command again: it is made anew")
    })?;
    let links = links(work, &before)?;
    tree::stage(work, what, &links)?;
    modules(work, &links, what.mode)
}

/// Stages what became of submodules.
fn modules(work: &Workspace, links: &[Link], mode: Mode<'_>) -> std::result::Result<(), Blocked> {
    let mut commits = Vec::new();
    for link in links {
        let Some(module) = &link.module else {
            unused(work, link)?;
            continue;
        };
        let commit = one(module, mode)?;
        commits.extend(format!("160000 {commit}\t{}\0", link.path).into_bytes());
    }
    if !commits.is_empty() {
        work.changing().args(["update-index", "--add", "-z", "--index-info"]).input(commits).ok()?;
    }
    Ok(())
}

/// Refuses files in the folder of a submodule of which the project has nothing: no commit could hold them.
fn unused(work: &Workspace, link: &Link) -> std::result::Result<(), Blocked> {
    if is_empty(&work.path.join(&link.path)) { Ok(()) } else { Err(Blocked::Submodule(link.path.clone())) }
}

/// Returns the commit of a submodule, made of its files where they differ from what is checked out. When it is only
/// looked at, the tree stands for such a commit.
fn one(sub: &Workspace, mode: Mode<'_>) -> std::result::Result<String, Blocked> {
    let told = fs::read_to_string(sub.file("HEAD")).unwrap_or_default().trim().to_owned();
    let found = history::examine(sub, &told, None)?;
    if let Relation::Unreadable(reason) = &found.relation {
        return Err(Blocked::Other(
            refuse(reason.clone()).help("the submodule can be made anew by `git submodule update`"),
        ));
    }
    let here = found.head.commit().unwrap_or(&told).to_owned();
    if here != told || sub.entries().is_none() {
        tree::begin(sub, &here)?;
    }
    stage(sub, &Selection { mode, ..Selection::default() })?;
    let tree = tree::write(sub)?;
    let tree_of = |commit: &str| sub.git().args(["rev-parse", "--verify", &format!("{commit}^{{tree}}")]).text();
    let Mode::Commit { message } = mode else {
        return Ok(if tree == tree_of(&here)? { here } else { tree });
    };
    let commit = if tree == tree_of(&here)? {
        here
    } else if found.relation == Relation::Behind && tree == tree_of(&told)? {
        told.clone()
    } else {
        tree::commit(sub, &tree, &[&here], message)?
    };
    if commit != told {
        keep(sub, &format!("refs/batchprp/kept/{commit}"), &commit)?;
        administration::detach(sub, &commit)?;
    }
    let branch = match &found.head {
        Head::Branch(name, _) => Some(name.as_str()),
        Head::Detached(_) | Head::Broken => None,
    };
    own::tell(sub, branch, &commit)?;
    Ok(commit)
}

/// Lets the project keep a commit of a submodule under a reference of its own.
fn keep(sub: &Workspace, reference: &str, commit: &str) -> Result<()> {
    quarantine::name(sub, &sub.repo, |repo| {
        let args = ["update-ref", "-m", "batchprp: submodule", "--no-deref", reference, commit];
        repo.git_in(&sub.store, repo.root()).args(args).changes(repo.common_dir()).ok().map(drop)
    })
}

/// Tells whether the project has a commit of one of its submodules.
pub(crate) fn is_kept(work: &Workspace, path: &str, commit: &str) -> Result<bool> {
    let entries = work.entries().unwrap_or_default();
    let link = links(work, &entries)?.into_iter().find(|link| link.path == path);
    match link.and_then(|link| link.module) {
        Some(sub) => Ok(sub.home().args(["cat-file", "-e", commit]).run()?.code == 0),
        None => Ok(false),
    }
}

/// Saves commits of a submodule that only the workspace has: the project keeps them under references of its own.
pub(crate) fn rescue(sub: &Workspace, record: &Record) -> Result<()> {
    let told = fs::read_to_string(sub.file("HEAD")).unwrap_or_default().trim().to_owned();
    let mut found: Vec<String> = agent::head(sub)?.commit().map(str::to_owned).into_iter().collect();
    found.extend(agent::all(sub)?.into_values());
    found.extend(agent::stashed(sub)?);
    found.sort();
    found.dedup();
    for commit in found.into_iter().filter(|commit| *commit != told) {
        // What cannot be read cannot be saved.
        let lines = transfer::fetch(sub, &commit, &told).unwrap_or_default();
        if lines.iter().any(|line| line.is_new) {
            keep(sub, &format!("refs/batchprp/rescue/{}/{commit}", record.branch), &commit)?;
        }
    }
    Ok(())
}

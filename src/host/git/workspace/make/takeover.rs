//! Linked worktrees in which earlier versions carried out items: each becomes a workspace where it stands.

use std::fs;
use std::path::Path;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::workspace::agent::config;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::files::links;
use crate::host::git::workspace::files::tree;
use crate::host::git::workspace::make::build;
use crate::host::git::workspace::place::administration;
use crate::host::git::workspace::place::leftovers::MAKING;
use crate::host::git::workspace::place::linked::{Head, Linked, head};
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::{self, Record, free_name};
use crate::host::git::workspace::place::space::Workspace;

/// Marks of earlier versions in the administration of a worktree, and what they are called now.
const MARKS: [(&str, &str); 3] = [
    ("batchprp-resolve", "resolving"),
    ("batchprp-resolve-agent", "resolving-agent"),
    ("batchprp-furnished", "set-up.json"),
];

/// Files of a merge that is being resolved.
const MERGE: [&str; 4] = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE"];

/// Makes a workspace of a linked worktree. Its files stay as they are; what is checked out there, index and a merge that
/// is being resolved are carried over, so that nothing is lost and everything is looked at as in any other workspace.
pub(crate) fn take_over(
    work: &Workspace,
    linked: &Linked,
    order: &Order<'_>,
    repaired: &mut Vec<String>,
) -> Result<Record> {
    let repo = &work.repo;
    for lock in ["index.lock", "HEAD.lock"].map(|name| linked.dir.join(name)) {
        if lock.exists() && !locks::clear(repo.common_dir(), &lock) {
            return Err(refuse(format!("`{}` is held by a running git process", lock.display()))
                .help(format!("end that process; when none is running: `rm {}`", lock.display())));
        }
    }
    record::discard(work)?;
    administration::make(work, order.branch, order.commit)?;
    let copy = || match fs::copy(linked.dir.join("index"), work.file("index")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        done => done,
    };
    failpoint::around("takeover.index", copy).map_err(|e| Workspace::failed("write into", &work.dir, &e))?;
    if work.entries().is_none() {
        tree::begin(work, order.commit)?;
    }
    for (old, new) in MARKS {
        let text = fs::read(linked.dir.join(old)).ok();
        let text = text.map(|text| if new == "set-up.json" { br#"{"made":[]}"#.to_vec() } else { text });
        if let Some(text) = text {
            failpoint::around("takeover.mark", || fs::write(work.file(new), text))
                .map_err(|e| Workspace::failed("write into", &work.dir, &e))?;
        }
    }
    let record = replace(work, linked, order)?;
    linked.discard(repo)?;
    repaired.push(format!("the worktree `{}` of an earlier version is a workspace now", work.path.display()));
    Ok(record)
}

/// Puts a repository in the place of the pointer to the administration.
fn replace(work: &Workspace, linked: &Linked, order: &Order<'_>) -> Result<Record> {
    let checked_out = head(&work.repo, &linked.dir)?;
    let (branch, commit) = match &checked_out {
        Head::Branch(name) => (Some(name.as_str()), work.repo.tip(name)?),
        Head::Detached(commit) => (None, work.repo.commit(commit)?),
        Head::Broken => (order.branch, None),
    };
    let settings = config::read(work.home())?;
    let theirs = Order { branch, commit: commit.as_deref().unwrap_or(order.commit), ..order.clone() };
    let seed = build::repository(work, &theirs, &settings, links::addresses(work)?)?;
    let parent = work.path.parent().unwrap_or(&work.path);
    let aside = free_name(parent, &format!("{MAKING}repository"));
    let failed = |e: std::io::Error| Workspace::failed("write into", &work.path, &e);
    failpoint::around("workspace.folder", || fs::create_dir(&aside)).map_err(failed)?;
    own::build(work, &aside, &seed)?;
    for name in MERGE {
        if let Ok(text) = fs::read(linked.dir.join(name)) {
            failpoint::around("takeover.merge", || fs::write(aside.join(name), text)).map_err(failed)?;
        }
    }
    let record = order.record(seed.id, &work.path);
    record.write(work)?;
    let git = work.path.join(".git");
    set_aside(&git)?;
    failpoint::around("repository.place", || fs::rename(&aside, &git)).map_err(failed)?;
    Ok(record)
}

/// Takes the pointer of a linked worktree away; a repository that somebody made in its place is kept.
fn set_aside(git: &Path) -> Result<()> {
    let Ok(facts) = fs::symlink_metadata(git) else { return Ok(()) };
    if facts.is_dir() {
        let top = git.parent().unwrap_or(git);
        let name = top.file_name().unwrap_or_default().to_string_lossy();
        let kept = free_name(top.parent().unwrap_or(top), &format!("{name}.git.left"));
        return failpoint::around("repository.keep", || fs::rename(git, &kept))
            .map_err(|e| Workspace::failed("move away", git, &e));
    }
    failpoint::around("takeover.pointer", || fs::remove_file(git)).map_err(|e| Workspace::failed("remove", git, &e))
}

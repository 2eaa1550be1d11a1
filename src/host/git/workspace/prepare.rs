//! The workspace of an item: made or mended, brought to the tip of its branch, never reset before what is in it was
//! saved.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Result;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::host::git::workspace::branch;
use crate::host::git::workspace::deviation::Deviation;
use crate::host::git::workspace::files::modules;
use crate::host::git::workspace::make::build;
use crate::host::git::workspace::make::takeover;
use crate::host::git::workspace::mend::broken;
use crate::host::git::workspace::mend::rescue::Rescue;
use crate::host::git::workspace::mend::settle::{self, Settled};
use crate::host::git::workspace::objects::quarantine;
use crate::host::git::workspace::place::find::{self, Place};
use crate::host::git::workspace::place::leftovers;
use crate::host::git::workspace::place::order::{Order, SILENCE};
use crate::host::git::workspace::place::record::{self, Record};
use crate::host::git::workspace::place::space::Workspace;

/// What an item needs before its recipe starts.
#[derive(Clone, Debug, Default)]
pub struct Prepare {
    pub branch: String,
    /// Commit from which a new branch starts.
    pub start: String,
    pub path: PathBuf,
    pub run: String,
    /// Id of the PRP.
    pub item: String,
    pub attempt: u32,
    /// Leaves uncommitted work where it is: the result of a finished agent that is about to be adopted.
    pub keep_changes: bool,
    /// The batch branch: it can be seen in the workspace, and what it holds is foreign to no item.
    pub batch: Option<String>,
    /// Remotes of the project that the workspace has too.
    pub remotes: Vec<String>,
    /// Files that the item declares. They are there although the checkout is sparse, and taken although git ignores them.
    pub declared: Vec<String>,
    /// Paths that never enter a commit, such as `.ce/tmp`.
    pub exclude: Vec<String>,
    /// Longest silence of git while it checks out; five minutes when it is zero.
    pub silence: Duration,
}

/// A workspace that is ready to be worked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    pub path: PathBuf,
    pub branch: String,
    /// Commit where the branch started.
    pub base: String,
    /// Tip of the branch, which is checked out.
    pub tip: String,
    /// The last checkpoint of ours on the branch, or where it started: what was done since then is nobody's proof yet.
    pub since: String,
    pub item: String,
    pub run: String,
    /// Commits of the workspace that became part of the branch now.
    pub adopted: usize,
    /// What was done there to branches and history.
    pub deviations: Vec<Deviation>,
    /// Work that was found and saved.
    pub rescued: Vec<Rescue>,
    /// What had to be mended, for the event stream.
    pub repaired: Vec<String>,
}

/// Makes or mends branch and workspace of an item.
pub fn prepare(repo: &Repo, want: &Prepare) -> Result<Prepared> {
    refs::check_branch(&want.branch)?;
    let lock = record::lock(repo, &want.branch)?;
    let repo = &repo.unhooked();
    let path = record::locate(repo, &want.path)?;
    let work = record::of(repo, &want.branch, &path);
    let mut repaired = Vec::new();
    leftovers::wait_for_the_dead(repo, &work);
    repaired.extend(locks::sweep(repo.common_dir()));
    leftovers::sweep(repo, &path);
    temporary::sweep(repo);
    quarantine::heal(&work)?;
    repaired.extend(broken::mend(repo, &want.branch, Some(&work))?);
    let start = branch::item(repo, &want.branch, &want.start, &mut repaired)?;
    let silence = if want.silence.is_zero() { SILENCE } else { want.silence };
    let order = Order {
        branch: Some(&want.branch),
        commit: &start.tip,
        batch: want.batch.as_deref(),
        remotes: &want.remotes,
        declared: &want.declared,
        exclude: &want.exclude,
        run: &want.run,
        item: &want.item,
        silence,
    };
    let place = find::find(&work, &mut repaired)?;
    let found = match place {
        Place::Ours(found) => Some(found),
        Place::Linked(linked) => Some(takeover::take_over(&work, &linked, &order, &mut repaired)?),
        Place::Free => None,
    };
    let settled = if let Some(found) = found {
        settle::settle(&work, &found, &order, want.keep_changes, &mut repaired)?
    } else {
        build::make(&work, &order)?;
        Settled { tip: start.tip.clone(), ..Settled::default() }
    };
    reachable(&work, want)?;
    drop(lock);
    let recorded = refs::read(repo, &refs::item(&want.branch))?;
    Ok(Prepared {
        path,
        branch: want.branch.clone(),
        since: recorded.unwrap_or_else(|| start.base.clone()),
        base: start.base,
        tip: settled.tip,
        item: want.item.clone(),
        run: want.run.clone(),
        adopted: settled.adopted,
        deviations: settled.deviations,
        rescued: settled.rescued,
        repaired,
    })
}

/// Refuses, before an agent is paid, what could never be committed.
fn reachable(work: &Workspace, want: &Prepare) -> Result<()> {
    if want.declared.is_empty() {
        return Ok(());
    }
    for path in modules::missing(work)? {
        let inside =
            |file: &&String| file.trim_start_matches("./").strip_prefix(&path).is_some_and(|f| f.starts_with('/'));
        if let Some(file) = want.declared.iter().find(inside) {
            return Err(refuse(format!(
                "{} declares `{file}` in the submodule `{path}`, which is not initialised in this project",
                want.item
            ))
            .help(format!("initialise it in your checkout and run again: `git submodule update --init {path}`")));
        }
    }
    Ok(())
}

/// Finds the workspace that was prepared before.
pub(crate) fn workspace(repo: &Repo, prepared: &Prepared) -> Result<Workspace> {
    recorded(repo, prepared).map(|(work, _)| work)
}

/// Finds the workspace that was prepared before, and what is recorded of it.
pub(crate) fn recorded(repo: &Repo, prepared: &Prepared) -> Result<(Workspace, Record)> {
    let last = prepared.path.file_name().unwrap_or_default().to_string_lossy();
    let name = if prepared.branch.is_empty() { &*last } else { prepared.branch.as_str() };
    let work = record::of(repo, name, &prepared.path);
    let record = record::read(&work.dir).filter(|record| record.path == prepared.path);
    let gone = || {
        refuse(format!("the workspace `{}` of {} is gone", prepared.path.display(), prepared.item))
            .help("run the same command again: the workspace is made anew from the branch")
    };
    record.filter(|_| prepared.path.is_dir()).map(|record| (work, record)).ok_or_else(gone)
}

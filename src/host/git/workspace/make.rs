//! A new workspace: made aside by anybody at any time, and whole when it takes its place in one step.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use super::agent::config::{self, Setting};
use super::agent::own;
use super::agent::seed::{self, Carry};
use super::agent::view;
use super::leftovers::MAKING;
use super::objects::quarantine;
use super::record::{self, Record, free_name};
use super::space::Workspace;
use super::{modules, sparse};
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::state;

/// What a workspace is made for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order<'a> {
    /// Branch that is checked out; `None` where commits are only tried out.
    pub(crate) branch: Option<&'a str>,
    pub(crate) commit: &'a str,
    pub(crate) batch: Option<&'a str>,
    pub(crate) remotes: &'a [String],
    /// Files that must be there, also where the checkout is sparse.
    pub(crate) declared: &'a [String],
    /// Paths that never enter a commit.
    pub(crate) exclude: &'a [String],
    pub(crate) run: &'a str,
    pub(crate) item: &'a str,
    /// Longest silence of git while it checks out.
    pub(crate) silence: Duration,
}

/// Makes a workspace where nothing is.
pub(crate) fn make(work: &Workspace, order: &Order<'_>) -> Result<Record> {
    let parent = work.path.parent().unwrap_or(&work.path);
    let name = work.path.file_name().unwrap_or_default().to_string_lossy();
    let aside = free_name(parent, &format!("{MAKING}{name}"));
    let made = fill(work, order, &aside).and_then(|record| {
        let record = Record { path: work.path.clone(), ..record };
        record.write(work)?;
        failpoint::around("workspace.place", || fs::rename(&aside, &work.path))
            .map_err(|e| Workspace::failed("make", &work.path, &e))?;
        Ok(record)
    });
    if made.is_err() {
        failpoint::quietly("workspace.give-up", || drop(fs::remove_dir_all(&aside)));
        drop(record::discard(work));
    }
    made
}

/// Makes everything of a workspace at another place, except for the record.
fn fill(work: &Workspace, order: &Order<'_>, aside: &Path) -> Result<Record> {
    record::discard(work)?;
    failpoint::around("workspace.folder", || fs::create_dir(aside))
        .map_err(|e| Workspace::failed("make", aside, &e))?;
    let work = Workspace { path: aside.to_owned(), top: aside.to_owned(), ..work.clone() };
    let settings = config::read(work.home())?;
    orchestrators(&work, order.branch, order.commit)?;
    sparse::carry(&work, &settings, order.declared)?;
    check_out(&work, order.commit, order.silence)?;
    let modules = modules::initialise(&work, order.silence)?;
    let seed = repository(&work, order, &settings, modules)?;
    let git = aside.join(".git");
    failpoint::around("workspace.folder", || fs::create_dir_all(&git))
        .map_err(|e| Workspace::failed("make", &git, &e))?;
    own::build(&work, &git, &seed)?;
    Ok(order.record(seed.id, aside))
}

impl Order<'_> {
    /// Makes the record of a workspace that lies at a place.
    pub(crate) fn record(&self, id: String, path: &Path) -> Record {
        Record {
            run: self.run.to_owned(),
            item: self.item.to_owned(),
            branch: self.branch.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            id,
            place: record::place(path).unwrap_or_default(),
            batch: self.batch.map(str::to_owned),
            remotes: self.remotes.to_vec(),
            exclude: self.exclude.to_vec(),
            declared: self.declared.to_vec(),
        }
    }
}

/// Collects what the repository of a workspace is made from, and keeps what it is compared with later.
pub(crate) fn repository(
    work: &Workspace,
    order: &Order<'_>,
    settings: &[Setting],
    modules: Vec<(String, String)>,
) -> Result<seed::Seed> {
    let carry = Carry {
        branch: order.branch.map(str::to_owned),
        commit: order.commit.to_owned(),
        batch: order.batch.map(str::to_owned),
        remotes: order.remotes.to_vec(),
        worktree: None,
        modules,
    };
    let seed = seed::collect(work, settings, carry)?;
    for (name, text) in [("config.agent", &seed.config), ("refs.agent", &seed.refs)] {
        let file = work.file(name);
        failpoint::around("workspace.keep", || state::write_private(&file, text.as_bytes()))
            .map_err(|e| Workspace::failed("write", &file, &e))?;
    }
    Ok(seed)
}

/// Makes the git directory of the orchestrator for a workspace.
pub(crate) fn orchestrators(work: &Workspace, branch: Option<&str>, commit: &str) -> Result<()> {
    let reftable = view::has_tables(work);
    let head = branch.map(|branch| format!("ref: {}", refs::head(branch)));
    let text = head.as_ref().filter(|_| !reftable).cloned().unwrap_or_else(|| commit.to_owned());
    let fill = || {
        DirBuilder::new().recursive(true).mode(0o700).create(work.file("info"))?;
        // In full: nothing but this program looks here, and a project that is moved makes its workspaces anew.
        let mut common = work.store.as_os_str().to_owned();
        common.push("\n");
        fs::write(work.file("commondir"), common.as_encoded_bytes())?;
        fs::write(work.file("HEAD"), text + "\n")
    };
    failpoint::around("workspace.administration", fill).map_err(|e| Workspace::failed("make", &work.dir, &e))?;
    quarantine::make(work)?;
    if !reftable {
        return Ok(());
    }
    let tables = work.file("reftable");
    failpoint::around("workspace.administration", || {
        fs::create_dir_all(&tables)?;
        fs::write(work.file("HEAD"), "ref: refs/heads/.invalid\n")
    })
    .map_err(|e| Workspace::failed("make", &tables, &e))?;
    match branch {
        Some(branch) => work.direct().args(["symbolic-ref", "HEAD", &refs::head(branch)]),
        None => work.direct().args(["update-ref", "--no-deref", "HEAD", commit]),
    }
    .changes(work.repo.common_dir())
    .ok()
    .map(drop)
}

/// Points the HEAD of the orchestrator at a commit.
pub(crate) fn detach(work: &Workspace, commit: &str) -> Result<()> {
    if view::has_tables(work) {
        let args = ["update-ref", "--no-deref", "HEAD", commit];
        return work.direct().args(args).changes(work.repo.common_dir()).ok().map(drop);
    }
    let head = work.file("HEAD");
    failpoint::around("workspace.head", || state::write_private(&head, format!("{commit}\n").as_bytes()))
        .map_err(|e| Workspace::failed("write", &head, &e))
}

/// Fills empty working files from a commit, however long that takes as long as it goes on.
pub(crate) fn check_out(work: &Workspace, commit: &str, silence: Duration) -> Result<()> {
    let args = ["read-tree", "--reset", "-u", "-v", commit];
    let git = work.direct().args(args).changes(work.repo.common_dir());
    git.silence(silence).ok().map(drop)
}

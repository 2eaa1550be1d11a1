//! The git directory of the orchestrator for a workspace: made, pointed at a commit, used to fill the working files.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::git::workspace::agent::view;
use crate::host::git::workspace::objects::quarantine;
use crate::host::git::workspace::place::space::Workspace;
use crate::host::state;

/// Makes the git directory of the orchestrator for a workspace.
pub(crate) fn make(work: &Workspace, branch: Option<&str>, commit: &str) -> Result<()> {
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
    git.silence(silence).ok().map(drop).map_err(|error| {
        if !error.message.contains("said nothing") {
            return error;
        }
        let message = format!("{}; `worktree.checkout_silence` gives it longer", error.message);
        Error { message, ..error }
    })
}

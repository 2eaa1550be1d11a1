//! The quarantine as a repository of its own, in which objects are read and written without starting git.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::sync::Arc;

use super::quarantine;
use crate::error::{Error, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::store::{Read, Store};
use crate::host::git::workspace::place::space::Workspace;

/// Libgit2 flushes each object that it writes there: what is published later is on the disk already.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsyncObjectFiles = true\n";

/// Opens the quarantine of a workspace: everything that waits there, and everything of the project.
pub(crate) fn open(work: &Workspace) -> Result<Arc<Store>> {
    let pen = work.file("pen");
    if !work.repo.store().is_readable() {
        return Ok(Arc::new(Store::unreadable(&pen)));
    }
    quarantine::make(work)?;
    let fill = || {
        DirBuilder::new().recursive(true).mode(0o700).create(pen.join("refs"))?;
        drop(fs::remove_file(pen.join("objects")));
        symlink("../objects", pen.join("objects"))?;
        fs::write(pen.join("config"), CONFIG)?;
        fs::write(pen.join("HEAD"), "ref: refs/heads/.invalid\n")
    };
    if !pen.join("HEAD").exists() {
        work.repo.leave(&pen);
        failpoint::around("objects.pen", fill).map_err(|e| Workspace::failed("write into", &pen, &e))?;
    }
    Ok(work.repo.beside(&pen))
}

/// Closes the quarantine of a workspace that is given up.
pub(crate) fn close(work: &Workspace) {
    work.repo.leave(&work.file("pen"));
}

/// Writes an object in quarantine without starting git, where that is as good as git's own way.
pub(crate) fn written(
    work: &Workspace,
    name: &str,
    write: impl FnOnce(&Store) -> Read<String>,
) -> Result<Option<String>> {
    if !work.repo.writes_objects() {
        return Ok(None);
    }
    let store = open(work)?;
    failpoint::around(name, || Ok::<_, Error>(write(&store).ok()))
}

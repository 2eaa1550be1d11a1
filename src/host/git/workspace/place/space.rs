//! A workspace as the orchestrator sees it: working files, and a git directory of its own to look at them with.
//!
//! That directory lies in the private state of batchprp, borrows objects, references and configuration from the project
//! (`commondir`, as a linked worktree does) and has an index and a HEAD of its own. Whoever works in the workspace has
//! a repository of theirs there (`.git`), of which no configuration is ever read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::agent::folder::Folder;
use crate::host::git::workspace::agent::index::{self, IndexEntry};

/// A workspace, or a submodule in one.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) repo: Repo,
    /// Git directory of the project, or its git directory of the submodule.
    pub(crate) store: PathBuf,
    /// Git directory of the orchestrator for these files.
    pub(crate) dir: PathBuf,
    /// Top of the working files.
    pub(crate) path: PathBuf,
    /// Top of the workspace as a whole, and where below it the git directory of whoever works there is.
    pub(crate) top: PathBuf,
    pub(crate) own: PathBuf,
}

impl Workspace {
    /// Prepares a command that looks at the files; objects that it writes are not in the project yet.
    pub(crate) fn git(&self) -> Git {
        self.direct().env("GIT_OBJECT_DIRECTORY", self.objects())
    }

    /// Prepares a command that changes the index or the files.
    pub(crate) fn changing(&self) -> Git {
        self.git().changes(self.repo.common_dir())
    }

    /// Prepares a command that reads and writes the objects of the project itself.
    pub(crate) fn direct(&self) -> Git {
        // The index is read here as one file, and copied to another place as one.
        self.repo.git_in(&self.dir, &self.path).set("core.splitIndex=false").set("core.untrackedCache=false")
    }

    /// Prepares a command on the repository to which the workspace belongs.
    pub(crate) fn home(&self) -> Git {
        self.repo.git_in(&self.store, self.repo.root())
    }

    /// Returns the name of the workspace: the branch of its item.
    pub(crate) fn name(&self) -> String {
        let name = self.dir.file_name().unwrap_or_default().to_string_lossy();
        name.replace("%2F", "/").replace("%25", "%")
    }

    /// Returns the folder in which objects wait.
    pub(crate) fn objects(&self) -> PathBuf {
        self.file("objects")
    }

    /// Returns a file of the orchestrator for this workspace.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Opens the git directory of whoever works there; `None` when it is gone or something else.
    pub(crate) fn folder(&self) -> Option<Folder> {
        Folder::open(&self.top).ok()?.below(&self.own).ok()?
    }

    /// Reads what the orchestrator knows of the files; `None` when that is missing or damaged.
    pub(crate) fn entries(&self) -> Option<Vec<IndexEntry>> {
        index::entries(&fs::read(self.file("index")).ok()?, self.id_length())
    }

    /// Returns the length of an object id in bytes.
    pub(crate) fn id_length(&self) -> usize {
        if self.repo.object_format() == "sha256" { 32 } else { 20 }
    }

    /// Removes the lock that a killed git left on the index. Returns what was removed.
    pub(crate) fn unlock(&self) -> Result<Vec<String>> {
        let mut removed = Vec::new();
        for lock in ["index.lock", "HEAD.lock"].map(|name| self.file(name)) {
            if !lock.exists() {
                continue;
            }
            if !locks::clear(&self.dir, &lock) {
                return Err(refuse(format!("`{}` is held by a running git process", lock.display()))
                    .help(format!("end that process; when none is running: `rm {}`", lock.display())));
            }
            removed.push(format!("removed `{}`, left by a killed git", lock.display()));
        }
        Ok(removed)
    }

    /// Returns what went wrong with a file as an error.
    pub(crate) fn failed(what: &str, path: &Path, error: &io::Error) -> crate::error::Error {
        let error_text = format!("cannot {what} `{}`: {error}", path.display());
        match error.raw_os_error() {
            Some(libc) if libc == nix::errno::Errno::ENOSPC as i32 => {
                refuse(error_text).help("free disk space and run the command again")
            }
            Some(_) | None => refuse(error_text).help("see to owner and permissions there, then run the command again"),
        }
    }
}

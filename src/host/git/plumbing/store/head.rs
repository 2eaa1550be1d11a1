//! HEAD of the checkout and of linked worktrees.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use super::handle::Store;

/// What a HEAD says, whether or not it leads to a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pointer {
    /// Full name of a reference.
    Reference(String),
    Commit(String),
}

/// What somebody finds who works in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkout {
    pub(crate) top: PathBuf,
    pub(crate) common_dir: PathBuf,
    /// Full name of the reference on which HEAD is.
    pub(crate) reference: String,
    pub(crate) commit: String,
}

impl Store {
    /// Returns what the `.git` of a directory leads to, when HEAD there is on a branch.
    pub(crate) fn checkout(&self, path: &Path) -> Option<Checkout> {
        let repo = self.is_readable().then(|| Repository::open(path).ok())??;
        let head = repo.find_reference("HEAD").ok()?;
        Some(Checkout {
            top: repo.workdir()?.to_owned(),
            common_dir: repo.commondir().to_owned(),
            reference: String::from_utf8_lossy(head.symbolic_target_bytes()?).into_owned(),
            commit: head.resolve().ok()?.target()?.to_string(),
        })
    }

    /// Returns what HEAD of the checkout says.
    pub(crate) fn head(&self) -> Option<Pointer> {
        self.read(|repo| {
            let head = repo.find_reference("HEAD")?;
            let name = head.symbolic_target_bytes().map(|name| String::from_utf8_lossy(name).into_owned());
            Ok(name.map(Pointer::Reference).or_else(|| head.target().map(|id| Pointer::Commit(id.to_string()))))
        })?
    }

    /// Returns what HEAD of a git directory says: that of the repository, or the administration of a linked worktree.
    pub(crate) fn head_in(&self, git_dir: &Path) -> Option<Pointer> {
        let file = git_dir.join("HEAD");
        // A symbolic link is a HEAD of a very old kind.
        if !self.is_readable() || fs::symlink_metadata(&file).ok()?.is_symlink() {
            return None;
        }
        let text = fs::read_to_string(file).ok()?;
        let text = text.trim_end();
        match text.strip_prefix("ref:") {
            Some(name) => Some(Pointer::Reference(name.trim_start().to_owned())),
            None => {
                Oid::from_str(text).ok().filter(|id| id.to_string() == text).map(|_| Pointer::Commit(text.to_owned()))
            }
        }
    }
}

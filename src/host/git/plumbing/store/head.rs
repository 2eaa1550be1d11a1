//! HEAD of the checkout and of linked worktrees.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use super::handle::{AskGit, Read, Store};

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
    pub(crate) fn checkout(&self, path: &Path) -> Read<Checkout> {
        if !self.is_readable() {
            return Err(AskGit);
        }
        let look = || {
            let repo = Repository::open(path).ok()?;
            let head = repo.find_reference("HEAD").ok()?;
            Some(Checkout {
                top: repo.workdir()?.to_owned(),
                common_dir: repo.commondir().to_owned(),
                reference: String::from_utf8_lossy(head.symbolic_target_bytes()?).into_owned(),
                commit: head.resolve().ok()?.target()?.to_string(),
            })
        };
        look().ok_or(AskGit)
    }

    /// Returns what HEAD of the checkout says.
    pub(crate) fn head(&self) -> Read<Pointer> {
        let pointer = self.read(|repo| {
            let head = repo.find_reference("HEAD")?;
            let name = head.symbolic_target_bytes().map(|name| String::from_utf8_lossy(name).into_owned());
            Ok(name.map(Pointer::Reference).or_else(|| head.target().map(|id| Pointer::Commit(id.to_string()))))
        });
        pointer?.ok_or(AskGit)
    }

    /// Returns what HEAD of a git directory says: that of the repository, or the administration of a linked worktree.
    pub(crate) fn head_in(&self, git_dir: &Path) -> Read<Pointer> {
        let file = git_dir.join("HEAD");
        // A symbolic link is a HEAD of a very old kind.
        let is_file = fs::symlink_metadata(&file).is_ok_and(|facts| facts.is_file());
        let text = fs::read_to_string(file).ok().filter(|_| self.is_readable() && is_file).ok_or(AskGit)?;
        let text = text.trim_end();
        match text.strip_prefix("ref:") {
            Some(name) => Ok(Pointer::Reference(name.trim_start().to_owned())),
            None if Oid::from_str(text).is_ok_and(|id| id.to_string() == text) => Ok(Pointer::Commit(text.to_owned())),
            None => Err(AskGit),
        }
    }
}

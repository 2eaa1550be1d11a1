//! The administration of linked worktrees: what git keeps in `worktrees/<id>` of the shared git directory.
//!
//! Read directly, because a killed git leaves states that `git worktree list` refuses to name.

use std::fs;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::store::{AskGit, Pointer};
use crate::host::lock::state_dir;

/// What we leave in the administration of a worktree that we made and verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marker {
    pub(crate) run: String,
    pub(crate) item: String,
    pub(crate) branch: String,
}

/// What HEAD of a worktree says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    Branch(String),
    Detached(String),
    /// Missing, unreadable, or pointing at nothing.
    Broken,
}

impl Head {
    fn of_reference(name: &str) -> Self {
        name.strip_prefix("refs/heads/").map_or(Self::Broken, |name| Self::Branch(name.to_owned()))
    }

    /// Tells whether a worktree is on its branch.
    pub(crate) fn is_on(&self, branch: &str) -> bool {
        matches!(self, Self::Branch(name) if name == branch)
    }
}

/// One linked worktree, whole or not.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) dir: PathBuf,
    /// Top directory of the working tree; `None` in a half-made administration.
    pub(crate) path: Option<PathBuf>,
}

/// Lists the linked worktrees of a repository, sorted by id.
pub(crate) fn all(repo: &Repo) -> Vec<Admin> {
    let Ok(entries) = fs::read_dir(repo.common_dir().join("worktrees")) else { return Vec::new() };
    let mut dirs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    dirs.sort();
    dirs.into_iter().map(|dir| Admin { path: working_tree(&dir), dir }).collect()
}

/// Returns the reference on which the main checkout is; `None` when its HEAD is detached.
pub(crate) fn main_head(repo: &Repo) -> Result<Option<String>> {
    match repo.store().head_in(repo.common_dir()) {
        Ok(Pointer::Reference(name)) => Ok(Some(name)),
        Ok(Pointer::Commit(_)) => Ok(None),
        Err(AskGit) => {
            let git = repo.git_in(repo.common_dir(), repo.root());
            let head = git.args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
            Ok((head.code == 0).then(|| head.text()))
        }
    }
}

/// Finds the administration of a working tree.
pub(crate) fn of(repo: &Repo, path: &Path) -> Option<Admin> {
    all(repo).into_iter().find(|admin| admin.path.as_deref() == Some(path))
}

fn working_tree(dir: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(dir.join("gitdir")).ok()?;
    let file = dir.join(text.trim_end_matches('\n'));
    let folder = file.parent().filter(|_| !text.trim().is_empty())?;
    Some(fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()))
}

impl Admin {
    /// Returns what HEAD of the worktree says.
    pub(crate) fn head(&self, repo: &Repo) -> Result<Head> {
        if !self.dir.join("HEAD").exists() || !self.dir.join("commondir").exists() {
            return Ok(Head::Broken);
        }
        match repo.store().head_in(&self.dir) {
            Ok(Pointer::Reference(name)) => return Ok(Head::of_reference(&name)),
            Ok(Pointer::Commit(commit)) => {
                return Ok(repo.commit(&commit)?.map_or(Head::Broken, Head::Detached));
            }
            Err(AskGit) => {}
        }
        let git = || repo.git_in(&self.dir, self.path.as_deref().unwrap_or_else(|| repo.root()));
        let branch = git().args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
        if branch.code == 0 {
            return Ok(Head::of_reference(&branch.text()));
        }
        let commit = git().args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).run()?;
        Ok(if commit.code == 0 { Head::Detached(commit.text()) } else { Head::Broken })
    }

    /// Tells whether a killed `git worktree add` left this.
    pub(crate) fn is_half_made(&self) -> bool {
        let initializing = self.lock_reason().is_some_and(|reason| reason.trim() == "initializing");
        let incomplete = ["gitdir", "HEAD", "commondir"].iter().any(|file| !self.dir.join(file).exists());
        self.marker().is_none() && (initializing || incomplete)
    }

    /// Returns why the worktree is locked, if it is.
    pub(crate) fn lock_reason(&self) -> Option<String> {
        fs::read_to_string(self.dir.join("locked")).ok()
    }

    /// Reads our own mark.
    pub(crate) fn marker(&self) -> Option<Marker> {
        serde_json::from_str(&fs::read_to_string(self.dir.join("batchprp.json")).ok()?).ok()
    }

    /// Marks the worktree as made and verified by us.
    pub(crate) fn mark(&self, marker: &Marker) -> Result<()> {
        let file = self.dir.join("batchprp.json");
        let text = serde_json::to_string(marker).unwrap_or_default();
        failpoint::around("worktree.mark", || fs::write(&file, text))
            .map_err(|e| refuse(format!("cannot write `{}`: {e}", file.display())))
    }

    /// Returns the file that exists while a person resolves a merge in the worktree.
    pub(crate) fn resolving(&self) -> PathBuf {
        self.dir.join("batchprp-resolve")
    }

    /// Returns the file that exists beside it when an agent resolves the merge: nobody's work is lost with that.
    pub(crate) fn agent_resolves(&self) -> PathBuf {
        self.dir.join("batchprp-resolve-agent")
    }

    /// Returns the file that exists when the worktree has everything that belongs there besides its commit.
    pub(crate) fn furnished(&self) -> PathBuf {
        self.dir.join("batchprp-furnished")
    }

    /// Writes the `.git` file of the working tree again when it does not lead here. Returns what was done.
    pub(crate) fn reconnect(&self, path: &Path) -> Result<Option<String>> {
        let pointer = path.join(".git");
        let wanted = format!("gitdir: {}\n", self.dir.display());
        let leads_here = |text: &str| {
            let target = text.strip_prefix("gitdir: ").map(|target| path.join(target.trim_end()));
            target.is_some_and(|target| fs::canonicalize(target).ok() == fs::canonicalize(&self.dir).ok())
        };
        if fs::read_to_string(&pointer).is_ok_and(|text| leads_here(&text)) {
            return Ok(None);
        }
        let failed = |e: std::io::Error| refuse(format!("cannot mend `{}`: {e}", pointer.display()));
        let mut what = format!("`{}` was missing and is written again", pointer.display());
        if let Ok(found) = fs::symlink_metadata(&pointer) {
            if found.is_dir() {
                // A repository that an agent made in place of ours: its history is kept beside our own files.
                let kept = free_name(&self.dir, "replaced-git");
                failpoint::around("pointer.keep", || fs::rename(&pointer, &kept)).map_err(failed)?;
                what = format!("`{}` was replaced by a repository, now in `{}`", pointer.display(), kept.display());
            } else {
                failpoint::around("pointer.remove", || fs::remove_file(&pointer)).map_err(failed)?;
                what = format!("`{}` led elsewhere and is written again", pointer.display());
            }
        }
        failpoint::around("pointer.write", || fs::write(&pointer, wanted)).map_err(failed)?;
        Ok(Some(what))
    }

    /// Takes the administration away in one step, so that no kill leaves half of it.
    pub(crate) fn discard(&self, repo: &Repo) -> Result<()> {
        let trash = state_dir(repo.common_dir())?.join("trash");
        let failed = |e: std::io::Error| refuse(format!("cannot remove `{}`: {e}", self.dir.display()));
        failpoint::around("trash.folder", || DirBuilder::new().recursive(true).mode(0o700).create(&trash))
            .map_err(failed)?;
        let name = self.dir.file_name().unwrap_or_default().to_string_lossy();
        let gone = free_name(&trash, &name);
        failpoint::around("worktree.discard", || fs::rename(&self.dir, &gone)).map_err(failed)?;
        // Git itself removes the folder with its last worktree; ours may stay for the next run to delete.
        failpoint::quietly("trash.delete", || {
            drop(fs::remove_dir(repo.common_dir().join("worktrees")));
            drop(fs::remove_dir_all(gone));
        });
        Ok(())
    }
}

/// Returns a name in a folder that is not taken.
pub(crate) fn free_name(folder: &Path, name: &str) -> PathBuf {
    let pid = std::process::id();
    let names = (0..).map(|n| folder.join(format!("{name}-{pid}-{n}")));
    names.into_iter().find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| folder.join(name))
}

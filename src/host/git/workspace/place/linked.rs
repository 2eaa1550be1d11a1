//! Linked worktrees of the project: those of the user, and those in which items were carried out by earlier versions.
//!
//! Read directly, because a killed git leaves states that `git worktree list` refuses to name.

use std::fs;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::agent::refs::is_id;
use crate::host::git::workspace::place::record::free_name;
use crate::host::git::workspace::place::space::Workspace;
use crate::host::lock::state_dir;

/// What earlier versions left in the administration of a worktree that they made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkedMark {
    pub(crate) run: String,
    pub(crate) item: String,
    pub(crate) branch: String,
}

/// What HEAD of a checkout says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    Branch(String),
    Detached(String),
    /// Missing, unreadable, or pointing at nothing.
    Broken,
}

/// One linked worktree, whole or not.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// Its folder in `worktrees` of the shared git directory.
    pub(crate) dir: PathBuf,
    /// Top directory of the working tree; `None` where that is not recorded.
    pub(crate) path: Option<PathBuf>,
}

/// Lists the linked worktrees of a repository, sorted by id.
pub(crate) fn all(repo: &Repo) -> Vec<Linked> {
    let Ok(entries) = fs::read_dir(repo.common_dir().join("worktrees")) else { return Vec::new() };
    let mut dirs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    dirs.sort();
    dirs.into_iter().map(|dir| Linked { path: working_tree(&dir), dir }).collect()
}

fn working_tree(dir: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(dir.join("gitdir")).ok()?;
    let file = dir.join(text.trim_end_matches('\n'));
    let folder = file.parent().filter(|_| !text.trim().is_empty())?;
    Some(fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()))
}

/// Returns what HEAD in a git directory of the project says.
pub(crate) fn head(repo: &Repo, git_dir: &Path) -> Result<Head> {
    let text = fs::read_to_string(git_dir.join("HEAD")).unwrap_or_default();
    let stub = "refs/heads/.invalid";
    match text.trim_end().strip_prefix("ref: ") {
        Some(name) if name != stub => {
            return Ok(name.strip_prefix("refs/heads/").map_or(Head::Broken, |name| Head::Branch(name.to_owned())));
        }
        None => {
            let id = text.trim_end();
            return Ok(if is_id(id) { Head::Detached(id.to_owned()) } else { Head::Broken });
        }
        Some(_) => {}
    }
    // A repository with reftables keeps HEAD there.
    let git = || repo.git_in(git_dir, repo.root());
    let branch = git().args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
    if branch.code == 0 {
        let name = branch.text();
        return Ok(name.strip_prefix("refs/heads/").map_or(Head::Broken, |name| Head::Branch(name.to_owned())));
    }
    let commit = git().args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).run()?;
    Ok(if commit.code == 0 { Head::Detached(commit.text()) } else { Head::Broken })
}

/// Finds the working trees in which a branch is checked out: git directory and top of each.
pub(crate) fn checkouts(repo: &Repo, branch: &str) -> Result<Vec<(PathBuf, PathBuf)>> {
    let on_branch = Head::Branch(branch.to_owned());
    let main = (repo.common_dir().to_owned(), main_top(repo)?);
    let linked = all(repo).into_iter().map(|linked| (linked.dir, linked.path));
    let mut found = Vec::new();
    for (git_dir, top) in std::iter::once(main).chain(linked) {
        let Some(top) = top.filter(|top| top.is_dir()) else { continue };
        if head(repo, &git_dir)? == on_branch {
            found.push((git_dir, top));
        }
    }
    Ok(found)
}

/// Returns the top of the main working tree; `None` where the repository is bare. What `git worktree list` says of it is
/// the git directory itself, where that lies elsewhere, as that of a submodule does.
fn main_top(repo: &Repo) -> Result<Option<PathBuf>> {
    if repo.git_dir() == repo.common_dir() {
        return Ok(Some(repo.root().to_owned()));
    }
    let file = repo.common_dir().join("config");
    let file = file.to_string_lossy();
    let get = |key: &str| repo.git().args(["config", "--file", &*file, "--get", key]).run();
    let top = get("core.worktree")?;
    if top.code == 0 {
        return Ok(fs::canonicalize(repo.common_dir().join(top.text())).ok());
    }
    let is_bare = get("core.bare")?.text() == "true";
    let is_beside = repo.common_dir().file_name().is_some_and(|name| name == ".git");
    Ok(repo.common_dir().parent().filter(|_| is_beside && !is_bare).map(Path::to_owned))
}

/// Names where a branch is checked out by somebody: in the main checkout, or in a linked worktree.
pub(crate) fn holder(repo: &Repo, branch: &str) -> Result<Option<String>> {
    let on_branch = Head::Branch(branch.to_owned());
    if head(repo, repo.common_dir())? == on_branch {
        return Ok(Some("the main checkout".to_owned()));
    }
    for linked in all(repo) {
        if head(repo, &linked.dir)? == on_branch {
            return Ok(Some(format!("`{}`", linked.path.as_deref().unwrap_or(&linked.dir).display())));
        }
    }
    Ok(None)
}

/// Finds where somebody rebases or bisects a branch: HEAD is elsewhere meanwhile, and git comes back to the branch as it was.
/// Returns the operation and its place.
pub(crate) fn reworked(repo: &Repo, branch: &str) -> Option<(&'static str, PathBuf)> {
    let own = (repo.common_dir().to_owned(), repo.root().to_owned());
    let others = all(repo).into_iter().map(|linked| (linked.dir.clone(), linked.path.unwrap_or(linked.dir)));
    let full = format!("refs/heads/{branch}");
    let says = |file: PathBuf, text: &str| std::fs::read_to_string(file).is_ok_and(|found| found.trim() == text);
    std::iter::once(own).chain(others).find_map(|(dir, place)| {
        let rebases = ["rebase-merge", "rebase-apply"].iter().any(|name| says(dir.join(name).join("head-name"), &full));
        let what = if rebases {
            "rebased"
        } else if says(dir.join("BISECT_START"), branch) {
            "bisected"
        } else {
            return None;
        };
        Some((what, place))
    })
}

impl Linked {
    /// Tells whether a killed `git worktree add` left this.
    pub(crate) fn is_half_made(&self) -> bool {
        let initializing = self.lock_reason().is_some_and(|reason| reason.trim() == "initializing");
        let incomplete = ["gitdir", "HEAD", "commondir"].iter().any(|file| !self.dir.join(file).exists());
        self.marker().is_none() && (initializing || incomplete)
    }

    /// Tells whether the user keeps git from pruning it while its folder is away.
    pub(crate) fn is_locked(&self) -> bool {
        self.lock_reason().is_some_and(|reason| reason.trim() != "initializing")
    }

    fn lock_reason(&self) -> Option<String> {
        fs::read_to_string(self.dir.join("locked")).ok()
    }

    /// Reads the mark of an earlier version.
    pub(crate) fn marker(&self) -> Option<LinkedMark> {
        serde_json::from_str(&fs::read_to_string(self.dir.join("batchprp.json")).ok()?).ok()
    }

    /// Takes the administration away in one step, so that no kill leaves half of it.
    pub(crate) fn discard(&self, repo: &Repo) -> Result<()> {
        let trash = state_dir(repo.common_dir())?.join("trash");
        let failed = |e: std::io::Error| Workspace::failed("remove", &self.dir, &e);
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

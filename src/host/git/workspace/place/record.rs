//! What batchprp knows of its workspaces: one folder each in its private state, outside of everybody else's reach.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::objects::{pen, quarantine};
use crate::host::git::workspace::place::space::Workspace;
use crate::host::lock::{Lock, state_dir};
use crate::host::owner;
use crate::host::state;

/// How long another process of ours may be busy with the same workspace.
const PATIENCE: Duration = Duration::from_secs(300);

/// The record of a workspace. It is written last, so that a folder without one was never handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) run: String,
    /// Id of the PRP; empty for a place where commits are tried out.
    pub(crate) item: String,
    /// Branch of the item; empty where there is none.
    pub(crate) branch: String,
    pub(crate) path: PathBuf,
    /// Also stands in the git directory of the workspace.
    pub(crate) id: String,
    /// Device and number of its top folder.
    pub(crate) place: (u64, u64),
    /// The batch branch, where it is known.
    #[serde(default)]
    pub(crate) batch: Option<String>,
    /// Remotes of the project that the workspace has.
    #[serde(default)]
    pub(crate) remotes: Vec<String>,
    /// Paths that never enter a commit.
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    /// Files that the item declares.
    #[serde(default)]
    pub(crate) declared: Vec<String>,
}

/// Takes the lock on one workspace; others are made and removed meanwhile.
pub(crate) fn lock(repo: &Repo, name: &str) -> Result<Lock> {
    folder(repo)?;
    Lock::repository(repo.common_dir(), &format!("workspaces/{}", plain(name)), PATIENCE)
}

/// Returns the folder in which all workspaces have theirs, making it when needed.
fn folder(repo: &Repo) -> Result<PathBuf> {
    let folder = state_dir(repo.common_dir())?.join("workspaces");
    if !folder.is_dir() {
        let make = || DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        failpoint::around("workspaces.folder", make).map_err(|e| Workspace::failed("make", &folder, &e))?;
    }
    Ok(folder)
}

/// Returns the workspace of a name, there or not: a branch, or the last component of a path.
pub(crate) fn of(repo: &Repo, name: &str, path: &Path) -> Workspace {
    Workspace {
        repo: repo.clone(),
        store: repo.common_dir().to_owned(),
        dir: repo.common_dir().join("batchprp/workspaces").join(plain(name)),
        path: path.to_owned(),
        top: path.to_owned(),
        own: PathBuf::from(".git"),
    }
}

/// Lists all workspaces that were handed over, sorted by name.
pub(crate) fn all(repo: &Repo) -> Vec<(Workspace, Record)> {
    let entries = fs::read_dir(repo.common_dir().join("batchprp/workspaces")).into_iter().flatten().flatten();
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    names.sort();
    let found = names.into_iter().filter_map(|dir| {
        let record = read(&dir)?;
        let name = if record.branch.is_empty() { dir.file_name()?.to_str()?.to_owned() } else { record.branch.clone() };
        Some((Workspace { dir, ..of(repo, &name, &record.path) }, record))
    });
    found.collect()
}

/// Reads the record in a folder.
pub(crate) fn read(dir: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(dir.join("workspace.json")).ok()?).ok()
}

impl Record {
    /// Writes the record, whole or not at all.
    pub(crate) fn write(&self, work: &Workspace) -> Result<()> {
        let file = work.file("workspace.json");
        let text = serde_json::to_vec(self).unwrap_or_default();
        failpoint::around("workspace.mark", || state::write_private(&file, &text))
            .map_err(|e| Workspace::failed("write", &file, &e))
    }

    /// Tells whether what lies at the path is the workspace that was made there.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        place(path) == Some(self.place) || own::id_at(path).is_some_and(|id| id == self.id)
    }
}

/// Returns device and number of a folder that is no link.
pub(crate) fn place(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_dir).map(|facts| (facts.dev(), facts.ino()))
}

/// Makes the name of one folder of the name of a branch.
fn plain(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

/// Takes the folder of a workspace away in one step, so that no kill leaves half of it, and deletes it.
pub(crate) fn discard(work: &Workspace) -> Result<()> {
    if !work.dir.exists() {
        return Ok(());
    }
    quarantine::heal(work)?;
    pen::close(work);
    let trash = state_dir(work.repo.common_dir())?.join("trash");
    let failed = |e: std::io::Error| Workspace::failed("remove", &work.dir, &e);
    failpoint::around("trash.folder", || DirBuilder::new().recursive(true).mode(0o700).create(&trash))
        .map_err(failed)?;
    let name = work.dir.file_name().unwrap_or_default().to_string_lossy();
    let gone = free_name(&trash, &name);
    failpoint::around("workspace.discard", || fs::rename(&work.dir, &gone)).map_err(failed)?;
    // What stays is deleted by a later run.
    failpoint::quietly("trash.delete", || drop(fs::remove_dir_all(gone)));
    Ok(())
}

/// Returns a name in a folder that is not taken, and that says which process made it.
pub(crate) fn free_name(folder: &Path, name: &str) -> PathBuf {
    let tag = owner::tag();
    let mut names = (0..).map(|n| folder.join(format!("{name}.{tag}.{n}")));
    names.find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| folder.join(name))
}

/// Tells whether the process that made a name like that is gone.
pub(crate) fn is_left_over(name: &str) -> bool {
    if let Some(tag) = name.rsplit('.').nth(1).filter(|tag| tag.contains('-')) {
        return owner::is_gone(tag);
    }
    // Earlier versions named the process by its number alone.
    let pid = name.rsplit('-').nth(1).and_then(|pid| pid.parse::<i32>().ok());
    pid.is_some_and(|pid| {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None) == Err(nix::errno::Errno::ESRCH)
    })
}

/// Tells whether this process made a name like that.
pub(crate) fn is_own(name: &str) -> bool {
    name.rsplit('.').nth(1).is_some_and(|tag| tag == owner::tag())
}

/// Returns the canonical place of a workspace and makes the folder around it.
pub(crate) fn locate(repo: &Repo, path: &Path) -> Result<PathBuf> {
    let absolute = if path.is_absolute() { path.to_owned() } else { repo.root().join(path) };
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(refuse(format!("`{}` cannot be a workspace", path.display())));
    };
    let failed = |e: std::io::Error| {
        refuse(format!("cannot make `{}`: {e}", parent.display()))
            .help("set `paths.worktrees` to a folder you may write")
    };
    failpoint::around("workspace.parent", || fs::create_dir_all(parent)).map_err(failed)?;
    let place = fs::canonicalize(parent).map_err(failed)?.join(name);
    let root = fs::canonicalize(repo.root()).unwrap_or_else(|_| repo.root().to_owned());
    if root.starts_with(&place) || place.starts_with(repo.common_dir()) {
        return Err(refuse(format!("`{}` cannot be a workspace: the repository itself is there", place.display()))
            .help("set `paths.worktrees` to a folder outside of the repository"));
    }
    Ok(place)
}

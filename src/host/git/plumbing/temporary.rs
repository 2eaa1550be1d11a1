//! Trees and commits made without a working tree or the index of one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::repo::{Repo, refuse};
use super::run::Git;
use super::store::{AskGit, Listed, Read};
use crate::error::{Error, Result};
use crate::host::failpoint;
use crate::host::lock::state_dir;

/// Folders with this prefix hold an index of the process whose number follows.
const PREFIX: &str = "index-";

/// Deletes the indexes of processes that were killed.
pub(crate) fn sweep(repo: &Repo) {
    let entries = state_dir(repo.common_dir()).ok().and_then(|state| fs::read_dir(state).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<i32>().ok());
        let dead = owner.is_some_and(|pid| {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None) == Err(nix::errno::Errno::ESRCH)
        });
        if dead {
            failpoint::quietly("index.delete", || drop(fs::remove_dir_all(entry.path())));
        }
    }
}

/// An index of our own, removed when dropped.
#[derive(Debug)]
pub(crate) struct Index {
    folder: tempfile::TempDir,
}

impl Index {
    /// Makes an empty index.
    pub(crate) fn new(repo: &Repo) -> Result<Self> {
        let state = state_dir(repo.common_dir())?;
        // The number of the process tells a later run whose left-over this is.
        let prefix = format!("{PREFIX}{}-", std::process::id());
        let folder = failpoint::around("index.folder", || tempfile::Builder::new().prefix(&prefix).tempdir_in(&state))
            .map_err(|e| refuse(format!("cannot write into `{}`: {e}", state.display())))?;
        Ok(Self { folder })
    }

    /// Makes an index that knows the files of a working tree already, as far as the copied one is readable.
    pub(crate) fn copy(repo: &Repo, index: &Path) -> Result<Self> {
        let new = Self::new(repo)?;
        // Without a copy every file is read again, which is slower and nothing else.
        failpoint::quietly("index.copy", || {
            let copied = new.folder.path().join("index");
            // Git takes a file that is not older than its index for changed, however it looks: a copy that seems to be
            // younger than the original would hide what was changed in the moment of the last commit.
            let with_time = || {
                let time = fs::metadata(index)?.modified()?;
                fs::copy(index, &copied)?;
                fs::File::options().write(true).open(&copied)?.set_modified(time)
            };
            if with_time().is_err() {
                drop(fs::remove_file(&copied));
            }
        });
        Ok(new)
    }

    /// Lets a command use this index.
    pub(crate) fn attach(&self, git: Git) -> Git {
        git.env("GIT_INDEX_FILE", self.folder.path().join("index"))
    }

    /// Fills the index from a tree.
    pub(crate) fn read(&self, repo: &Repo, tree: &str) -> Result<()> {
        self.attach(repo.git()).args(["read-tree", tree]).ok().map(drop)
    }

    /// Puts content at a path, keeping the mode that the path has.
    pub(crate) fn put(&self, repo: &Repo, tree: &str, path: &str, content: &[u8]) -> Result<()> {
        let mode = repo.entry(tree, path)?.map_or_else(|| "100644".to_owned(), |entry| entry.mode);
        let object = repo.git().args(["hash-object", "-w", "--no-filters", "--stdin"]).input(content).text()?;
        let line = format!("{mode} {object}\t{path}\0");
        self.attach(repo.git()).args(["update-index", "--add", "-z", "--index-info"]).input(line).ok().map(drop)
    }

    /// Writes the index as a tree.
    pub(crate) fn write(&self, repo: &Repo) -> Result<String> {
        write_index(repo, &self.folder.path().join("index"), self.attach(repo.git()))
    }
}

/// Writes an object in process, where that is as good as git's own way.
fn between_fail_points(repo: &Repo, name: &str, write: impl FnOnce() -> Read<String>) -> Result<Option<String>> {
    if !repo.writes_objects() {
        return Ok(None);
    }
    failpoint::around(name, || Ok::<_, Error>(write().ok()))
}

/// Writes an index as a tree; `git` is a command that uses this index.
pub(crate) fn write_index(repo: &Repo, index: &Path, git: Git) -> Result<String> {
    match between_fail_points(repo, "object.tree", || repo.store().write_index(index))? {
        Some(tree) => Ok(tree),
        None => git.args(["write-tree"]).text(),
    }
}

/// Makes a tree that differs from another one in the content of a file, which keeps its mode.
pub(crate) fn with_file(repo: &Repo, tree: &str, path: &str, content: &[u8]) -> Result<String> {
    let write = || repo.store().write_file(tree, path, content);
    if let Some(tree) = between_fail_points(repo, "object.tree", write)? {
        return Ok(tree);
    }
    let index = Index::new(repo)?;
    index.read(repo, tree)?;
    index.put(repo, tree, path, content)?;
    index.write(repo)
}

/// Makes a tree that differs from another one in some entries; what has none is gone.
pub(crate) fn with_entries(repo: &Repo, tree: &str, entries: &BTreeMap<String, Option<Listed>>) -> Result<String> {
    let index = Index::new(repo)?;
    index.read(repo, tree)?;
    let gone = "0".repeat(tree.len());
    let line = |(path, entry): (&String, &Option<Listed>)| match entry {
        Some(entry) => format!("{} {}\t{path}\0", entry.mode, entry.object),
        None => format!("0 {gone}\t{path}\0"),
    };
    let lines: Vec<String> = entries.iter().map(line).collect();
    index.attach(repo.git()).args(["update-index", "-z", "--index-info"]).input(lines.concat()).ok()?;
    index.write(repo)
}

/// Makes the empty tree.
pub(crate) fn empty_tree(repo: &Repo) -> Result<String> {
    match between_fail_points(repo, "object.tree", || repo.store().write_empty_tree())? {
        Some(tree) => Ok(tree),
        None => repo.git().args(["mktree"]).input(Vec::new()).text(),
    }
}

/// Makes a commit of a tree; the message is stored as it is.
pub(crate) fn commit(repo: &Repo, tree: &str, parents: &[&str], message: &str) -> Result<String> {
    let write = || {
        let [author, committer] = repo.who_commits().lines().ok_or(AskGit)?;
        repo.store().write_commit(tree, parents, &author, &committer, message)
    };
    if !repo.policy().sign
        && let Some(commit) = between_fail_points(repo, "object.commit", write)?
    {
        return Ok(commit);
    }
    let mut git = repo.git().args(["commit-tree", tree]);
    for parent in parents {
        git = git.args(["-p", parent]);
    }
    if repo.policy().sign {
        git = git.args(["-S"]);
    }
    git.args(["-F", "-"]).input(message).text()
}

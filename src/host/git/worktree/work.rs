//! Git in the working tree of an item, always through the administration and never through its `.git` file.

use std::fs;
use std::path::Path;

use super::admin::Admin;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::locks;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::Git;
use crate::host::git::plumbing::store::{AskGit, Pointer};
use crate::host::git::plumbing::temporary;

/// Files and folders that operations in progress leave in a git directory.
const OPERATIONS: [&str; 12] = [
    "MERGE_HEAD",
    "MERGE_MSG",
    "MERGE_MODE",
    "MERGE_RR",
    "AUTO_MERGE",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "SQUASH_MSG",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
];

/// A working tree with its administration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work<'a> {
    pub(crate) repo: &'a Repo,
    pub(crate) admin: &'a Admin,
    pub(crate) path: &'a Path,
}

impl Work<'_> {
    /// Prepares a command that reads.
    pub(crate) fn git(&self) -> Git {
        self.repo.git_in(&self.admin.dir, self.path)
    }

    /// Prepares a command that writes.
    pub(crate) fn changing(&self) -> Git {
        self.git().changes(self.repo.common_dir())
    }

    /// Returns the commit that is checked out, if there is one.
    pub(crate) fn commit(&self) -> Result<Option<String>> {
        match self.repo.store().head_in(&self.admin.dir) {
            Ok(Pointer::Reference(name)) if name.starts_with("refs/heads/") => return self.repo.commit(&name),
            Ok(Pointer::Commit(commit)) => return self.repo.commit(&commit),
            Ok(Pointer::Reference(_)) | Err(AskGit) => {}
        }
        let output = self.git().args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).run()?;
        Ok((output.code == 0).then(|| output.text()))
    }

    /// Returns the uncommitted paths, untracked ones included; `None` when the index cannot be read.
    pub(crate) fn status(&self) -> Result<Option<Vec<String>>> {
        Ok(self.status_lines()?.map(|lines| lines.iter().filter_map(|line| line.get(3..)).map(str::to_owned).collect()))
    }

    /// Returns the files that differ from HEAD, untracked ones included, sorted; `None` where the index says something
    /// else than the files, or cannot be read.
    pub(crate) fn uncommitted(&self) -> Result<Option<Vec<String>>> {
        let Some(lines) = self.status_lines()? else { return Ok(None) };
        let is_twofold = |line: &String| !line.starts_with([' ', '?']) && line.as_bytes().get(1) != Some(&b' ');
        if lines.iter().any(is_twofold) {
            return Ok(None);
        }
        let mut files: Vec<String> = lines.iter().filter_map(|line| line.get(3..)).map(str::to_owned).collect();
        files.sort();
        Ok(Some(files))
    }

    fn status_lines(&self) -> Result<Option<Vec<String>>> {
        let args =
            ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty"];
        let output = self.git().args(args).run()?;
        Ok((output.code == 0).then(|| crate::host::git::plumbing::run::split(&output.stdout)))
    }

    /// Writes what is staged as a tree.
    pub(crate) fn write_tree(&self) -> Result<String> {
        temporary::write_index(self.repo, &self.admin.dir.join("index"), self.git())
    }

    /// Returns the paths that an unfinished merge left unresolved.
    pub(crate) fn unmerged(&self) -> Result<Vec<String>> {
        match self.repo.store().unmerged(&self.admin.dir.join("index")) {
            Ok(paths) => Ok(paths),
            Err(AskGit) => self.git().args(["diff", "--name-only", "-z", "--diff-filter=U"]).list(),
        }
    }

    /// Returns the commits that an unfinished merge brings in.
    pub(crate) fn merge_heads(&self) -> Vec<String> {
        let text = fs::read_to_string(self.admin.dir.join("MERGE_HEAD")).unwrap_or_default();
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// Forgets merges, rebases, cherry-picks and reverts in progress.
    pub(crate) fn forget_operations(&self) {
        for name in OPERATIONS {
            let path = self.admin.dir.join(name);
            if path.exists() {
                let forget = || drop(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
                failpoint::quietly("operation.forget", forget);
            }
        }
    }

    /// Points HEAD at a branch without touching a file.
    pub(crate) fn attach(&self, branch: &str) -> Result<()> {
        let head = refs::head(branch);
        self.changing().args(["symbolic-ref", "-m", "batchprp: back on the branch", "HEAD", &head]).ok().map(drop)
    }

    /// Makes index and files those of a commit. Ignored files stay; everything else must have been saved before.
    pub(crate) fn reset(&self, commit: &str) -> Result<()> {
        let first = self.changing().args(["reset", "--hard", "--quiet", commit]).run()?;
        if first.code != 0 {
            // An index that a kill or an agent damaged is made again from the commit.
            failpoint::quietly("index.delete", || drop(fs::remove_file(self.admin.dir.join("index"))));
            self.changing().args(["reset", "--hard", "--quiet", commit]).ok()?;
        }
        self.forget_operations();
        self.changing().args(["clean", "-f", "-d", "--quiet"]).ok().map(drop)
    }

    /// Removes the locks that killed git processes left in this worktree and on its branch. Returns what was removed.
    pub(crate) fn unlock(&self, branch: &str) -> Result<Vec<String>> {
        let common = self.repo.common_dir();
        let own = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"].map(|name| self.admin.dir.join(name));
        let shared =
            [common.join(format!("{}.lock", refs::head(branch))), common.join(format!("{}.lock", refs::item(branch)))];
        let mut removed = Vec::new();
        for lock in own.iter().chain(&shared) {
            if !lock.exists() {
                continue;
            }
            if !locks::clear(common, lock) {
                return Err(refuse(format!("`{}` is held by a running git process", lock.display()))
                    .help(format!("end that process; when none is running: `rm {}`", lock.display())));
            }
            removed.push(format!("removed `{}`, left by a killed git", lock.display()));
        }
        Ok(removed)
    }
}

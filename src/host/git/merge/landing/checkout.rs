//! A checkout of the branch that is landed on: its files move with it, or nothing does.

use std::path::{Path, PathBuf};

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::{checkouts, reworked};
use crate::host::process::command_line::command_line;

/// Files of git that stand for something that a person has not finished.
const BUSY: [&str; 6] = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG"];

/// A working tree in which a branch is checked out.
pub(super) struct Checkout<'a> {
    repo: &'a Repo,
    git_dir: PathBuf,
    top: PathBuf,
}

impl<'a> Checkout<'a> {
    /// Finds where a branch is checked out; `None` where it is nowhere.
    pub(super) fn of(repo: &'a Repo, branch: &str) -> Result<Option<Self>> {
        if let Some((what, place)) = reworked(repo, branch) {
            let text =
                format!("`{branch}` is being {what} in `{}`: git would lose what lands meanwhile", place.display());
            return Err(refuse(text).help("finish that there, or give it up, then run the command again"));
        }
        let mut found = checkouts(repo, branch)?.into_iter();
        let Some((git_dir, top)) = found.next() else { return Ok(None) };
        if let Some((_, other)) = found.next() {
            let text = format!("`{branch}` is checked out twice: in `{}` and `{}`", top.display(), other.display());
            return Err(refuse(text).help("switch one of them to another branch: `git switch --detach`"));
        }
        Ok(Some(Self { repo, git_dir, top }))
    }

    pub(super) fn git(&self) -> Git {
        self.repo.git_in(&self.git_dir, &self.top)
    }

    /// Tells whether a landing that was killed has brought the files to a commit already.
    pub(super) fn is_at(&self, commit: &str) -> Result<bool> {
        let args = ["diff-index", "--quiet", "--no-ext-diff", "--ignore-submodules=none", commit];
        let refreshed = self.git().args(["update-index", "-q", "--refresh"]).changes(self.repo.common_dir()).run()?;
        drop(refreshed);
        Ok(self.git().args(args).run()?.code == 0)
    }

    /// Refuses when moving from one commit to another could lose something here.
    pub(super) fn require_clean(&self, from: &str, to: &str, again: &str) -> Result<()> {
        let place = self.top.display();
        if let Some(what) = BUSY.iter().find(|name| self.git_dir.join(name).exists()) {
            return Err(refuse(format!("another operation is in progress in `{place}` (`{what}`)"))
                .help(format!("finish it there, then: {again}")));
        }
        let status = ["status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames"];
        let dirty: Vec<String> = self.git().args(status).list()?;
        if let Some(first) = dirty.first() {
            let what = match dirty.len() {
                1 => format!("`{}` is changed in `{place}`, uncommitted", path_of(first)),
                n => format!("{n} files such as `{}` are changed in `{place}`, uncommitted", path_of(first)),
            };
            let stash = |more: &[&str]| self.stash(more);
            let (away, back) = (stash(&[]), stash(&["pop"]));
            return Err(refuse(what).help(format!("commit them, or: {away} && {again} && {back}")));
        }
        match in_the_way(self.repo, &self.top, from, to)? {
            None => Ok(()),
            Some(path) => {
                // The command is typed in the project, which may be another checkout.
                let file = if self.top == self.repo.root() {
                    path.clone()
                } else {
                    self.top.join(&path).display().to_string()
                };
                let aside = command_line(&["mv", &file, &format!("{file}.mine")].map(str::to_owned));
                Err(refuse(format!(
                    "`{path}` lies in `{place}`, where git does not track it, and would be overwritten"
                ))
                .help(format!("put it aside: {aside} && {again}")))
            }
        }
    }

    /// Returns the command that stashes here, wherever it is typed.
    fn stash(&self, more: &[&str]) -> String {
        let top = self.top.display().to_string();
        let place = if self.top == self.repo.root() { vec![] } else { vec!["-C", top.as_str()] };
        let words = ["git"].iter().chain(&place).chain(&["stash"]).chain(more);
        command_line(&words.map(|word| (*word).to_owned()).collect::<Vec<String>>())
    }

    /// Brings branch and files forward to a commit.
    pub(super) fn forward(&self, to: &str) -> Result<std::result::Result<(), String>> {
        let args = ["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--no-autostash", to];
        let output = self.git().args(args).changes(self.repo.common_dir()).run()?;
        Ok(if output.code == 0 { Ok(()) } else { Err(output.stderr.trim().to_owned()) })
    }

    /// Brings files that were written for a commit back to another one, at which the branch still is.
    pub(super) fn take_back(&self, written: &str, to: &str) -> Result<()> {
        let args = ["read-tree", "-m", "-u", written, to];
        self.git().args(args).changes(self.repo.common_dir()).ok().map(drop)
    }

    /// Brings branch and files back to a commit; what is changed and not part of that stays.
    pub(super) fn back(&self, to: &str) -> Result<()> {
        let output = self.git().args(["reset", "--keep", "--quiet", to]).changes(self.repo.common_dir()).run()?;
        if output.code == 0 {
            return Ok(());
        }
        let said = output.stderr.lines().next().unwrap_or("git reset failed").to_owned();
        Err(Error::new(ExitCode::GitRefuses, format!("`{}` stays as it is: {said}", self.top.display()))
            .help("commit or stash what is changed there and run the command again"))
    }
}

/// Takes the path out of a line of `git status --porcelain`.
fn path_of(line: &str) -> &str {
    line.get(3..).unwrap_or(line)
}

/// Finds something in a checkout that git does not track and that moving forward would overwrite or replace.
fn in_the_way(repo: &Repo, top: &Path, from: &str, to: &str) -> Result<Option<String>> {
    for path in diff::files(repo, from, to)? {
        if repo.entry(to, &path)?.is_none() || repo.entry(from, &path)?.is_some() {
            continue;
        }
        if top.join(&path).symlink_metadata().is_ok() {
            return Ok(Some(path));
        }
        for parent in path.match_indices('/').map(|(end, _)| &path[..end]) {
            let is_other = top.join(parent).symlink_metadata().is_ok_and(|there| !there.is_dir());
            if is_other && repo.entry(from, parent)?.is_none() {
                return Ok(Some(parent.to_owned()));
            }
        }
    }
    Ok(None)
}

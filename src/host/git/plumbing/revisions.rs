//! What a repository says about revisions: the commits that they name, and how these are connected.

use super::repo::{Repo, refuse};
use super::run::failure;
use super::store::{AskGit, Pointer};
use crate::error::Result;

impl Repo {
    /// Returns the tree of a commit.
    pub(crate) fn tree(&self, commit: &str) -> Result<String> {
        if let Ok(tree) = self.store().tree_of(commit) {
            return Ok(tree);
        }
        self.git().args(["rev-parse", "--verify", "--end-of-options", &format!("{commit}^{{tree}}")]).text()
    }

    /// Returns the commit that is checked out.
    pub fn head(&self) -> Result<String> {
        self.resolve("HEAD")
    }

    /// Returns the branch that is checked out; `None` when HEAD is detached.
    pub fn head_branch(&self) -> Result<Option<String>> {
        let name = match self.store().head() {
            Ok(Pointer::Reference(name)) => name,
            Ok(Pointer::Commit(_)) => return Ok(None),
            Err(AskGit) => {
                let output = self.git().args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
                if output.code == 0 { output.text() } else { String::new() }
            }
        };
        Ok(name.strip_prefix("refs/heads/").map(str::to_owned))
    }

    /// Returns the commit that a revision names.
    pub fn resolve(&self, revision: &str) -> Result<String> {
        self.commit(revision)?.ok_or_else(|| {
            refuse(format!("`{revision}` is not a commit of this repository"))
                .help("name a branch, a tag or a commit id; `git log --oneline` lists commits")
        })
    }

    /// Returns the commit that a branch points at.
    pub fn tip(&self, branch: &str) -> Result<Option<String>> {
        self.commit(&format!("refs/heads/{branch}"))
    }

    /// Returns the commit that a revision names, if there is one.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>> {
        if revision.starts_with('-') || revision.is_empty() || revision.chars().any(char::is_control) {
            return Ok(None);
        }
        if let Ok(commit) = self.store().commit(revision) {
            return Ok(commit);
        }
        let commit = format!("{revision}^{{commit}}");
        let output = self.git().args(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).run()?;
        Ok((output.code == 0).then(|| output.text()))
    }

    /// Tells whether one commit is reachable from another.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool> {
        if let Ok(answer) = self.store().is_ancestor(ancestor, descendant) {
            return Ok(answer);
        }
        let output = self.git().args(["merge-base", "--is-ancestor", ancestor, descendant]).run()?;
        match output.code {
            0 => Ok(true),
            1 => Ok(false),
            _ => Err(failure("merge-base", &output)),
        }
    }

    /// Returns the best common ancestor of two commits.
    pub fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>> {
        if let Ok(base) = self.store().merge_base(a, b) {
            return Ok(base);
        }
        let output = self.git().args(["merge-base", a, b]).run()?;
        match output.code {
            0 => Ok(output.text().lines().next().map(str::to_owned)),
            1 => Ok(None),
            _ => Err(failure("merge-base", &output)),
        }
    }

    /// Returns how many commits are reachable from `to` and not from `from`.
    pub(crate) fn count(&self, from: &str, to: &str) -> Result<usize> {
        if let Ok(between) = self.store().between(&[from], &[to]) {
            return Ok(between.len());
        }
        let text = self.git().args(["rev-list", "--count", &format!("{from}..{to}")]).text()?;
        Ok(text.parse().unwrap_or(0))
    }

    /// Returns when a commit was made, in seconds since 1970.
    pub(crate) fn time_of(&self, commit: &str) -> Result<i64> {
        if let Ok(time) = self.store().commit_time(commit) {
            return Ok(time);
        }
        let text = self.git().args(["log", "-1", "--no-show-signature", "--format=%ct", commit]).text()?;
        Ok(text.parse().unwrap_or(0))
    }

    /// Returns the message of a commit.
    pub(crate) fn message(&self, commit: &str) -> Result<String> {
        if let Ok(message) = self.store().message(commit) {
            return Ok(message);
        }
        let text = self.git().args(["cat-file", "commit", commit]).text()?;
        Ok(text.split_once("\n\n").map_or("", |(_, message)| message).to_owned())
    }

    /// Returns who wrote a commit: `Name <address>`.
    pub(crate) fn author(&self, commit: &str) -> Result<String> {
        if let Ok(author) = self.store().author(commit) {
            return Ok(author);
        }
        self.git().args(["log", "-1", "--no-show-signature", "--no-mailmap", "--format=%an <%ae>", commit]).text()
    }
}

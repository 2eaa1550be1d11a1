//! How commits are connected: ancestry, merge bases, the commits of a range, first parents.

use std::collections::HashSet;

use git2::{Commit, Error, Oid, Repository, Sort};

use super::handle::{AskGit, Read, Store, found};
use super::revision::{Named, look_up};

/// A commit that a walk came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) commit: String,
    pub(crate) parents: Vec<String>,
    /// Seconds since 1970, of the author: a rebase keeps it.
    pub(crate) time: i64,
    pub(crate) message: String,
}

impl Store {
    /// Returns who wrote a commit: `Name <address>`.
    pub(crate) fn author(&self, commit: &str) -> Read<String> {
        self.read(|repo| {
            let commit = repo.find_commit(Oid::from_str(commit)?)?;
            let author = commit.author();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Ok(format!("{} <{}>", text(author.name_bytes()), text(author.email_bytes())))
        })
    }

    /// Tells whether one commit is reachable from another.
    pub(crate) fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Read<bool> {
        self.graph(|repo| {
            let Some((ancestor, descendant)) = pair(repo, ancestor, descendant)? else { return Ok(None) };
            Ok(Some(ancestor == descendant || repo.graph_descendant_of(descendant, ancestor)?))
        })
    }

    /// Returns the best common ancestor of two commits. Of several, git chooses.
    pub(crate) fn merge_base(&self, a: &str, b: &str) -> Read<Option<String>> {
        self.graph(|repo| {
            let Some((a, b)) = pair(repo, a, b)? else { return Ok(None) };
            match found(repo.merge_bases(a, b))?.as_deref() {
                None => Ok(Some(None)),
                Some([only]) => Ok(Some(Some(only.to_string()))),
                Some(_) => Ok(None),
            }
        })
    }

    /// Returns the commits that are reachable from some and not from others.
    pub(crate) fn between(&self, from: &[&str], to: &[&str]) -> Read<HashSet<String>> {
        self.graph(|repo| {
            let mut walk = repo.revwalk()?;
            for (names, push) in [(to, true), (from, false)] {
                for name in names {
                    let Some(id) = commit(repo, name)? else { return Ok(None) };
                    if push { walk.push(id) } else { walk.hide(id) }?;
                }
            }
            walk.map(|id| id.map(|id| id.to_string())).collect::<Result<_, _>>().map(Some)
        })
    }

    /// Tells whether every one of some commits is reachable from others.
    pub(crate) fn holds(&self, tips: &[String], commits: &[String]) -> Read<bool> {
        self.graph(|repo| {
            let mut walk = repo.revwalk()?;
            for id in commits {
                walk.push(Oid::from_str(id)?)?;
            }
            for id in tips {
                walk.hide(Oid::from_str(id)?)?;
            }
            Ok(Some(walk.next().transpose()?.is_none()))
        })
    }

    /// Returns the commits whose message is wanted among those that are reachable from some and not from others; no
    /// commit stands before one that comes from it.
    pub(crate) fn search(&self, from: &[String], to: &[String], wanted: impl Fn(&[u8]) -> bool) -> Read<Vec<Walked>> {
        self.graph(|repo| {
            let mut walk = repo.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL)?;
            for id in to {
                walk.push(Oid::from_str(id)?)?;
            }
            for id in from {
                walk.hide(Oid::from_str(id)?)?;
            }
            let mut entries = Vec::new();
            for id in walk {
                let commit = repo.find_commit(id?)?;
                if wanted(commit.message_raw_bytes()) {
                    entries.push(walked(&commit));
                }
            }
            Ok(Some(entries))
        })
    }

    /// Returns the commits of ids, in their order.
    pub(crate) fn commits(&self, ids: &[String]) -> Read<Vec<Walked>> {
        self.graph(|repo| {
            let commits = ids.iter().map(|id| Ok(walked(&repo.find_commit(Oid::from_str(id)?)?)));
            commits.collect::<Result<_, Error>>().map(Some)
        })
    }

    /// Returns the first-parent commits from `tip` down to `base`, which is not included. Where the base is not
    /// among the first `bound` of them, git knows the exact range.
    pub(crate) fn first_parents(&self, tip: &str, base: &str, bound: usize) -> Read<Vec<Walked>> {
        self.graph(|repo| {
            let Some((mut next, base)) = pair(repo, tip, base)? else { return Ok(None) };
            let mut entries = Vec::new();
            while next != base {
                let commit = repo.find_commit(next)?;
                entries.push(walked(&commit));
                match found(commit.parent_id(0))? {
                    Some(parent) if entries.len() < bound => next = parent,
                    Some(_) | None => return Ok(None),
                }
            }
            Ok(Some(entries))
        })
    }

    /// Returns the files in which two commits conflict, sorted, as libgit2 merges them.
    pub(crate) fn conflicts(&self, a: &str, b: &str) -> Read<Vec<String>> {
        self.graph(|repo| {
            let commit = |id: &str| repo.find_commit(Oid::from_str(id)?);
            let mut files = Vec::new();
            for conflict in repo.merge_commits(&commit(a)?, &commit(b)?, None)?.conflicts()? {
                let conflict = conflict?;
                let sides = [conflict.ancestor, conflict.our, conflict.their];
                files.extend(sides.into_iter().flatten().map(|side| text(&side.path)));
            }
            files.sort();
            files.dedup();
            Ok(Some(files))
        })
    }

    /// Returns the time at which a commit was made, in seconds since 1970.
    pub(crate) fn commit_time(&self, commit: &str) -> Read<i64> {
        self.read(|repo| Ok(repo.find_commit(Oid::from_str(commit)?)?.time().seconds()))
    }

    /// Returns the message of a commit.
    pub(crate) fn message(&self, commit: &str) -> Read<String> {
        self.read(|repo| Ok(text(repo.find_commit(Oid::from_str(commit)?)?.message_raw_bytes())))
    }

    /// Reads the graph, where commits have the parents that they name.
    fn graph<T>(&self, job: impl Fn(&Repository) -> Result<Option<T>, Error>) -> Read<T> {
        if self.is_whole() { self.read(job)?.ok_or(AskGit) } else { Err(AskGit) }
    }
}

fn pair(repo: &Repository, a: &str, b: &str) -> Result<Option<(Oid, Oid)>, Error> {
    Ok(commit(repo, a)?.zip(commit(repo, b)?))
}

fn commit(repo: &Repository, name: &str) -> Result<Option<Oid>, Error> {
    match look_up(repo, name)? {
        Named::Object(object) => Ok(Some(object.peel_to_commit()?.id())),
        Named::Nothing | Named::Unknown => Ok(None),
    }
}

fn walked(commit: &Commit<'_>) -> Walked {
    Walked {
        commit: commit.id().to_string(),
        parents: commit.parent_ids().map(|id| id.to_string()).collect(),
        time: commit.author().when().seconds(),
        message: text(commit.message_bytes()),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

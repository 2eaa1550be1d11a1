//! The base of a batch: a batch branch without work of its own follows it, one with work may be behind.

use crate::error::Result;
use crate::host::git::merge::item::{self, Tree};
use crate::host::git::merge::past;
use crate::host::git::plumbing::began;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;
use crate::host::git::workspace::branch;

/// How a batch branch stands to the commit from which it would start today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no such branch yet.
    Absent,
    /// It holds the commit.
    Current,
    /// It had no work of its own and starts at the commit now.
    Moved { from: String },
    /// It has work of its own, and lacks so many commits.
    Behind { commits: usize },
}

/// What a batch starts from, or follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    pub commit: String,
    /// As people know it: a branch, or what they named.
    pub name: Option<String>,
}

/// Finds the base of a batch: what was named, else the branch on which its work began, whatever is checked out since; for a
/// batch without work of its own what is checked out.
pub fn of(repo: &Repo, batch_branch: &str, named: Option<&str>) -> Result<Base> {
    if let Some(revision) = named {
        return Ok(Base { commit: repo.resolve(revision)?, name: Some(revision.to_owned()) });
    }
    let begun = match (repo.tip(batch_branch)?, refs::read(repo, &refs::base(batch_branch))?) {
        (Some(tip), Some(record)) if tip != record => began::began_on(repo, batch_branch)?,
        _ => None,
    };
    if let Some(branch) = begun
        && let Some(commit) = repo.tip(&branch)?
    {
        return Ok(Base { commit, name: Some(branch) });
    }
    Ok(Base { commit: repo.head()?, name: repo.head_branch()? })
}

/// Moves a batch branch without work of its own to a commit, and tells how one with work stands to it.
pub fn follow(repo: &Repo, batch_branch: &str, wanted: &str) -> Result<Standing> {
    let (Some(tip), Some(record)) = (repo.tip(batch_branch)?, refs::read(repo, &refs::base(batch_branch))?) else {
        return Ok(Standing::Absent);
    };
    if tip == wanted {
        return Ok(Standing::Current);
    }
    if tip != record {
        let commits = repo.count(&tip, wanted)?;
        return Ok(if commits == 0 { Standing::Current } else { Standing::Behind { commits } });
    }
    branch::not_checked_out(repo, batch_branch)?;
    let last = refs::read(repo, &refs::batch(batch_branch))?;
    let change = RefChange::default()
        .set(&refs::base(batch_branch), wanted, Some(&record))
        .set(&refs::batch(batch_branch), wanted, last.as_deref())
        .update(&refs::head(batch_branch), wanted, &tip);
    let change = began::begin_on(repo, change, batch_branch, wanted)?;
    change.must(repo, "batchprp: follow the base")?;
    Ok(Standing::Moved { from: tip })
}

/// A batch branch with its base merged in, on no branch yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    Ready { commit: String, from: String },
    Conflict { files: Vec<String> },
}

/// Merges a commit into a batch branch without moving it; `name` is what people call the commit.
pub fn merge(repo: &Repo, batch_branch: &str, wanted: &str, name: &str) -> Result<Update> {
    branch::not_checked_out(repo, batch_branch)?;
    let from = repo.resolve(&refs::head(batch_branch))?;
    let base = past::common(repo, None, wanted, &from)?;
    let tree = match item::tree_from(repo, base.as_deref(), &from, wanted)? {
        Tree::Clean(tree) => tree,
        Tree::Conflict(files) => return Ok(Update::Conflict { files }),
    };
    let text = format!("Merge {name} into {batch_branch}\n\nThe base of the batch moved on.\n");
    let commit = temporary::commit(repo, &tree, &[&from, wanted], &text)?;
    Ok(Update::Ready { commit, from })
}

/// Moves a batch branch to what was made for it.
pub fn accept(repo: &Repo, batch_branch: &str, commit: &str, from: &str) -> Result<()> {
    let record = refs::read(repo, &refs::batch(batch_branch))?;
    let change = RefChange::default().set(&refs::batch(batch_branch), commit, record.as_deref());
    change.update(&refs::head(batch_branch), commit, from).must(repo, "batchprp: update the base")
}

//! Keeping the branch of an item up to what it builds on: whatever its dependencies became since it began, and what people
//! put on the batch branch, is merged into it before it is worked on again.

use std::collections::BTreeSet;

use super::item::{self, Tree};
use super::join;
use crate::error::Result;
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::message;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;
use crate::model::checkpoint::{TRAILER_ONTO, TRAILER_PRP, TRAILER_RUN};
use crate::model::id::PrpId;

/// An item and what it builds on.
#[derive(Clone, Debug)]
pub struct Follower<'a> {
    pub id: &'a PrpId,
    pub batch_branch: &'a str,
    /// Items on which it builds.
    pub needs: &'a [PrpId],
    /// Branches of such items that are not merged.
    pub unmerged: &'a [String],
    /// It gets whatever the batch branch has.
    pub all: bool,
    pub run: &'a str,
}

/// What the branch of an item lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    pub commits: usize,
    /// Items that were merged, or taken out, since the branch began.
    pub items: Vec<PrpId>,
    /// The batch branch, and the branches that are not merged.
    from: Vec<String>,
}

/// What came of bringing a branch up to date. Nothing is on the branch yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It had no work of its own and can start here.
    Anew {
        start: String,
    },
    Merged {
        commit: String,
    },
    Conflict {
        files: Vec<String>,
    },
}

/// Tells what an item lacks of what it builds on; `None` when it has everything. What other items did meanwhile counts
/// only with what it builds on.
pub fn behind(repo: &Repo, what: &Follower<'_>, tip: &str) -> Result<Option<Behind>> {
    let (mut commits, mut items, mut from) = (0, BTreeSet::new(), Vec::new());
    if let Some(batch) = repo.tip(what.batch_branch)? {
        let entries = history::first_parents(repo, &batch, tip)?;
        let mut is_needed = what.all && !entries.is_empty();
        for entry in &entries {
            match (message::merge(&entry.message), message::revert(&entry.message)) {
                (Some(id), _) => {
                    is_needed |= what.needs.contains(&id);
                    items.insert(id);
                }
                // Taken out work, or whatever a person put there: nobody can tell who does not need it.
                (None, Some(_) | None) => is_needed = true,
            }
        }
        if is_needed {
            commits += repo.count(tip, &batch)?;
            from.push(batch);
        }
    }
    for branch in what.unmerged {
        let Some(other) = repo.tip(branch)? else { continue };
        if !repo.is_ancestor(&other, tip)? {
            commits += repo.count(tip, &other)?;
            from.push(other);
        }
    }
    Ok((!from.is_empty()).then(|| Behind { commits, items: items.into_iter().collect(), from }))
}

/// Makes the commit that has what a branch lacks.
pub fn bring(repo: &Repo, what: &Follower<'_>, behind: &Behind, base: &str, tip: &str) -> Result<Brought> {
    if tip == base {
        let batch = repo.tip(what.batch_branch)?.unwrap_or_else(|| base.to_owned());
        let start = join::start(repo, &batch, what.unmerged, what.id.as_str())?;
        return Ok(Brought::Anew { start });
    }
    let mut at = tip.to_owned();
    for other in &behind.from {
        let tree = match item::tree(repo, &at, other)? {
            Tree::Clean(tree) => tree,
            Tree::Conflict(files) => return Ok(Brought::Conflict { files }),
        };
        let (id, run) = (what.id, what.run);
        let text = format!(
            "Bring {id} up to `{}`\n\n{}.\n\n{TRAILER_PRP}: {id}\n{TRAILER_RUN}: {run}\n{TRAILER_ONTO}: {other}\n",
            what.batch_branch,
            behind.sentence(what.batch_branch),
        );
        at = temporary::commit(repo, &tree, &[&at, other], &text)?;
    }
    Ok(Brought::Merged { commit: at })
}

/// Moves the branch of an item to a commit that has what it lacked.
pub fn advance(repo: &Repo, branch: &str, tip: &str, brought: &Brought) -> Result<()> {
    let last = refs::read(repo, &refs::item(branch))?;
    let change = match brought {
        Brought::Conflict { .. } => return Ok(()),
        Brought::Merged { commit } => {
            let change = RefChange::default().update(&refs::head(branch), commit, tip);
            change.set(&refs::item(branch), commit, last.as_deref())
        }
        Brought::Anew { start } => {
            let base = refs::read(repo, &refs::base(branch))?;
            let change = RefChange::default().update(&refs::head(branch), start, tip);
            change.set(&refs::item(branch), start, last.as_deref()).set(&refs::base(branch), start, base.as_deref())
        }
    };
    change.must(repo, "batchprp: follow")
}

impl Behind {
    /// Says how far behind a branch is, such as `3 commits behind `prp-47`, among them PRP-47.1.2`.
    pub fn sentence(&self, of: &str) -> String {
        let noun = if self.commits == 1 { "commit" } else { "commits" };
        let ids: Vec<&str> = self.items.iter().map(PrpId::as_str).collect();
        let among = if ids.is_empty() { String::new() } else { format!(", among them {}", ids.join(", ")) };
        format!("{} {noun} behind `{of}`{among}", self.commits)
    }
}

//! What agents do to branches although they were asked not to, and where the checkpoint goes all the same.

use serde::{Deserialize, Serialize};

use super::admin::Head;
use super::request::Prepared;
use super::rescue;
use super::work::Work;
use crate::error::Result;

/// Something that an agent did to branches or history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deviation {
    /// It committed on a branch of its own; the item's branch was moved forward to it.
    OtherBranch { name: String },
    /// It left the worktree on no branch; the item's branch was moved forward to it.
    Detached,
    /// It amended, rebased or reset earlier checkpoints. They stand again; its own history is kept at `reference`.
    Rewritten { reference: String },
    /// It deleted the branch of the item, which was made again.
    BranchDeleted,
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherBranch { name } => {
                write!(f, "the agent switched to the branch `{name}`; its commits were taken over")
            }
            Self::Detached => write!(f, "the agent detached HEAD; its commits were taken over"),
            Self::Rewritten { reference } => {
                write!(f, "the agent rewrote earlier commits; they were put back and its own are kept at `{reference}`")
            }
            Self::BranchDeleted => write!(f, "the agent deleted the branch of the item; it was made again"),
        }
    }
}

/// Where the next checkpoint goes.
#[derive(Debug)]
pub(crate) struct Placed {
    /// First parent of the checkpoint.
    pub(crate) parent: String,
    /// Where the branch is now; `None` when it was deleted.
    pub(crate) tip: Option<String>,
    pub(crate) on_branch: bool,
    pub(crate) deviations: Vec<Deviation>,
}

/// Compares HEAD and branch with the last recorded checkpoint.
pub(crate) fn examine(work: &Work<'_>, prepared: &Prepared, previous: &str) -> Result<Placed> {
    let repo = work.repo;
    let head = work.admin.head(repo)?;
    let on_branch = head.is_on(&prepared.branch);
    let tip = repo.tip(&prepared.branch)?;
    let mut deviations = Vec::new();
    if tip.is_none() {
        deviations.push(Deviation::BranchDeleted);
    }
    let floor = tip.clone().unwrap_or_else(|| previous.to_owned());
    let floor = if repo.is_ancestor(previous, &floor)? { floor } else { previous.to_owned() };
    // Where the agent's last commit is, and where it says it is.
    let (found, other) = match head {
        Head::Branch(_) if on_branch => (tip.clone().unwrap_or_else(|| floor.clone()), None),
        Head::Branch(name) => (work.commit()?.unwrap_or_else(|| floor.clone()), Some(Deviation::OtherBranch { name })),
        Head::Detached(commit) => (commit, Some(Deviation::Detached)),
        Head::Broken => (floor.clone(), Some(Deviation::Detached)),
    };
    deviations.extend(other);
    let mut parent = found.clone();
    if !repo.is_ancestor(&floor, &found)? {
        let kept = rescue::keep(repo, &found, &floor, &prepared.run, &prepared.item)?;
        deviations.push(Deviation::Rewritten { reference: kept.reference });
        parent.clone_from(&floor);
    }
    if let Some(tip) = tip.as_ref().filter(|tip| !on_branch && **tip != found && **tip != floor) {
        // The branch itself was moved back while HEAD went elsewhere.
        let kept = rescue::keep(repo, tip, &floor, &prepared.run, &prepared.item)?;
        deviations.push(Deviation::Rewritten { reference: kept.reference });
    }
    Ok(Placed { parent, tip, on_branch, deviations })
}

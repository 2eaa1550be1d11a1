//! The items of a batch as a stack of branches at a remote, in the order in which they were merged.

use crate::bridge::PushedHead;
use crate::error::Result;
use crate::host::git::merge::restack::{self, Fate, Layer};
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::seal::OwnMerges;
use crate::host::git::upkeep::log::{Log, Said};
use crate::host::git::upkeep::push::{self, Head};
use crate::host::git::workspace::branch;
use crate::model::id::PrpId;
use crate::run::shared::names;

/// An item of a stack.
#[derive(Debug)]
struct Part {
    item: String,
    branch: String,
    /// What stands at the remote as far as we know, or is to stand there.
    tip: String,
    /// What its work was merged into at first, and what came of it.
    merge: (String, String),
    /// Work that was merged after that, as ranges of commits.
    later: Vec<(String, String)>,
    /// The newest merge of the item.
    work: String,
}

/// The items of a batch, lowest first.
#[derive(Debug)]
pub(super) struct Stack(Vec<Part>);

impl Stack {
    /// Reads what the merges of items brought, and what of it was pushed before.
    pub(super) fn read(
        repo: &Repo,
        batch_branch: &str,
        onto: &str,
        remote: &str,
        merged: Vec<(String, String)>,
    ) -> Result<Self> {
        let base = branch::base(repo, batch_branch)?.unwrap_or_else(|| onto.to_owned());
        let log = Log::new(history::first_parents(repo, batch_branch, &base)?);
        let mut parts = Vec::new();
        for (item, merge) in merged {
            let id = names::parse(&item)?;
            let merges = merges(repo, &log, &id, merge)?;
            let place = repo.count(onto, &merges[0])?;
            let branch = id.branch();
            let pushed = push::last(repo, remote, &branch)?;
            // What is at the remote may have been made again there: it holds the work of a merge all the same.
            let known = pushed.work.as_ref().and_then(|work| merges.iter().position(|merge| merge == work));
            let (tip, at) = match (pushed.commit, known) {
                (Some(commit), Some(at)) => (commit, at),
                // The batch as it was with the item merged: validated, and what the next one was merged into.
                _ => (merges[0].clone(), 0),
            };
            let range = |merge: &String| Ok((repo.resolve(&format!("{merge}^1"))?, brought(repo, merge)?));
            let later = merges[at + 1..].iter().map(range).collect::<Result<Vec<_>>>()?;
            let merge = (repo.resolve(&format!("{}^1", merges[0]))?, merges[0].clone());
            let work = merges.last().cloned().unwrap_or_default();
            parts.push((place, Part { item, branch, tip, merge, later, work }));
        }
        parts.sort_by(|(one, first), (other, second)| one.cmp(other).then_with(|| first.branch.cmp(&second.branch)));
        Ok(Self(parts.into_iter().map(|(_, part)| part).collect()))
    }

    /// Returns the branches as they are known.
    pub(super) fn heads(&self) -> Vec<PushedHead> {
        self.0.iter().map(|part| head(part, &part.tip)).collect()
    }
}

/// Pushes the branches of a stack, each where it belongs now that some items are `gone`, because their requests were
/// merged, or `stranded`, because they were merged into a branch that leads nowhere.
pub(super) fn push(
    repo: &Repo,
    stack: &Stack,
    onto: &str,
    remote: &str,
    gone: &[String],
    stranded: &[String],
) -> Result<Vec<PushedHead>> {
    let fate = |part: &Part| match () {
        () if gone.contains(&part.item) => Fate::Merged,
        () if stranded.contains(&part.item) => Fate::Stranded,
        () => Fate::Open,
    };
    let open = stack.0.iter().filter(|part| fate(part) == Fate::Open);
    let names: Vec<&str> = open.map(|part| part.branch.as_str()).chain([onto]).collect();
    let there = push::there(repo, remote, &names)?;
    let mut layers = Vec::new();
    let ground = there.get(onto).filter(|_| !gone.is_empty()).map(String::as_str);
    for part in &stack.0 {
        let there = there.get(&part.branch).map(|there| further(repo, part, there, remote, ground));
        let there = there.transpose()?.flatten();
        let (merge, later) = (part.merge.clone(), part.later.clone());
        layers.push(Layer { tip: part.tip.clone(), there, merge, later, fate: fate(part) });
    }
    let mut heads = Vec::new();
    for (part, (layer, made)) in stack.0.iter().zip(layers.iter().zip(restack::restack(repo, ground, &layers)?)) {
        let made = match made {
            Ok(commit) => commit,
            Err(conflicts) => {
                heads.push(PushedHead { conflicts, ..head(part, &part.tip) });
                continue;
            }
        };
        let is_there = there.get(&part.branch) == Some(&made);
        if layer.fate == Fate::Open && !(is_there && layer.there.is_some()) {
            let (work, over) = (Some(part.work.clone()), layer.there.clone());
            push::push(repo, remote, &[Head { commit: made.clone(), branch: part.branch.clone(), work, over }])?;
        }
        let is_moved = layer.fate == Fate::Open && made != part.tip && layer.there.as_ref() != Some(&made);
        heads.push(PushedHead { is_moved, ..head(part, &made) });
    }
    Ok(heads)
}

/// Returns where somebody else brought a branch: on from what we know, or, by hand, onto what lies below it now.
fn further(repo: &Repo, part: &Part, there: &str, remote: &str, ground: Option<&str>) -> Result<Option<String>> {
    let known = push::last(repo, remote, &part.branch)?.commit;
    if there == part.tip || known.as_deref() == Some(there) {
        return Ok(None);
    }
    let by_hand = || match (&known, ground) {
        (Some(_), Some(ground)) => repo.is_ancestor(ground, there),
        _ => Ok(false),
    };
    Ok((repo.is_ancestor(&part.tip, there)? || by_hand()?).then(|| there.to_owned()))
}

/// Returns the merges of an item that stand, oldest first; the one that git shows where the branch lists none.
fn merges(repo: &Repo, log: &Log, id: &PrpId, shown: String) -> Result<Vec<String>> {
    let own = OwnMerges::of(repo);
    let mut found = Vec::new();
    for (entry, said) in log.merges_and_reverts(id) {
        let takes_one_out = |revert| found.iter().any(|merge: &String| entry.reverts(revert, merge));
        match said {
            Said::Revert(revert) if takes_one_out(revert) => found.clear(),
            Said::Revert(_) => {}
            _ if own.holds(&entry.commit)? => found.push(entry.commit.clone()),
            _ => {}
        }
    }
    Ok(if found.last() == Some(&shown) { found } else { vec![shown] })
}

/// Returns what a merge brought: an item whose merge only moved the branch forward has no second parent.
fn brought(repo: &Repo, merge: &str) -> Result<String> {
    repo.resolve(&format!("{merge}^2")).or_else(|_| repo.resolve(merge))
}

fn head(part: &Part, commit: &str) -> PushedHead {
    PushedHead {
        item: Some(part.item.clone()),
        branch: part.branch.clone(),
        commit: commit.to_owned(),
        ..PushedHead::default()
    }
}

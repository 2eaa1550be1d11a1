//! Items that start over on new branches: after `--restart`, when their merges are taken out, and when phases came to them
//! after their merge. The batch branch never loses the work of others.

use crate::bridge::{RunGraph, RunOptions};
use crate::error::Result;
use crate::host::git::merge::revert;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::upkeep::{restart, scan};
use crate::host::git::workspace::branch;
use crate::model::id::PrpId;
use crate::run::shared::names;
use crate::run::work::tell::Tell;

/// Sets the old branches aside. Refuses, before anything is changed, what would lose the work of others.
pub(crate) fn start_over(
    repo: &Repo,
    batch_branch: &str,
    options: &RunOptions,
    graph: &RunGraph,
    run: &str,
    tell: &Tell,
) -> Result<()> {
    let items = graph.items.iter().map(|info| names::parse(&info.id)).collect::<Result<Vec<_>>>()?;
    let merged: Vec<PrpId> = match branch::base(repo, batch_branch)? {
        Some(base) => scan::all_merged(repo, batch_branch, &base)?.merged.into_iter().map(|(id, _)| id).collect(),
        None => Vec::new(),
    };
    let (again, others): (Vec<&PrpId>, Vec<&PrpId>) = merged.iter().partition(|id| items.contains(id));
    if !options.whole && !again.is_empty() {
        let list = listed(&again);
        return Err(refuse(format!("`{batch_branch}` holds the work of {list}, which `--restart` does not take out"))
            .help(format!("take it out and do it again: `batchprp exe --redo {list}`")));
    }
    if options.whole && !others.is_empty() {
        let list = listed(&others);
        return Err(refuse(format!(
            "`{batch_branch}` holds the work of {list}, which this run would not do again: it would be lost"
        ))
        .help("restart single items with `--prps`, or take merged ones out with `--redo`"));
    }
    set_aside(repo, options.whole.then_some(batch_branch), &items, run, tell)
}

/// Reverts the merges of the items that are to be done again. Their branches are set aside first: whoever is killed
/// between the two finds them merged, and may ask again.
pub(crate) fn take_out(repo: &Repo, batch_branch: &str, options: &RunOptions, run: &str, tell: &Tell) -> Result<()> {
    if options.redo.is_empty() {
        return Ok(());
    }
    let items = options.redo.iter().map(|id| names::parse(id)).collect::<Result<Vec<_>>>()?;
    let reverts = revert::plan(repo, batch_branch, &items, run)?;
    // What somebody reverted already begins anew as well: its old branch has nothing left to do.
    let mut over = reverts.items().to_vec();
    if let Some(batch) = repo.tip(batch_branch)? {
        for id in items.iter().filter(|id| !reverts.items().contains(id)) {
            if let Some(tip) = repo.tip(&id.branch())?
                && repo.is_ancestor(&tip, &batch)?
            {
                over.push(id.clone());
            }
        }
    }
    set_aside(repo, None, &over, run, tell)?;
    for id in reverts.items() {
        tell.note(Some(id.as_str()), format!("its merge is taken out of `{batch_branch}`"));
    }
    reverts.make(repo)
}

/// Lets merged items begin new branches; one that was begun is gone on with.
pub(crate) fn reopen(repo: &Repo, batch_branch: &str, options: &RunOptions, run: &str, tell: &Tell) -> Result<()> {
    let Some(batch) = repo.tip(batch_branch)? else { return Ok(()) };
    let mut over = Vec::new();
    for id in &options.reopen {
        let id = names::parse(id)?;
        if let Some(tip) = repo.tip(&id.branch())?
            && repo.is_ancestor(&tip, &batch)?
        {
            over.push(id);
        }
    }
    set_aside(repo, None, &over, run, tell)
}

fn set_aside(repo: &Repo, batch: Option<&str>, items: &[PrpId], run: &str, tell: &Tell) -> Result<()> {
    let branches: Vec<String> = items.iter().map(PrpId::branch).collect();
    for kept in restart::restart(repo, batch, &branches, run)? {
        tell.note(None, format!("the old `{}` is kept as `{}`", kept.branch, kept.reference));
    }
    Ok(())
}

fn listed(ids: &[&PrpId]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",")
}

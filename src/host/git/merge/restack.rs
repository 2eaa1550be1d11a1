//! A stack of branches that follows what became of its lower ones: merged elsewhere, be it as other commits, or mended.

use super::item::{self, Tree};
use super::replay::{self, Made};
use crate::error::Result;
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::repo::{MERGES_FROM_A_BASE, Repo};
use crate::host::git::plumbing::temporary;

/// What became of a branch of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands.
    Open,
    /// Its work is in what lies below, whatever commits it came as.
    Merged,
    /// It was merged into a branch that leads nowhere: what stands on it still brings its work.
    Stranded,
}

/// One branch of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What stands there as far as we know: the branches above were built on it.
    pub tip: String,
    /// Where somebody else brought it since.
    pub there: Option<String>,
    /// The merge of the work: what it was merged into, and what came of it.
    pub merge: (String, String),
    /// Later work of the item, as ranges of commits: after the first, up to the second.
    pub later: Vec<(String, String)>,
    pub fate: Fate,
}

/// Says where each branch of a stack, lowest first, is to be; a branch that cannot get there has the files that conflict,
/// and those above it stay. `ground` is what the lowest open branch is to stand on, where something below is merged.
pub fn restack(repo: &Repo, ground: Option<&str>, layers: &[Layer]) -> Result<Vec<Made>> {
    let mut target = ground.map(str::to_owned);
    let mut is_lowest = true;
    let mut made: Vec<Made> = Vec::new();
    let mut is_stuck = false;
    for (place, layer) in layers.iter().enumerate() {
        if layer.fate != Fate::Open || is_stuck {
            made.push(Ok(layer.there.clone().unwrap_or_else(|| layer.tip.clone())));
            continue;
        }
        let tip = moved(repo, target.as_deref(), is_lowest, &layers[..place], layer)?;
        is_stuck = tip.is_err();
        target = Some(tip.clone().unwrap_or_else(|_| layer.tip.clone()));
        is_lowest = false;
        made.push(tip);
    }
    Ok(made)
}

/// Brings one branch onto its target, with what came to it later.
fn moved(repo: &Repo, target: Option<&str>, is_lowest: bool, below: &[Layer], layer: &Layer) -> Result<Made> {
    let mut tip = layer.there.clone().unwrap_or_else(|| layer.tip.clone());
    if let Some(target) = target
        && !repo.is_ancestor(target, &tip)?
        && (!is_lowest || carries_twins(repo, target, below, &tip)?)
    {
        tip = match onto(repo, target, below, &tip, &layer.merge)? {
            Ok(tip) => tip,
            conflict => return Ok(conflict),
        };
    }
    for (from, to) in &layer.later {
        let entries = history::log(repo, &["--no-merges", "--topo-order", "--reverse", to, &format!("^{from}")])?;
        tip = match replay::replay(repo, &tip, &entries)? {
            Ok(tip) => tip,
            conflict => return Ok(conflict),
        };
    }
    Ok(Ok(tip))
}

/// Tells whether a branch has commits of something that was merged, and its target has them as others.
fn carries_twins(repo: &Repo, target: &str, below: &[Layer], tip: &str) -> Result<bool> {
    for layer in below.iter().filter(|layer| layer.fate == Fate::Merged) {
        if repo.is_ancestor(&layer.tip, tip)? && !repo.is_ancestor(&layer.tip, target)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the commits of a branch again on its target. What was resolved in merges comes last, so that the tree is the one
/// that merging gives: that which was validated, where the target is what the work was merged into.
fn onto(repo: &Repo, target: &str, below: &[Layer], tip: &str, merge: &(String, String)) -> Result<Made> {
    let mut since = None;
    let mut not = vec![format!("^{target}")];
    for layer in below.iter().filter(|layer| layer.fate != Fate::Stranded) {
        not.push(format!("^{}", layer.tip));
        if repo.is_ancestor(&layer.tip, tip)? {
            since = Some(layer.tip.as_str());
        }
    }
    let (before, after) = merge;
    let tree = if repo.tree(target)? == repo.tree(before)? {
        repo.tree(after)?
    } else {
        match item::tree_from(repo, since.filter(|_| repo.has(MERGES_FROM_A_BASE)), target, tip)? {
            Tree::Clean(tree) => tree,
            Tree::Conflict(files) => return Ok(Err(files)),
        }
    };
    let options = ["--no-merges", "--topo-order", "--reverse", tip];
    let entries = history::log(repo, &options.into_iter().chain(not.iter().map(String::as_str)).collect::<Vec<_>>())?;
    // Commits that conflict one by one, and not as a whole, become one.
    let new = replay::replay(repo, target, &entries)?.unwrap_or_else(|_| target.to_owned());
    if repo.tree(&new)? == tree {
        return Ok(Ok(new));
    }
    let text = "Merges of the branch\n\nWhat was resolved and noted when it was merged.\n";
    temporary::commit(repo, &tree, &[&new], text).map(Ok)
}

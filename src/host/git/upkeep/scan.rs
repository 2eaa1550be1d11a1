//! The checkpoint scanner: which phases of an item stand on its branch, and whether the item is merged.

use std::collections::BTreeMap;

use super::log::{Log, Said};
use crate::error::Result;
use crate::host::git::plumbing::history::{self, HistoryEntry};
use crate::host::git::plumbing::message::Revert;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::seal::OwnMerges;
use crate::model::checkpoint::{Checkpoint, TRAILER_RUN, trailer};
use crate::model::id::PrpId;

/// A phase whose checkpoint stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPhase {
    pub ordinal: u32,
    /// The last checkpoint of the phase.
    pub commit: String,
    pub key: String,
    pub title: String,
    pub run: String,
    /// Seconds since 1970.
    pub time: i64,
}

/// What the branch of an item shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemScan {
    /// In order of ordinals.
    pub phases: Vec<FoundPhase>,
    /// Ordinals below the highest one that have no checkpoint.
    pub holes: Vec<u32>,
    /// Ordinals whose checkpoint was reverted and does not stand any more.
    pub reverted: Vec<u32>,
    /// Commits that look like a checkpoint of the item but whose trailers do not say so.
    pub ambiguous: Vec<String>,
}

/// Scans the branch of an item from where it started.
pub fn item(repo: &Repo, branch: &str, base: &str, id: &PrpId) -> Result<ItemScan> {
    Ok(read(&log(repo, branch, base)?, id))
}

/// Scans the commits of an item from its start to a tip that need not be that of its branch.
pub fn between(repo: &Repo, tip: &str, base: &str, id: &PrpId) -> Result<ItemScan> {
    Ok(read(&Log::new(history::first_parents(repo, tip, base)?), id))
}

/// Returns the last commit on the branch of an item that we made, or where it started: what is newer is what agents and
/// persons did since.
pub fn last_own(repo: &Repo, branch: &str, base: &str) -> Result<String> {
    let recorded = refs::read(repo, &refs::item(branch))?.unwrap_or_else(|| base.to_owned());
    let Some(tip) = repo.tip(branch)? else { return Ok(recorded) };
    // Merges that bring in what the item builds on are not recorded.
    let newer = history::first_parents(repo, &tip, &recorded)?;
    let own = newer.into_iter().find(|entry| trailer(&entry.message, TRAILER_RUN).is_some());
    Ok(own.map_or(recorded, |entry| entry.commit))
}

/// Finds the merge commit of an item on a batch branch, if it stands.
pub fn merged(repo: &Repo, batch_branch: &str, base: &str, id: &PrpId) -> Result<Option<String>> {
    Ok(all_merged(repo, batch_branch, base)?.merged.into_iter().find(|(merged, _)| merged == id).map(|(_, at)| at))
}

/// The merges on a batch branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges {
    /// Id and commit of those that stand and count, oldest first.
    pub merged: Vec<(PrpId, String)>,
    /// Those that look like merges of items, and that nothing of ours made.
    pub foreign: Vec<(PrpId, String)>,
}

/// Finds the merges of all items that stand on a batch branch, in one walk.
pub fn all_merged(repo: &Repo, batch_branch: &str, base: &str) -> Result<Merges> {
    let log = log(repo, batch_branch, base)?;
    let own = OwnMerges::of(repo);
    let mut found = Merges::default();
    for id in log.merged_items() {
        let Some(commit) = standing_merge(&log, id) else { continue };
        let list = if own.holds(&commit)? { &mut found.merged } else { &mut found.foreign };
        list.push((id.clone(), commit));
    }
    Ok(found)
}

/// Reads the first-parent commits of a branch from where it started.
fn log(repo: &Repo, branch: &str, base: &str) -> Result<Log> {
    match repo.tip(branch)? {
        Some(tip) => Ok(Log::new(history::first_parents(repo, &tip, base)?)),
        None => Ok(Log::default()),
    }
}

/// Reads the checkpoints of one item out of commits.
pub(crate) fn read(log: &Log, id: &PrpId) -> ItemScan {
    let mut scan = ItemScan::default();
    let mut standing: BTreeMap<u32, FoundPhase> = BTreeMap::new();
    let mut undone: BTreeMap<u32, FoundPhase> = BTreeMap::new();
    // Every checkpoint of the item, also superseded ones: reverting any of them undoes its phase.
    let mut seen: Vec<Seen> = Vec::new();
    for (entry, said) in log.work(id) {
        let found = match said {
            Said::Revert(revert) => {
                for (ordinal, restores) in targets(&seen, entry, revert) {
                    let (from, to) = if restores { (&mut undone, &mut standing) } else { (&mut standing, &mut undone) };
                    if let Some(phase) = from.remove(&ordinal) {
                        to.insert(ordinal, phase);
                    }
                    // A revert of this revert names this commit.
                    let commit = entry.commit.clone();
                    seen.push(Seen { commit, subject: String::new(), ordinal, applies: restores });
                }
                continue;
            }
            Said::Checkpoints { found, .. } => found.as_slice(),
            Said::Other => &[],
        };
        let mut any = false;
        for checkpoint in found.iter().filter(|checkpoint| checkpoint.prp == *id) {
            any = true;
            let ordinal = checkpoint.phase;
            let subject = checkpoint.subject();
            seen.push(Seen { commit: entry.commit.clone(), subject, ordinal, applies: true });
            undone.remove(&ordinal);
            standing.insert(ordinal, phase(entry, checkpoint));
        }
        if !any {
            scan.ambiguous.push(entry.commit.clone());
        }
    }
    let highest = standing.keys().next_back().copied().unwrap_or(0);
    scan.holes = (1..highest).filter(|ordinal| !standing.contains_key(ordinal)).take(1000).collect();
    scan.reverted = undone.into_keys().collect();
    scan.phases = standing.into_values().collect();
    scan
}

/// Finds the merge commit of an item, unless it was reverted.
pub(crate) fn standing_merge(log: &Log, id: &PrpId) -> Option<String> {
    let mut merge: Option<(&HistoryEntry, bool)> = None;
    let mut reverts: Vec<(&str, bool)> = Vec::new();
    for (entry, said) in log.merges_and_reverts(id) {
        let Said::Revert(revert) = said else {
            merge = Some((entry, true));
            continue;
        };
        let Some((found, stands)) = &mut merge else { continue };
        let earlier = reverts.iter().rev().find(|(commit, _)| commit.starts_with(&revert.commit));
        let restores = if entry.reverts(revert, &found.commit) {
            false
        } else if let Some((_, restored)) = earlier {
            !restored
        } else if found.message.lines().next() == Some(&revert.subject) {
            revert.restores
        } else {
            continue;
        };
        *stands = restores;
        reverts.push((&entry.commit, restores));
    }
    merge.filter(|(_, stands)| *stands).map(|(entry, _)| entry.commit.clone())
}

fn phase(entry: &HistoryEntry, checkpoint: &Checkpoint) -> FoundPhase {
    FoundPhase {
        ordinal: checkpoint.phase,
        commit: entry.commit.clone(),
        key: checkpoint.key.clone(),
        title: checkpoint.title.clone(),
        run: checkpoint.run.clone(),
        time: entry.time,
    }
}

/// A commit that gave or took a phase.
struct Seen {
    commit: String,
    /// Empty for reverts.
    subject: String,
    ordinal: u32,
    applies: bool,
}

/// Returns the phases that a revert is about, several for a squash or a merge, and whether it brings them back: by commit
/// id, else (after a rebase) by the quoted subject.
fn targets(seen: &[Seen], entry: &HistoryEntry, revert: &Revert) -> BTreeMap<u32, bool> {
    let by_id = seen.iter().filter(|seen| entry.reverts(revert, &seen.commit));
    // Of two commits of one phase the later one counts.
    let by_id = by_id.map(|seen| (seen.ordinal, !seen.applies)).collect::<BTreeMap<_, _>>();
    if !by_id.is_empty() {
        return by_id;
    }
    let by_subject = seen.iter().rev().find(|seen| !seen.subject.is_empty() && seen.subject == revert.subject);
    by_subject.map(|seen| (seen.ordinal, revert.restores)).into_iter().collect()
}

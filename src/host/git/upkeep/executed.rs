//! What became of items, from history alone: right after branches were deleted, and after history was rebased,
//! squashed, reverted or cherry-picked.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::scan::{self, FoundPhase};
use crate::error::Result;
use crate::host::git::plumbing::history::{self, Entry};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::{diff, message, notes, refs};
use crate::host::git::worktree::branch;
use crate::model::checkpoint::{Checkpoint, TRAILER_PRP};
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;

/// Which items are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Looked at beside HEAD, when it exists.
    pub batch_branch: Option<String>,
    pub ids: Vec<PrpId>,
    /// Path prefixes that are no work of an item: `.ce/`, the folders of the PRP documents.
    pub exclude: Vec<String>,
}

/// How an item came into the history that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// Its merge commit stands.
    Merge,
    /// Its checkpoints are there without a merge commit: rebased or cherry-picked. Compare the phases with the PRP.
    Linear,
    /// Its checkpoints were squashed into another commit.
    Squash,
}

/// Facts about one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub id: String,
    /// Standing checkpoints in order of ordinals.
    pub phases: Vec<FoundPhase>,
    /// Validation records by ordinal.
    pub validations: BTreeMap<u32, ValidationRecord>,
    /// Merge commit, or the commit that brought the last phase where there is none.
    pub merged: Option<String>,
    pub landed: Option<Landed>,
    /// Files that the item changed; `None` when a squash with other items hides it.
    pub files: Option<Vec<String>>,
    /// RFC 3339 times of the first and the last checkpoint.
    pub first: Option<String>,
    pub last: Option<String>,
}

/// Collects the facts about items, in the order of the query.
pub fn executed(repo: &Repo, query: &Query) -> Result<Vec<Facts>> {
    let mut revisions = vec![repo.head()?];
    if let Some(batch) = &query.batch_branch {
        revisions.extend(repo.tip(batch)?);
    }
    let trailer = format!("--grep={TRAILER_PRP}: ");
    let mut args = vec!["--topo-order", "--fixed-strings", &trailer, "--grep=This reverts commit "];
    args.extend(revisions.iter().map(String::as_str));
    let mut entries = history::log(repo, &args)?;
    follow_reverted_merges(repo, &mut entries)?;
    query.ids.iter().map(|id| facts(repo, query, id, &entries)).collect()
}

/// Finds what came with merges that are none of ours, such as that of a whole batch, and were reverted.
fn follow_reverted_merges(repo: &Repo, entries: &mut [Entry]) -> Result<()> {
    let known = entries.iter().map(|entry| entry.commit.clone()).collect::<HashSet<_>>();
    for entry in entries {
        let Some(revert) = message::revert(&entry.message) else { continue };
        let (Some(mainline), false) = (&revert.mainline, known.contains(&revert.commit)) else { continue };
        if let (Some(from), Some(to)) = (repo.commit(mainline)?, repo.commit(&revert.commit)?) {
            let range = format!("^{from}");
            entry.takes_back =
                repo.git().args(["rev-list", &to, &range, "--"]).text()?.lines().map(str::to_owned).collect();
        }
    }
    Ok(())
}

/// What the branch of an item, or the record of it, shows.
struct Own {
    base: String,
    tip: String,
    phases: Vec<FoundPhase>,
}

fn facts(repo: &Repo, query: &Query, id: &PrpId, entries: &[Entry]) -> Result<Facts> {
    let own = own(repo, id)?;
    let merge = scan::standing_merge(entries, id);
    let mut phases = scan::read(entries, id).phases;
    if merge.is_none() {
        undo_reverted_merge(repo, id, entries, &mut phases)?;
    }
    let missing =
        own.as_ref().is_some_and(|own| own.phases.iter().any(|a| !phases.iter().any(|b| a.ordinal == b.ordinal)));
    let landed = if merge.is_some() {
        Some(Landed::Merge)
    } else if phases.is_empty() || missing {
        None
    } else {
        let single = |phase: &FoundPhase| {
            entries.iter().any(|entry| entry.commit == phase.commit && Checkpoint::read(&entry.message).is_some())
        };
        Some(if phases.iter().all(single) { Landed::Linear } else { Landed::Squash })
    };
    if landed.is_none() {
        phases = own.as_ref().map(|own| own.phases.clone()).unwrap_or_default();
    }
    let last_commit = || entries.iter().find(|e| phases.iter().any(|p| p.commit == e.commit)).map(|e| e.commit.clone());
    let merged = merge.clone().or_else(|| landed.and_then(|_| last_commit()));
    let files = files(repo, id, entries, landed, merge.as_deref(), own.as_ref(), &phases)?;
    let times = || phases.iter().map(|phase| phase.time);
    Ok(Facts {
        id: id.to_string(),
        validations: validations(repo, &phases, own.as_ref())?,
        merged,
        landed,
        files: files.map(|files| {
            let counts = |file: &String| !query.exclude.iter().any(|prefix| file.starts_with(prefix.as_str()));
            files.into_iter().filter(counts).collect()
        }),
        first: times().min().map(history::rfc3339),
        last: times().max().map(history::rfc3339),
        phases,
    })
}

/// Reads the branch of an item, or after its deletion the record of its last checkpoint.
fn own(repo: &Repo, id: &PrpId) -> Result<Option<Own>> {
    let name = id.branch();
    let Some(recorded) = refs::read(repo, &refs::item(&name))? else { return Ok(None) };
    let (base, tip) = match (branch::base(repo, &name)?, repo.tip(&name)?) {
        (Some(base), Some(tip)) => (base, tip),
        _ => match refs::read(repo, &refs::base(&name))? {
            Some(base) => (base, recorded),
            None => return Ok(None),
        },
    };
    let phases = scan::read(&history::first_parents(repo, &tip, &base)?, id).phases;
    Ok(Some(Own { base, tip, phases }))
}

/// Takes away the phases that are only there through a merge that was reverted.
fn undo_reverted_merge(repo: &Repo, id: &PrpId, entries: &[Entry], phases: &mut Vec<FoundPhase>) -> Result<()> {
    let is_merge = |entry: &&Entry| message::merge(&entry.message).is_some_and(|found| found == *id);
    for merge in entries.iter().filter(is_merge) {
        let mut standing = Vec::new();
        for phase in phases.drain(..) {
            if !repo.is_ancestor(&phase.commit, &merge.commit)? {
                standing.push(phase);
            }
        }
        *phases = standing;
    }
    Ok(())
}

fn files(
    repo: &Repo,
    id: &PrpId,
    entries: &[Entry],
    landed: Option<Landed>,
    merge: Option<&str>,
    own: Option<&Own>,
    phases: &[FoundPhase],
) -> Result<Option<Vec<String>>> {
    if let Some(merge) = merge
        && let Some((from, to)) = diff::range(repo, "", "", Some(merge))?
    {
        return diff::files(repo, &from, &to).map(Some);
    }
    if let Some(own) = own {
        return diff::files(repo, &own.base, &own.tip).map(Some);
    }
    let shared = |commit: &str| {
        let text = entries.iter().find(|entry| entry.commit == commit).map(|entry| entry.message.as_str());
        message::squashed(text.unwrap_or_default()).iter().any(|checkpoint| checkpoint.prp != *id)
    };
    if landed == Some(Landed::Squash) && phases.iter().any(|phase| shared(&phase.commit)) {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    for phase in phases {
        if let Some(parent) = repo.commit(&format!("{}^1", phase.commit))? {
            found.extend(diff::files(repo, &parent, &phase.commit)?);
        }
    }
    Ok(Some(found.into_iter().collect()))
}

/// Reads the records of the standing checkpoints; those of the item's own branch where a rewrite gave new commits.
fn validations(repo: &Repo, phases: &[FoundPhase], own: Option<&Own>) -> Result<BTreeMap<u32, ValidationRecord>> {
    let original = |ordinal: u32| own.and_then(|own| own.phases.iter().find(|phase| phase.ordinal == ordinal));
    let wanted = phases.iter().flat_map(|phase| {
        let first = Some(phase.commit.as_str());
        [first, original(phase.ordinal).map(|own| own.commit.as_str())]
    });
    let records = notes::read_many(repo, &wanted.flatten().collect::<Vec<_>>())?;
    let of = |phase: &FoundPhase| {
        let own = original(phase.ordinal).map(|own| &own.commit);
        let record = records.get(&phase.commit).or_else(|| own.and_then(|commit| records.get(commit)))?;
        Some((phase.ordinal, record.clone()))
    };
    Ok(phases.iter().filter_map(of).collect())
}

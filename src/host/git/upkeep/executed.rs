//! What became of items, from history alone: right after branches were deleted, and after history was rebased,
//! squashed, reverted or cherry-picked.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::log::{Log, Said};
use super::relevant;
use super::scan::{self, FoundPhase, ItemScan};
use crate::error::Result;
use crate::host::git::plumbing::history::{self, HistoryEntry};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::seal::OwnMerges;
use crate::host::git::plumbing::{diff, message, notes, refs};
use crate::host::git::workspace::branch;
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;

/// Which items are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Looked at beside HEAD, when it exists.
    pub batch_branch: Option<String>,
    pub ids: Vec<PrpId>,
    /// The files that items changed are wanted too: they are compared for each item.
    pub files: bool,
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
    /// It was merged and its merge was reverted.
    pub taken_out: bool,
    /// The batch branch has its work all the same: it was reverted elsewhere, such as where it landed.
    pub kept_by_batch: bool,
    /// Ordinals of phases that were reverted after they had come in, and do not stand.
    pub reverted: Vec<u32>,
    /// Files that the item changed, when they were asked for; `None` also when a squash with other items hides them.
    pub files: Option<Vec<String>>,
    /// RFC 3339 times of the first and the last checkpoint.
    pub first: Option<String>,
    pub last: Option<String>,
}

/// Collects the facts about items, in the order of the query: one walk over what is new in history, whatever the number
/// of items.
pub fn executed(repo: &Repo, query: &Query) -> Result<Vec<Facts>> {
    let mut tips = vec![repo.head()?];
    if let Some(batch) = &query.batch_branch {
        tips.extend(repo.tip(batch)?);
    }
    let mut entries = relevant::entries(repo, &tips)?;
    follow_reverted_merges(repo, &mut entries)?;
    let log = Log::new(entries);
    let own = OwnMerges::of(repo);
    let items = query.ids.iter().map(|id| Item::find(repo, id, &log, &own)).collect::<Result<Vec<_>>>()?;
    let records = records(repo, &items)?;
    let mut facts = items.iter().map(|item| item.facts(query, &records)).collect::<Result<Vec<_>>>()?;
    if facts.iter().any(|fact| fact.taken_out)
        && let Some(log) = log_of_batch(repo, query)?
    {
        for (fact, id) in facts.iter_mut().zip(&query.ids) {
            fact.kept_by_batch = fact.taken_out && scan::standing_merge(&log, id).is_some();
        }
    }
    Ok(facts)
}

/// Returns what the batch branch itself says, without what others say of it.
fn log_of_batch(repo: &Repo, query: &Query) -> Result<Option<Log>> {
    let Some(batch) = &query.batch_branch else { return Ok(None) };
    let (Some(tip), Some(base)) = (repo.tip(batch)?, branch::base(repo, batch)?) else { return Ok(None) };
    Ok(Some(Log::new(history::first_parents(repo, &tip, &base)?)))
}

/// Finds what came with merges that are none of ours, such as that of a whole batch, and were reverted.
fn follow_reverted_merges(repo: &Repo, entries: &mut [HistoryEntry]) -> Result<()> {
    let known = entries.iter().map(|entry| entry.commit.clone()).collect::<HashSet<_>>();
    for entry in entries {
        let Some(revert) = message::revert(&entry.message) else { continue };
        let (Some(mainline), false) = (&revert.mainline, known.contains(&revert.commit)) else { continue };
        if let (Some(from), Some(to)) = (repo.commit(mainline)?, repo.commit(&revert.commit)?) {
            entry.takes_back = history::between(repo, &from, &to)?;
        }
    }
    Ok(())
}

/// Reads the validation records of all items: those of the standing checkpoints, and those of the item's own branch
/// where a rewrite gave new commits.
fn records(repo: &Repo, items: &[Item<'_>]) -> Result<BTreeMap<String, ValidationRecord>> {
    let commits = |item: &Item<'_>| item.phases.iter().map(|phase| phase.commit.clone()).collect::<Vec<_>>();
    let commits: Vec<String> = items.iter().flat_map(commits).collect();
    let mut records = notes::read_many(repo, &commits.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut originals = Vec::new();
    for item in items {
        for phase in item.phases.iter().filter(|phase| !records.contains_key(&phase.commit)) {
            originals.extend(item.original(phase)?);
        }
    }
    records.extend(notes::read_many(repo, &originals)?);
    Ok(records)
}

/// One item, as far as history shows it.
struct Item<'a> {
    repo: &'a Repo,
    id: &'a PrpId,
    log: &'a Log,
    /// Which merges count.
    counts: &'a OwnMerges<'a>,
    /// Merge commit that stands.
    merge: Option<String>,
    landed: Option<Landed>,
    phases: Vec<FoundPhase>,
    reverted: Vec<u32>,
    /// Asked for when needed: most items need no look at their own branch, because their merge stands.
    own: OnceCell<Option<Own>>,
}

/// What the branch of an item, or the record of it, shows.
struct Own {
    base: String,
    tip: String,
    phases: Vec<FoundPhase>,
}

impl<'a> Item<'a> {
    fn find(repo: &'a Repo, id: &'a PrpId, log: &'a Log, counts: &'a OwnMerges<'a>) -> Result<Self> {
        let merge = match scan::standing_merge(log, id) {
            Some(commit) if counts.holds(&commit)? => Some(commit),
            Some(_) | None => None,
        };
        let landed = merge.as_ref().map(|_| Landed::Merge);
        let ItemScan { phases, reverted, .. } = scan::read(log, id);
        let mut item = Self { repo, id, log, counts, merge, landed, phases, reverted, own: OnceCell::new() };
        if item.landed.is_none() {
            item.undo_reverted_merge()?;
            let is_there = |a: &FoundPhase| item.phases.iter().any(|b| a.ordinal == b.ordinal);
            if item.phases.is_empty() || !item.own()?.is_none_or(|own| own.phases.iter().all(is_there)) {
                item.phases = item.own()?.map(|own| own.phases.clone()).unwrap_or_default();
            } else {
                item.landed = Some(item.landed_without_merge());
            }
        }
        Ok(item)
    }

    /// Takes away the phases that are only there through a merge that was reverted.
    fn undo_reverted_merge(&mut self) -> Result<()> {
        for merge in self.log.merges(self.id) {
            let mut standing = Vec::new();
            for phase in self.phases.drain(..) {
                if !self.repo.is_ancestor(&phase.commit, &merge.commit)? {
                    standing.push(phase);
                }
            }
            self.phases = standing;
        }
        Ok(())
    }

    fn landed_without_merge(&self) -> Landed {
        let is_single = |phase: &FoundPhase| {
            matches!(self.log.get(&phase.commit), Some((_, Said::Checkpoints { is_squash: false, .. })))
        };
        if self.phases.iter().all(is_single) { Landed::Linear } else { Landed::Squash }
    }

    /// Reads the branch of the item, or after its deletion the record of its last checkpoint.
    fn own(&self) -> Result<Option<&Own>> {
        if self.own.get().is_none() {
            drop(self.own.set(self.read_own()?));
        }
        Ok(self.own.get().and_then(Option::as_ref))
    }

    fn read_own(&self) -> Result<Option<Own>> {
        let (repo, name) = (self.repo, self.id.branch());
        let Some(recorded) = refs::read(repo, &refs::item(&name))? else { return Ok(None) };
        let (base, tip) = match (branch::base(repo, &name)?, repo.tip(&name)?) {
            (Some(base), Some(tip)) => (base, tip),
            _ => match refs::read(repo, &refs::base(&name))? {
                Some(base) => (base, recorded),
                None => return Ok(None),
            },
        };
        // What a power failure or a pruning took away is mended when the item starts; till then nothing is known of it.
        if repo.commit(&tip)?.is_none() {
            return Ok(None);
        }
        let phases = scan::between(repo, &tip, &base, self.id)?.phases;
        Ok(Some(Own { base, tip, phases }))
    }

    /// Returns the commit that the item's own branch has for a phase.
    fn original(&self, phase: &FoundPhase) -> Result<Option<&str>> {
        let own = self.own()?.and_then(|own| own.phases.iter().find(|own| own.ordinal == phase.ordinal));
        Ok(own.map(|own| own.commit.as_str()))
    }

    fn facts(&self, query: &Query, records: &BTreeMap<String, ValidationRecord>) -> Result<Facts> {
        let newest = self.phases.iter().filter_map(|phase| Some((self.log.place(&phase.commit)?, &phase.commit))).min();
        let newest = newest.filter(|_| self.landed.is_some()).map(|(_, commit)| commit.clone());
        let mut validations = BTreeMap::new();
        for phase in &self.phases {
            let record = match records.get(&phase.commit) {
                Some(record) => Some(record),
                None => self.original(phase)?.and_then(|commit| records.get(commit)),
            };
            validations.extend(record.map(|record| (phase.ordinal, record.clone())));
        }
        // Commits that say that they are its checkpoints prove nothing where nobody validated them or took them in.
        let is_proven = |phase: &FoundPhase| validations.get(&phase.ordinal).is_some_and(ValidationRecord::passed);
        let is_taken = match &newest {
            Some(commit) => self.merge.is_some() || self.phases.iter().all(is_proven) || self.counts.holds(commit)?,
            None => true,
        };
        let landed = self.landed.filter(|_| is_taken);
        let counts = |file: &String| !query.exclude.iter().any(|prefix| file.starts_with(prefix.as_str()));
        let files = if query.files { self.files()? } else { None };
        let times = || self.phases.iter().map(|phase| phase.time);
        Ok(Facts {
            id: self.id.to_string(),
            validations,
            merged: self.merge.clone().or(newest.filter(|_| is_taken)),
            landed,
            taken_out: scan::standing_merge(self.log, self.id).is_none() && self.log.merges(self.id).next().is_some(),
            kept_by_batch: false,
            reverted: self.reverted.clone(),
            files: files.map(|files| files.into_iter().filter(counts).collect()),
            first: times().min().map(history::rfc3339),
            last: times().max().map(history::rfc3339),
            phases: self.phases.clone(),
        })
    }

    fn files(&self) -> Result<Option<Vec<String>>> {
        let repo = self.repo;
        if let Some(merge) = &self.merge
            && let Some((from, to)) = diff::range(repo, "", "", Some(merge))?
        {
            return diff::files(repo, &from, &to).map(Some);
        }
        if let Some(own) = self.own()? {
            return diff::files(repo, &own.base, &own.tip).map(Some);
        }
        let is_shared = |phase: &FoundPhase| match self.log.get(&phase.commit) {
            Some((_, Said::Checkpoints { is_squash: true, found })) => found.iter().any(|point| point.prp != *self.id),
            Some(_) | None => false,
        };
        if self.landed == Some(Landed::Squash) && self.phases.iter().any(is_shared) {
            return Ok(None);
        }
        let mut found = BTreeSet::new();
        for phase in &self.phases {
            if let Some(parent) = repo.commit(&format!("{}^1", phase.commit))? {
                found.extend(diff::files(repo, &parent, &phase.commit)?);
            }
        }
        Ok(Some(found.into_iter().collect()))
    }
}

//! Commits that say something about PRPs, each message read once and found again by PRP.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::host::git::plumbing::history::HistoryEntry;
use crate::host::git::plumbing::message::{self, Revert};
use crate::model::checkpoint::Checkpoint;
use crate::model::id::PrpId;

/// What a commit says.
#[derive(Debug)]
pub(crate) enum Said {
    Revert(Revert),
    /// Whole checkpoints: one, or several of a squash.
    Checkpoints {
        is_squash: bool,
        found: Vec<Checkpoint>,
    },
    /// The merge of an item, or a look-alike of a checkpoint.
    Other,
}

/// Commits, newest first, with what they say.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Vec<HistoryEntry>,
    said: Vec<Said>,
    at: HashMap<String, usize>,
    /// Places of checkpoints, and of what looks like one, by PRP.
    work: HashMap<String, Vec<usize>>,
    merges: HashMap<PrpId, Vec<usize>>,
    /// Reverts of anything that stands in this log.
    reverts: Vec<usize>,
}

impl Log {
    /// Reads the messages of commits, which come newest first.
    pub(crate) fn new(entries: Vec<HistoryEntry>) -> Self {
        let mut log = Self { at: HashMap::with_capacity(entries.len()), ..Self::default() };
        for (place, entry) in entries.iter().enumerate() {
            log.at.insert(entry.commit.clone(), place);
            let said = match message::revert(&entry.message) {
                Some(revert) => Said::Revert(revert),
                None => log.read(place, entry),
            };
            log.said.push(said);
        }
        log.entries = entries;
        log.reverts = log.reverts_that_count();
        log
    }

    fn read(&mut self, place: usize, entry: &HistoryEntry) -> Said {
        if let Some(id) = message::merge(&entry.message) {
            self.merges.entry(id).or_default().push(place);
        }
        let single = Checkpoint::read(&entry.message);
        let is_squash = single.is_none();
        let found = single.map_or_else(|| message::squashed(&entry.message), |single| vec![single]);
        let mut ids: Vec<&str> = found.iter().map(|checkpoint| checkpoint.prp.as_str()).collect();
        ids.extend(message::checkpoint_like(&entry.message).filter(|_| is_squash));
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            self.work.entry(id.to_owned()).or_default().push(place);
        }
        if found.is_empty() { Said::Other } else { Said::Checkpoints { is_squash, found } }
    }

    /// Finds the reverts that can be about a commit of this log: most of those in a long history are not.
    fn reverts_that_count(&self) -> Vec<usize> {
        let (mut commits, mut subjects) = (BTreeSet::new(), HashSet::new());
        let mut found = Vec::new();
        for (place, (entry, said)) in self.entries.iter().zip(&self.said).enumerate().rev() {
            if let Said::Revert(revert) = said {
                let names = |commits: &BTreeSet<&str>| {
                    let next = commits.range(revert.commit.as_str()..).next();
                    next.is_some_and(|commit| commit.starts_with(&revert.commit))
                };
                let counts = names(&commits)
                    || subjects.contains(revert.subject.as_str())
                    || entry.takes_back.iter().any(|commit| commits.contains(commit.as_str()));
                if !counts {
                    continue;
                }
                found.push(place);
            }
            subjects.extend(entry.message.lines().next().map(str::to_owned));
            if let Said::Checkpoints { found, .. } = said {
                subjects.extend(found.iter().map(Checkpoint::subject));
            }
            commits.insert(entry.commit.as_str());
        }
        found.reverse();
        found
    }

    /// Returns the entry of a commit with what it says.
    pub(crate) fn get(&self, commit: &str) -> Option<(&HistoryEntry, &Said)> {
        self.at.get(commit).map(|place| (&self.entries[*place], &self.said[*place]))
    }

    /// Returns where a commit stands.
    pub(crate) fn place(&self, commit: &str) -> Option<usize> {
        self.at.get(commit).copied()
    }

    /// Returns the merges of an item, reverted or not, newest first.
    pub(crate) fn merges(&self, id: &PrpId) -> impl Iterator<Item = &HistoryEntry> {
        self.merges.get(id).into_iter().flatten().map(|place| &self.entries[*place])
    }

    /// Returns the items that were merged, the one that was merged first in front.
    pub(crate) fn merged_items(&self) -> Vec<&PrpId> {
        let mut items: Vec<(&PrpId, &usize)> =
            self.merges.iter().filter_map(|(id, places)| Some((id, places.last()?))).collect();
        items.sort_by(|a, b| b.1.cmp(a.1));
        items.into_iter().map(|(id, _)| id).collect()
    }

    /// Returns what was said about the phases of an item and all reverts, oldest first.
    pub(crate) fn work(&self, id: &PrpId) -> impl Iterator<Item = (&HistoryEntry, &Said)> {
        self.with_reverts(self.work.get(id.as_str()).map(Vec::as_slice).unwrap_or_default())
    }

    /// Returns the merges of an item and all reverts, oldest first.
    pub(crate) fn merges_and_reverts(&self, id: &PrpId) -> impl Iterator<Item = (&HistoryEntry, &Said)> {
        self.with_reverts(self.merges.get(id).map(Vec::as_slice).unwrap_or_default())
    }

    fn with_reverts(&self, places: &[usize]) -> impl Iterator<Item = (&HistoryEntry, &Said)> {
        let mut all = Vec::new();
        // Nothing that was never done is reverted.
        if let Some(oldest) = places.last() {
            all.extend_from_slice(places);
            all.extend(self.reverts.iter().take_while(|place| *place < oldest));
            all.sort_unstable_by(|a, b| b.cmp(a));
        }
        all.into_iter().map(|place| (&self.entries[place], &self.said[place]))
    }
}

//! Items that a person carries out by hand: a reference says who took which phase, and stays until they let go.
//!
//! A lease says that a run works on an item, and is worth nothing once that run is dead. A person has no process: what
//! they took is theirs until they hand it in. Whoever takes an item, or asks whether it is taken, holds its lease.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::model::id::PrpId;

/// Where it is kept, by the branches of the items.
const PREFIX: &str = "refs/batchprp/hand/";
const SCHEMA_VERSION: u32 = 1;

/// A phase in the hands of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    pub schema_version: u32,
    /// Who took it: the identity of git, else the user of the system.
    pub by: String,
    /// Ordinal of the phase.
    pub phase: u32,
    /// RFC 3339.
    pub at: String,
}

/// Returns who took an item.
pub fn read(repo: &Repo, id: &PrpId) -> Result<Option<Hand>> {
    let Some(commit) = refs::read(repo, &reference(id))? else { return Ok(None) };
    of_commit(repo, id, &commit).map(Some)
}

/// Returns who took which items, by the names of their branches.
pub fn all(repo: &Repo) -> Result<Vec<(String, Hand)>> {
    let mut found = Vec::new();
    for (name, commit) in refs::list(repo, PREFIX)? {
        let branch = name.trim_start_matches(PREFIX).to_owned();
        let hand = message(repo, &commit)?.unwrap_or_default();
        found.push((branch, hand));
    }
    Ok(found)
}

/// Puts a phase of an item into the hands of a person. It stays in those in which it is already.
pub fn take(repo: &Repo, id: &PrpId, by: String, phase: u32, at: String) -> Result<Hand> {
    if let Some(hand) = read(repo, id)? {
        return if hand.by == by { Ok(hand) } else { Err(is_theirs(id, &hand)) };
    }
    let hand = Hand { schema_version: SCHEMA_VERSION, by, phase, at };
    let text = serde_json::to_string(&hand).map_err(|e| refuse(format!("cannot write who took {id}: {e}")))?;
    let tree = temporary::empty_tree(repo)?;
    let commit = temporary::commit(repo, &tree, &[], &format!("{id} is carried out by hand\n\n{text}\n"))?;
    match RefChange::default().create(&reference(id), &commit).apply(repo, "batchprp: take")? {
        Moved::Done => Ok(hand),
        Moved::Raced => {
            Err(refuse(format!("somebody else took {id} at the same time"))
                .help(format!("see who: `batchprp take {id}`")))
        }
    }
}

/// Says why an item is left to the one who took it.
pub fn is_theirs(id: &PrpId, hand: &Hand) -> crate::error::Error {
    refuse(format!("{id} is in the hands of {} since {} (phase {})", hand.by, hand.at, hand.phase)).help(format!(
        "they hand it in with `batchprp give {id}`; `batchprp give {id} --abandon` takes it from them and loses nothing"
    ))
}

/// Takes an item out of the hands in which it is. One that nobody took is no error.
pub fn let_go(repo: &Repo, id: &PrpId) -> Result<()> {
    let name = reference(id);
    let Some(commit) = refs::read(repo, &name)? else { return Ok(()) };
    RefChange::default().delete(&name, &commit).apply(repo, "batchprp: give").map(drop)
}

fn of_commit(repo: &Repo, id: &PrpId, commit: &str) -> Result<Hand> {
    message(repo, commit)?.ok_or_else(|| {
        refuse(format!("`{}` does not say who took {id}", reference(id)))
            .help(format!("when nobody works on it by hand: `git update-ref -d {}`", reference(id)))
    })
}

fn message(repo: &Repo, commit: &str) -> Result<Option<Hand>> {
    let text = repo.message(commit)?;
    Ok(text.lines().rev().find_map(|line| serde_json::from_str::<Hand>(line).ok()))
}

fn reference(id: &PrpId) -> String {
    format!("{PREFIX}{}", id.branch())
}

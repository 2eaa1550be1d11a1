//! Leases: a reference that only one orchestrator can create says who works on an attempt of an item.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::temporary;
use crate::host::owner::Owner;
use crate::model::id::PrpId;

/// Who holds a lease.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub run: String,
    pub attempt: u32,
    pub owner: Owner,
    /// Two leases are never the same commit.
    pub nonce: String,
}

/// A lease that we hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub reference: String,
    pub commit: String,
    pub attempt: u32,
}

/// Takes the lease on an item for the first attempt number from `attempt` on that is free.
///
/// Leases of runs that are dead do not count; one that may be alive refuses.
pub fn take(repo: &Repo, id: &PrpId, attempt: u32, run: &str) -> Result<Lease> {
    let prefix = prefix(id);
    for number in attempt..attempt.saturating_add(64) {
        if let Some(holder) = other(repo, id, run)? {
            return Err(is_busy(id, &holder));
        }
        let nonce = uuid::Uuid::new_v4().to_string();
        let holder = Holder { run: run.to_owned(), attempt: number, owner: Owner::current(id.as_str()), nonce };
        let text = serde_json::to_string(&holder).map_err(|e| refuse(format!("cannot write the lease: {e}")))?;
        let tree = temporary::empty_tree(repo)?;
        let commit = temporary::commit(repo, &tree, &[], &format!("Lease of {id}\n\n{text}\n"))?;
        let reference = format!("{prefix}/a{number}");
        if RefChange::default().create(&reference, &commit).apply(repo, "batchprp: lease")? == Moved::Done {
            let lease = Lease { reference, commit, attempt: number };
            // Two that looked at the same time and chose different numbers see each other now.
            return match other(repo, id, run)? {
                None => Ok(lease),
                Some(holder) => release(repo, &lease).and(Err(is_busy(id, &holder))),
            };
        }
    }
    Err(refuse(format!("cannot take the lease on {id}"))
        .help("too many attempts are recorded; `batchprp clean` removes old ones"))
}

/// Finds another run that works on an item, as far as anybody knows.
fn other(repo: &Repo, id: &PrpId, run: &str) -> Result<Option<Holder>> {
    Ok(holders(repo, id)?.into_iter().find(|holder| holder.run != run && may_live(holder)))
}

fn is_busy(id: &PrpId, holder: &Holder) -> Error {
    refuse(format!("{id} is being worked on by run {} ({})", holder.run, holder.owner)).help(format!(
        "wait for it, or end that run; when it is certainly dead: `git update-ref -d {}/a{}`",
        prefix(id),
        holder.attempt
    ))
}

/// Tells whether a lease is still ours: nobody removed it or took it over.
pub fn is_held(repo: &Repo, lease: &Lease) -> Result<bool> {
    Ok(refs::read(repo, &lease.reference)?.as_deref() == Some(&lease.commit))
}

/// Gives a lease back. One that is gone already is no error.
pub fn release(repo: &Repo, lease: &Lease) -> Result<()> {
    RefChange::default().delete(&lease.reference, &lease.commit).apply(repo, "batchprp: lease").map(drop)
}

/// Gives several leases back at once. Those that are gone already are no error.
pub fn release_all<'a>(repo: &Repo, leases: impl IntoIterator<Item = &'a Lease>) -> Result<()> {
    let held: Vec<(String, String)> = refs::list(repo, "refs/batchprp/lease/")?;
    let mut change = None;
    for lease in leases {
        if held.iter().any(|(name, commit)| *name == lease.reference && *commit == lease.commit) {
            let so_far: RefChange = change.take().unwrap_or_default();
            change = Some(so_far.delete(&lease.reference, &lease.commit));
        }
    }
    change.map_or(Ok(()), |change| change.apply(repo, "batchprp: lease").map(drop))
}

/// Removes the leases of runs that are certainly dead. Returns how many there were.
pub fn release_dead(repo: &Repo) -> Result<usize> {
    let (mut change, mut dead) = (RefChange::default(), 0);
    for (name, commit) in refs::list(repo, "refs/batchprp/lease/")? {
        if read(repo, &commit)?.is_some_and(|holder| !may_live(&holder)) {
            change = change.delete(&name, &commit);
            dead += 1;
        }
    }
    if dead > 0 {
        change.apply(repo, "batchprp: lease")?;
    }
    Ok(dead)
}

/// Lists the leases on an item.
pub fn holders(repo: &Repo, id: &PrpId) -> Result<Vec<Holder>> {
    let mut found = Vec::new();
    for (_, commit) in refs::list(repo, &format!("{}/", prefix(id)))? {
        found.extend(read(repo, &commit)?);
    }
    Ok(found)
}

fn read(repo: &Repo, commit: &str) -> Result<Option<Holder>> {
    let text = repo.message(commit)?;
    Ok(text.lines().rev().find_map(|line| serde_json::from_str::<Holder>(line).ok()))
}

fn may_live(holder: &Holder) -> bool {
    holder.owner.is_alive() != Some(false)
}

fn prefix(id: &PrpId) -> String {
    format!("refs/batchprp/lease/{}", id.branch())
}

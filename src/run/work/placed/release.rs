//! Taking leases away at the hub: whoever works under one ends what it does.

use crate::error::Result;
use crate::event::EventKind;
use crate::host::git::hub::address;
use crate::host::git::hub::names;
use crate::host::git::hub::talk::{Hub, HubChange, HubMoved};
use crate::host::git::plumbing::repo::Repo;

/// How often a worker may renew a lease in the moment in which it is taken away.
const TRIES: usize = 8;

/// Takes a lease away that is at a commit. Tells whether it is gone: it may have gone before, with an answer that was lost.
pub(crate) fn take_away(hub: &Hub, item: &str, commit: &str) -> Result<bool> {
    let name = names::lease(item);
    let swap = HubChange::Swap { name: name.clone(), from: Some(commit.to_owned()), to: None };
    Ok(hub.push(&[swap])? == HubMoved::Done || hub.at(&name)?.is_none())
}

/// Takes the lease of an item away, whoever has it.
pub(crate) fn clear(hub: &Hub, item: &str) -> Result<()> {
    for _ in 0..TRIES {
        let Some(commit) = hub.lease(item)? else { break };
        if take_away(hub, item, &commit)? {
            break;
        }
    }
    Ok(())
}

/// Takes all leases away that a run still has at the hub. Returns what a person should know about it.
pub(crate) fn all(repo: &Repo, named: &str, run: &str) -> Vec<EventKind> {
    let take = || -> Result<usize> {
        let hub = Hub { repo: repo.clone(), address: address::of(repo, named)? };
        let mut taken = 0;
        for _ in 0..TRIES {
            let mut is_renewed = false;
            for (item, commit) in hub.leases()? {
                if hub.read(&commit)?.is_some_and(|lease| lease.run == run) {
                    let is_gone = take_away(&hub, &item, &commit)?;
                    taken += usize::from(is_gone);
                    is_renewed |= !is_gone;
                }
            }
            if !is_renewed {
                break;
            }
        }
        Ok(taken)
    };
    match take() {
        Ok(0) => Vec::new(),
        Ok(taken) => {
            let text = match taken {
                1 => "1 worker elsewhere lost its lease and ends by itself".to_owned(),
                _ => format!("{taken} workers elsewhere lost their leases and end by themselves"),
            };
            vec![EventKind::note(None, text)]
        }
        Err(error) => {
            let text = format!("jobs elsewhere may go on until their leases end: {}", error.message);
            vec![EventKind::warning(None, text)]
        }
    }
}

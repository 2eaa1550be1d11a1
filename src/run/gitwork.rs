//! Checkpoints and diffs: the git side of one item, off the loop's thread.

use super::active::Integration;
use super::dispatcher::{Dispatcher, misuse, reply};
use super::internal::{Answer, Internal};
use crate::bridge::door::{Attempt, Failure, Origin, Reply};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::merge::probe;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::lease::{self, Lease};
use crate::host::git::worktree::checkpoint;
use crate::model::checkpoint::Checkpoint;
use crate::model::id::PrpId;
use crate::review::drift;

/// Returns the branch of an item. Ids of teams' own scripts cannot meet the names of PRPs and batches.
pub(crate) fn item_branch(id: &str) -> String {
    id.parse::<PrpId>()
        .map_or_else(|_| format!("prp-x-{}", super::agents::safe_name(id).to_lowercase()), |id| id.branch())
}

/// Finds the attempt that asks, where the run integrates, and the branch of the item.
pub(crate) fn placed(
    dispatcher: &Dispatcher,
    origin: &Origin,
) -> std::result::Result<(Attempt, Integration, String), Failure> {
    let (_, attempt) = dispatcher.located(origin)?;
    let active = dispatcher.active.as_ref().ok_or_else(super::dispatcher::no_run)?;
    let integration =
        active.integration.clone().ok_or_else(|| misuse("this run has no branches: start it with `merge: true`"))?;
    let branch = item_branch(&attempt.item);
    Ok((attempt, integration, branch))
}

/// Commits the state of the worktree as the checkpoint of a phase, and looks ahead for conflicts.
pub(crate) fn checkpoint(
    dispatcher: &mut Dispatcher,
    origin: &Origin,
    ordinal: u32,
    title: &str,
    key: &str,
    answer: Answer,
) {
    let (attempt, integration, branch) = match placed(dispatcher, origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    let Some(active) = &dispatcher.active else { return };
    let tree = active.item(&attempt.item).and_then(|item| active.live.get(item)?.tree.clone());
    let Some(tree) = tree else {
        return reply(answer, Err(misuse("call `git::worktree` before a checkpoint")));
    };
    let lease = active.item(&attempt.item).and_then(|item| active.live.get(item)?.lease.clone());
    let declared = active.graph.files.get(&attempt.item).cloned().unwrap_or_default();
    let siblings = active
        .live
        .iter()
        .enumerate()
        .filter(|(at, _)| !active.machine.state(*at).is_final())
        .filter_map(|(_, live)| live.tree.as_ref())
        .filter(|other| other.branch != branch)
        .map(|other| other.branch.clone())
        .collect::<Vec<_>>();
    let (tx, run) = (dispatcher.tx.clone(), dispatcher.events.run().to_owned());
    // A commit outlives everything else.
    let (title, key) = (dispatcher.secrets.redact(title), dispatcher.secrets.redact(key));
    tokio::task::spawn_blocking(move || {
        let result = parse(&attempt.item).and_then(|prp| {
            fenced(&integration.repo, lease.as_ref(), &attempt.item)?;
            let checkpoint = Checkpoint { prp, phase: ordinal, title, run, key };
            let made = checkpoint::commit(&integration.repo, &tree, &checkpoint, &[".ce/tmp"])?;
            Ok((made, checkpoint.subject()))
        });
        let (made, subject) = match result {
            Ok(made) => made,
            Err(error) => {
                let answer = Some((answer, Err(error.into())));
                return drop(tx.send(Internal::Told { events: Vec::new(), answer }));
            }
        };
        let item = attempt.item.clone();
        let (commit, files) = (made.commit, made.files);
        let mut events =
            vec![EventKind::Checkpoint { item: item.clone(), phase: ordinal, commit: commit.clone(), subject }];
        for deviation in made.deviations {
            events.push(EventKind::Disagreement { item: item.clone(), what: deviation.to_string() });
        }
        let stray = drift(&declared, &files).extra;
        if !declared.is_empty() && !stray.is_empty() {
            events.push(EventKind::ScopeDrift { item: item.clone(), phase: ordinal, files: stray });
        }
        for with in std::iter::once(integration.branch.clone()).chain(siblings) {
            // A probe that fails warns of nothing; the merge itself will tell.
            let files = probe::conflicts(&integration.repo, &branch, &with).unwrap_or_default();
            if !files.is_empty() {
                events.push(EventKind::ConflictWarning { item: item.clone(), with, files });
            }
        }
        let answer = Some((answer, Ok(Reply::Checkpoint { commit, files })));
        drop(tx.send(Internal::Told { events, answer }));
    });
}

/// Returns what an item changed against its start, as a patch.
pub(crate) fn diff(dispatcher: &mut Dispatcher, item: &str, max_bytes: usize, answer: Answer) {
    let Some(active) = &dispatcher.active else {
        return super::effects::diff_of_executed(dispatcher, item.to_owned(), max_bytes, answer);
    };
    let Some(integration) = active.integration.clone() else {
        return super::effects::diff_of_executed(dispatcher, item.to_owned(), max_bytes, answer);
    };
    let tree = active.item(item).and_then(|item| active.live.get(item)?.tree.clone());
    let branch = item_branch(item);
    tokio::task::spawn_blocking(move || {
        let base = tree.map_or_else(|| integration.base.clone(), |tree| tree.base);
        let patch = diff::patch(&integration.repo, &base, &branch, max_bytes);
        reply(answer, patch.map(|patch| Reply::Text(patch.text)).map_err(Failure::from));
    });
}

/// Refuses to write for an item that another orchestrator has taken over.
pub(crate) fn fenced(repo: &Repo, lease: Option<&Lease>, item: &str) -> Result<()> {
    match lease {
        Some(lease) if !lease::is_held(repo, lease)? => Err(Error::new(
            ExitCode::GitRefuses,
            format!("the lease on {item} is gone (`{}`): somebody else took the item over", lease.reference),
        )
        .help("nothing more is written for it by this run; see `batchprp status`")),
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn parse(id: &str) -> Result<PrpId> {
    id.parse().map_err(|error: crate::model::id::NotAnId| {
        Error::new(ExitCode::InvalidInput, error.to_string()).help("ids look like `PRP-47.2.1`")
    })
}

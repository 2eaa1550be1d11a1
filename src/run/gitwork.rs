//! Worktrees, checkpoints and diffs: the git side of one item, off the loop's thread.

use std::path::Path;
use std::process::Command;

use super::active::Integration;
use super::bridge::{Attempt, Failure, Origin, PhaseRecord, Reply, Worktree};
use super::dispatcher::{Dispatcher, misuse, reply};
use super::internal::{Answer, Internal, WorktreeReady};
use super::settings::Settings;
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::{checkpoint, diff, notes, probe, scan, worktree};
use crate::model::checkpoint::Checkpoint;
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;
use crate::review::drift;

/// Returns the usual branch of an item.
pub(crate) fn item_branch(id: &str) -> String {
    id.parse::<PrpId>()
        .map_or_else(|_| format!("prp-{}", super::agents::safe_name(id).to_lowercase()), |id| id.branch())
}

/// Prepares the worktree of an item and reads what git already shows.
pub(crate) fn worktree(dispatcher: &mut Dispatcher, origin: &Origin, answer: Answer) {
    let (attempt, integration, branch) = match placed(dispatcher, origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    let (settings, tx) = (dispatcher.settings.clone(), dispatcher.tx.clone());
    let run = dispatcher.events.run().to_owned();
    tokio::task::spawn_blocking(move || {
        let result = prepare(&settings, &integration, &attempt, &branch, &run);
        drop(tx.send(Internal::WorktreeReady { attempt, result, answer }));
    });
}

fn placed(dispatcher: &Dispatcher, origin: &Origin) -> std::result::Result<(Attempt, Integration, String), Failure> {
    let (_, attempt) = dispatcher.located(origin)?;
    let active = dispatcher.active.as_ref().ok_or_else(super::dispatcher::no_run)?;
    let integration =
        active.integration.clone().ok_or_else(|| misuse("this run has no branches: start it with `merge: true`"))?;
    let branch = active.branch(&attempt.item);
    Ok((attempt, integration, branch))
}

fn prepare(
    settings: &Settings,
    integration: &Integration,
    attempt: &Attempt,
    branch: &str,
    run: &str,
) -> Result<WorktreeReady> {
    let repo = &integration.repo;
    let start = repo.tip(&integration.branch)?.unwrap_or_else(|| integration.base.clone());
    let path = settings.worktrees.join(branch);
    let order = worktree::Prepare {
        branch: branch.to_owned(),
        start,
        path,
        run: run.to_owned(),
        item: attempt.item.clone(),
        attempt: attempt.number,
        keep_changes: false,
    };
    let fresh = !order.path.exists();
    let made = worktree::prepare(repo, &order)?;
    let item = attempt.item.clone();
    let mut events = Vec::new();
    for text in &made.repaired {
        let text = text.clone();
        events.push(EventKind::Note { item: Some(item.clone()), text });
    }
    if let Some(rescue) = made.rescued.clone() {
        events.push(EventKind::Rescue { item: item.clone(), reference: rescue.reference, files: rescue.files });
    }
    if fresh {
        furnish(settings, &made.path)?;
    }
    let found = scan::item(repo, branch, &made.base, &parse(&item)?)?;
    for hole in &found.holes {
        events.push(EventKind::Disagreement {
            item: item.clone(),
            what: format!("phase {hole} has no checkpoint, but a later phase has one: it is carried out now"),
        });
    }
    let phases = found
        .phases
        .into_iter()
        .map(|phase| {
            let validation = notes::read(repo, &phase.commit)?;
            Ok(PhaseRecord { ordinal: phase.ordinal, commit: phase.commit, key: phase.key, validation })
        })
        .collect::<Result<Vec<_>>>()?;
    let done = phases.iter().filter(|phase| phase.validation.as_ref().is_some_and(ValidationRecord::passed));
    let done = done.map(|phase| phase.ordinal).collect::<Vec<_>>();
    if !phases.is_empty() {
        let next = (1..=u32::MAX).find(|ordinal| !done.contains(ordinal));
        events.push(EventKind::Resumed { item, phases: done, next });
    }
    let (path, base) = (made.path.clone(), made.base.clone());
    let worktree = Worktree { path, branch: branch.to_owned(), base, phases, merged: false };
    Ok(WorktreeReady { tree: made, worktree, events })
}

/// Copies what the user listed and runs the set-up lines in a new worktree.
fn furnish(settings: &Settings, path: &Path) -> Result<()> {
    for name in &settings.copy {
        let (from, to) = (settings.root.join(name), path.join(name));
        if from.is_file() {
            let copied = to.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::copy(&from, &to));
            copied.map_err(|error| {
                Error::new(ExitCode::Config, format!("cannot copy `{name}` into the worktree: {error}"))
                    .help("see `worktree.copy` in .ce/batchprp.toml")
            })?;
        }
    }
    for line in &settings.setup {
        // The user wrote this line as shell in the configuration.
        let output =
            Command::new("sh").arg("-c").arg(line).current_dir(path).stdin(std::process::Stdio::null()).output();
        let failed = match output {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        return Err(Error::new(ExitCode::Config, format!("the set-up line `{line}` failed in the worktree: {failed}"))
            .help("see `worktree.setup` in .ce/batchprp.toml"));
    }
    Ok(())
}

/// Commits the state of the worktree as the checkpoint of a phase, and looks ahead for conflicts.
pub(crate) fn checkpoint(
    dispatcher: &mut Dispatcher,
    origin: &Origin,
    ordinal: u32,
    title: String,
    key: String,
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
    tokio::task::spawn_blocking(move || {
        let result = parse(&attempt.item).and_then(|prp| {
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
    let branch = active.branch(item);
    tokio::task::spawn_blocking(move || {
        let base = tree.map_or_else(|| integration.base.clone(), |tree| tree.base);
        let patch = diff::patch(&integration.repo, &base, &branch, max_bytes);
        reply(answer, patch.map(|patch| Reply::Text(patch.text)).map_err(Failure::from));
    });
}

pub(crate) fn parse(id: &str) -> Result<PrpId> {
    id.parse().map_err(|error: crate::model::id::NotAnId| {
        Error::new(ExitCode::InvalidInput, error.to_string()).help("ids look like `PRP-47.2.1`")
    })
}

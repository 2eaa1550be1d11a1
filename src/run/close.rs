//! Closing a run: exit code, metrics, clean-up of what is merged, the last event.

use super::active::Active;
use super::dispatcher::{Dispatcher, no_run, reply};
use super::internal::{Answer, Signal};
use crate::bridge::door::{Closed, ClosedItem, Reply};
use crate::error::ExitCode;
use crate::event::EventKind;
use crate::event::kind::{ItemStatus, Step};
use crate::host::git::merge::land::{self, Land};
use crate::host::git::upkeep::clean::{self, Remove};
use crate::host::git::upkeep::lease;
use crate::host::git::worktree::scratch;
use crate::model::outcome::Outcome;
use crate::report::metrics;
use crate::schedule::State;

/// Closes the run and answers with how it ended.
pub(crate) fn close(dispatcher: &mut Dispatcher, answer: Answer) {
    if dispatcher.active.is_none() {
        return reply(answer, Err(no_run()));
    }
    let exit_code = exit_code(dispatcher);
    clean_up(dispatcher);
    finish(dispatcher, exit_code);
    if let Some(active) = &mut dispatcher.active {
        let items = (0..active.graph.items.len())
            .map(|item| {
                let (status, _, reason) = ending(active.machine.state(item));
                let duration = active.live.get(item).map_or(0.0, |live| live.busy);
                ClosedItem { id: active.id(item), status, reason, duration }
            })
            .collect();
        let mut totals = std::collections::BTreeMap::new();
        for item in 0..active.graph.items.len() {
            *totals.entry(ending(active.machine.state(item)).0).or_insert(0) += 1;
        }
        let closed = Closed { exit_code, totals, items };
        active.closed = Some(closed.clone());
        reply(answer, Ok(Reply::Closed(closed)));
    }
}

/// Writes metrics and the last event, and gives the lock back.
pub(crate) fn finish(dispatcher: &mut Dispatcher, exit_code: u8) {
    let totals = dispatcher.totals();
    let unfinished = totals.iter().any(|(status, count)| *status != ItemStatus::Completed && *count > 0);
    let resume = unfinished.then(|| resume_command(dispatcher));
    let next = next_steps(dispatcher, &totals);
    dispatcher.events.emit(EventKind::Step { step: Step::Report });
    dispatcher.events.emit(EventKind::RunFinished { totals, exit_code, resume, next });
    dispatcher.events.sync();
    let Some(active) = &mut dispatcher.active else { return };
    if let Some(integration) = &active.integration {
        // A lease that stays belongs to a dead process soon: the next run takes it away.
        drop(lease::release_all(&integration.repo, active.live.iter().filter_map(|live| live.lease.as_ref())));
    }
    let metrics = metrics::from_events(dispatcher.events.history());
    if let Err(error) = super::effects::write_metrics(&dispatcher.settings, active.options.batch, &metrics) {
        dispatcher.events.broken.get_or_insert(error.message);
    }
    drop(active.lock.take());
}

fn exit_code(dispatcher: &Dispatcher) -> u8 {
    let Some(active) = &dispatcher.active else { return ExitCode::Internal as u8 };
    let unfinished = (0..active.graph.items.len()).any(|item| !matches!(active.machine.state(item), State::Completed));
    let code = match dispatcher.signal {
        Some(Signal::Interrupt) => ExitCode::Interrupted,
        Some(Signal::Terminate | Signal::HangUp) => ExitCode::Terminated,
        None if unfinished && active.over_budget => ExitCode::Budget,
        None if unfinished && active.gate.is_any_limited() => ExitCode::Quota,
        None if unfinished => ExitCode::Unfinished,
        None => ExitCode::Done,
    };
    code as u8
}

/// Removes worktrees of merged items (their branches stay, so that git shows the checkpoints) and lands the batch when that was asked for.
fn clean_up(dispatcher: &mut Dispatcher) {
    let Some(active) = &dispatcher.active else { return };
    let Some(integration) = active.integration.clone() else { return };
    let mut notes = Vec::new();
    let scratch = super::candidate::place(&dispatcher.settings, &integration.branch);
    if let Err(error) = scratch::discard(&integration.repo, &scratch) {
        notes.push(format!("`{}` stays: {}", scratch.display(), error.message));
    }
    if !active.options.keep_worktrees && !active.options.no_merge {
        // Also those of items that an earlier run merged and could not clean up after.
        match clean::merged(&integration.repo, &integration.branch) {
            Ok(merged) => {
                for (path, branch) in merged {
                    let name = path.display().to_string();
                    let what = Remove { path, branch, into: integration.branch.clone(), delete_branch: false };
                    let removed = clean::remove(&integration.repo, &what);
                    if let Err(error) = removed.or_else(|_| clean::remove(&integration.repo, &what)) {
                        notes.push(format!("the worktree `{name}` stays: {}", error.message));
                    }
                }
            }
            Err(error) => notes.push(format!("no worktree was removed: {}", error.message)),
        }
    }
    let all = (0..active.graph.items.len()).all(|item| matches!(active.machine.state(item), State::Completed));
    if active.options.land && all && !active.options.no_merge {
        match land::land(&integration.repo, &integration.branch) {
            Ok(Land::Done { branch, .. }) => notes.push(format!("`{branch}` is at `{}` now", integration.branch)),
            Ok(Land::NotPossible { reason, command }) => {
                notes.push(format!("not landed: {reason}; when that is settled: {command}"));
            }
            Err(error) => notes.push(format!("not landed: {}", error.message)),
        }
    }
    for text in notes {
        dispatcher.events.emit(EventKind::Note { item: None, text });
    }
}

/// Says what a person would do next, as exact commands.
fn next_steps(dispatcher: &Dispatcher, totals: &std::collections::BTreeMap<ItemStatus, u32>) -> Vec<String> {
    let Some(active) = &dispatcher.active else { return Vec::new() };
    let Some(integration) = &active.integration else { return after_generating(active, totals) };
    let count = |status| totals.get(&status).copied().unwrap_or(0);
    let mut next = Vec::new();
    for item in 0..active.graph.items.len() {
        if matches!(active.machine.state(item), State::Conflict { .. }) {
            next.push(format!("batchprp resolve {}", active.id(item)));
        }
    }
    if count(ItemStatus::Completed) > 0 {
        next.push(format!("git log --first-parent {}", integration.branch));
    }
    if let Some(batch) = active.options.batch
        && totals.keys().all(|status| *status == ItemStatus::Completed)
        && !active.options.no_merge
    {
        if !active.options.land {
            next.push(format!("git merge --ff-only {}", integration.branch));
        }
        next.push(format!("batchprp context-update --batch {batch}"));
    }
    next
}

/// The same command line again; a script that generates says itself which of its batches goes on.
fn resume_command(dispatcher: &Dispatcher) -> String {
    let own = dispatcher.active.as_ref().map(|active| &active.options).filter(|options| options.command == "gen");
    match own.map(|options| options.resume.clone()).filter(|line| !line.is_empty()) {
        Some(line) => line,
        None => dispatcher.settings.resume_command(),
    }
}

/// What comes after a batch was generated whole.
fn after_generating(active: &Active, totals: &std::collections::BTreeMap<ItemStatus, u32>) -> Vec<String> {
    let whole = totals.keys().all(|status| *status == ItemStatus::Completed);
    match active.options.batch {
        Some(batch) if active.options.command == "gen" && whole => {
            vec![format!("batchprp review --batch {batch}"), format!("batchprp exe --batch {batch}")]
        }
        _ => Vec::new(),
    }
}

/// Returns how an item stands: status word, outcome and reason for people.
pub(crate) fn ending(state: &State) -> (ItemStatus, Option<Outcome>, String) {
    match state {
        State::Completed => (ItemStatus::Completed, Some(Outcome::completed()), String::new()),
        State::Partial { phase, level, reason } => {
            let outcome = Outcome::Partial { phase: *phase, level: *level, reason: reason.clone() };
            (ItemStatus::Partial, Some(outcome), reason.clone())
        }
        State::Failed { kind, reason } => {
            (ItemStatus::Failed, Some(Outcome::failed(*kind, reason.clone())), reason.clone())
        }
        State::Blocked { by } => (ItemStatus::Blocked, None, format!("waits for {by}")),
        State::Unproven { claim, evidence } => {
            let outcome = Outcome::Unproven { claim: claim.clone(), evidence: evidence.clone() };
            (ItemStatus::Unproven, Some(outcome), format!("{claim}, but {evidence}"))
        }
        State::Conflict { files } => (ItemStatus::Conflict, None, format!("conflicts in {}", files.join(", "))),
        State::Cancelled => (ItemStatus::Cancelled, Some(Outcome::Cancelled), "stopped".to_owned()),
        State::Waiting { .. }
        | State::Ready
        | State::Running { .. }
        | State::Validating { .. }
        | State::Merging
        | State::Pending => (ItemStatus::Pending, None, "not started".to_owned()),
    }
}

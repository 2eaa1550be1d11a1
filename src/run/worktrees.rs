//! The worktree of an item: leased, prepared, furnished, and read for what git already shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::active::{Active, Integration};
use super::dispatcher::{Dispatcher, reply};
use super::furnish::{Furnish, furnish};
use super::internal::{Answer, Internal, WorktreeReady};
use super::settings::Settings;
use super::{adopt, effects, gitwork};
use crate::bridge::door::{Attempt, Conflict, Failure, Origin, PhaseRecord, Worktree};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::merge::{join, resolve};
use crate::host::git::plumbing::{diff, notes};
use crate::host::git::upkeep::{lease, scan};
use crate::host::git::worktree::{self, Prepared};
use crate::host::process::Marker;
use crate::host::stop::StopToken;
use crate::model::validation::ValidationRecord;
use crate::schedule::State;

/// Bytes of the other side of a conflict that a resolver is shown.
const MAX_THEIRS: usize = 64 << 10;

/// Name of the variable that gives each running item ports of its own.
pub(crate) const SLOT: &str = "BATCHPRP_SLOT";

/// Finished work of a dead run that lies in the worktree, and how the worktree was asked for.
type Left = Option<Box<(adopt::Finished, worktree::Prepare)>>;

/// Everything that preparing needs, away from the loop.
struct Order {
    settings: Arc<Settings>,
    integration: Integration,
    attempt: Attempt,
    branch: String,
    run: String,
    /// The attempt is for resolving the conflict of its merge.
    conflict: bool,
    /// Branches of what it builds on, where they are not merged.
    builds_on: Vec<String>,
    env: BTreeMap<String, String>,
    stop: StopToken,
}

/// Prepares the worktree of an item and reads what git already shows.
pub(crate) fn worktree(dispatcher: &mut Dispatcher, origin: &Origin, answer: Answer) {
    let (attempt, integration, branch) = match gitwork::placed(dispatcher, origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    let env = effects::environment(dispatcher, origin);
    let Some(active) = &mut dispatcher.active else { return };
    let builds_on = if active.options.no_merge { unmerged(active, &attempt.item) } else { Vec::new() };
    let live = active.item(&attempt.item).and_then(|item| active.live.get_mut(item));
    let conflict = live.is_some_and(|live| std::mem::take(&mut live.conflict));
    let order = Order {
        settings: dispatcher.settings.clone(),
        integration,
        attempt,
        branch,
        run: dispatcher.events.run().to_owned(),
        conflict,
        builds_on,
        env,
        stop: dispatcher.stop.clone(),
    };
    let tx = dispatcher.tx.clone();
    tokio::spawn(async move {
        let attempt = order.attempt.clone();
        let result = ready(order).await.map(Box::new);
        drop(tx.send(Internal::WorktreeReady { attempt, result, answer }));
    });
}

/// Returns the branches of the items that one waited for and that are done: its work begins where theirs ended.
fn unmerged(active: &Active, item: &str) -> Vec<String> {
    let done = |id: &str| active.item(id).is_some_and(|at| *active.machine.state(at) == State::Completed);
    let before = active.graph.edges.iter().filter(|edge| edge.to == item && done(&edge.from));
    let mut branches: Vec<String> = before.map(|edge| gitwork::item_branch(&edge.from)).collect();
    branches.sort();
    branches.dedup();
    branches
}

async fn ready(order: Order) -> std::result::Result<WorktreeReady, Failure> {
    let order = Arc::new(order);
    let (lease, made, left) = off_the_loop(&order, prepare).await?;
    let house = Furnish {
        settings: order.settings.clone(),
        repo: order.integration.repo.clone(),
        marker: Marker { run: order.run.clone(), item: order.attempt.item.clone(), attempt: order.attempt.number },
        env: order.env.clone(),
        stop: order.stop.clone(),
    };
    furnish(&house, &made).await?;
    let read = move |order: &Order| inspect(order, made, lease, left);
    off_the_loop(&order, read).await
}

async fn off_the_loop<T: Send + 'static>(
    order: &Arc<Order>,
    work: impl FnOnce(&Order) -> Result<T> + Send + 'static,
) -> std::result::Result<T, Failure> {
    let order = order.clone();
    let done = tokio::task::spawn_blocking(move || work(&order)).await;
    let done = done.map_err(|error| Error::new(ExitCode::Internal, format!("a task broke: {error}")))?;
    done.map_err(Failure::from)
}

fn prepare(order: &Order) -> Result<(lease::Lease, Prepared, Left)> {
    let repo = &order.integration.repo;
    let id = gitwork::parse(&order.attempt.item)?;
    let lease = lease::take(repo, &id, order.attempt.number, &order.run)?;
    resolve::abandon(repo, &order.branch)?;
    let mut start = repo.tip(&order.integration.branch)?.unwrap_or_else(|| order.integration.base.clone());
    if !order.builds_on.is_empty() && repo.tip(&order.branch)?.is_none() {
        start = join::start(repo, &start, &order.builds_on, &order.attempt.item)?;
    }
    // Resolving a conflict is no phase that could have been finished before.
    let there = order.settings.worktrees.join(&order.branch).exists() && !order.conflict;
    let finished = if there { adopt::find(&order.settings, repo, &id, &order.branch)? } else { None };
    let want = worktree::Prepare {
        branch: order.branch.clone(),
        start,
        path: order.settings.worktrees.join(&order.branch),
        run: order.run.clone(),
        item: order.attempt.item.clone(),
        attempt: order.attempt.number,
        keep_changes: finished.is_some(),
    };
    let made = worktree::prepare(repo, &want)?;
    let left = finished.filter(|_| made.rescued.is_none()).map(|finished| Box::new((finished, want)));
    Ok((lease, made, left))
}

/// Reads what git shows on the branch.
fn inspect(order: &Order, made: Prepared, lease: lease::Lease, finished: Left) -> Result<WorktreeReady> {
    let repo = &order.integration.repo;
    let item = order.attempt.item.clone();
    let mut events = Vec::new();
    for text in &made.repaired {
        events.push(EventKind::Note { item: Some(item.clone()), text: text.clone() });
    }
    if let Some(rescue) = made.rescued.clone() {
        events.push(EventKind::Rescue { item: item.clone(), reference: rescue.reference, files: rescue.files });
    }
    let found = scan::item(repo, &order.branch, &made.base, &gitwork::parse(&item)?)?;
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
    let conflict = if order.conflict { Some(conflict(order, &made)?) } else { None };
    if !phases.is_empty() && conflict.is_none() {
        let next = (1..=u32::MAX).find(|ordinal| !done.contains(ordinal));
        events.push(EventKind::Resumed { item, phases: done, next });
    }
    let (path, base) = (made.path.clone(), made.base.clone());
    let worktree = Worktree { path, branch: order.branch.clone(), base, phases, merged: false, conflict };
    Ok(WorktreeReady { tree: made, worktree, finished, events, lease })
}

/// Puts the merge with its conflict markers into the worktree.
fn conflict(order: &Order, made: &Prepared) -> Result<Conflict> {
    let (repo, into) = (&order.integration.repo, &order.integration.branch);
    let files = resolve::start_for_agent(repo, made, into)?;
    let since = repo.merge_base(&order.branch, into)?.unwrap_or_else(|| made.base.clone());
    let theirs = diff::patch(repo, &since, into, MAX_THEIRS)?.text;
    Ok(Conflict { files, theirs })
}

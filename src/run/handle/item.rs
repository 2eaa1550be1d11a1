//! Work on one item: its worktree, checkpoints, validation, merge conflicts.

use super::{agent, hand, machine, placed, repair};
use crate::bridge::{
    Answer, Attempt, Failure, GateLine, ItemRequest, MadeCheckpoint, MakeCheckpoint, ManualGate, Origin, Resolve,
    Validate, Worktree,
};
use crate::host::git::workspace::Prepared;
use crate::host::validate::Validation;
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::live_item::LiveItem;
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{LoopState, misuse};
use crate::run::shared::busy::Busy;
use crate::run::shared::{check_logs, names};
use crate::run::work::item::follow::Ground;
use crate::run::work::item::worktree::WorktreeReady;
use crate::run::work::item::{checkpoint, resolve, validation, worktree};
use crate::schedule::{Input, ItemState};

/// Routes a question of an item.
pub(super) fn asked(state: &mut LoopState, origin: &Origin, request: ItemRequest, now: Moment, out: &mut Reaction) {
    match request {
        ItemRequest::GetWorktree(_, answer) => get_worktree(state, origin, answer, out),
        ItemRequest::MakeCheckpoint(order, answer) => make_checkpoint(state, origin, order, answer, out),
        ItemRequest::Validate(order, answer) => validate(state, origin, order, answer, now, out),
        ItemRequest::ByHand(order, answer) => hand::asked(state, origin, &order, answer, out),
        ItemRequest::Repair(order, answer) => repair::asked(state, origin, order, answer, out),
        ItemRequest::Resolve(order, answer) => resolve(state, origin, order, answer, out),
        ItemRequest::Park(_, answer) => match place(state, origin) {
            Ok(place) => {
                state.pend(&answer);
                out.start(Task::Park(Box::new(place), answer));
            }
            Err(failure) => out.reply(answer, Err(failure)),
        },
        ItemRequest::Place(order, answer) => placed::asked(state, origin, order, answer, out),
        ItemRequest::FollowPlaced(order, answer) => placed::follow(state, origin, order, answer, out),
        ItemRequest::CallAgent(call, answer) => agent::start(state, origin, call.0, answer, out),
    }
}

fn get_worktree(state: &mut LoopState, origin: &Origin, answer: Answer<Worktree>, out: &mut Reaction) {
    match worktree_order(state, origin) {
        Ok(order) => {
            state.pending.add(answer.refusal(), order.busy.clone());
            out.start(Task::Worktree(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

fn worktree_order(state: &mut LoopState, origin: &Origin) -> Result<worktree::WorktreeOrder, Failure> {
    let (item, attempt) = state.located(origin)?;
    let branch = names::parse(&attempt.item)?.branch();
    let (settings, run_id, stop) = (state.settings.clone(), state.run.clone(), state.stop.clone());
    let slot = state.open()?.live.get(item).and_then(|live| live.slot);
    let env = state.environment(slot);
    let integration = state.integration()?;
    let run = state.open()?;
    let ground = Ground {
        needs: needs(run, &attempt.item),
        unmerged: if run.options.no_merge { unmerged(run, &attempt.item) } else { Vec::new() },
        phases: run.graph.items.get(item).map_or(0, |info| info.phases),
        reopened: run.options.reopen.contains(&attempt.item),
        all: run.live.get(item).is_some_and(|live| live.refused.is_some()),
    };
    let declared = run.graph.files.get(&attempt.item).cloned().unwrap_or_default();
    let conflict = run.live.get_mut(item).is_some_and(|live| std::mem::take(&mut live.conflict));
    let refused = run.live.get_mut(item).and_then(|live| live.refused.take());
    let (by_hand, busy) = (run.options.by_hand, Busy::default());
    Ok(worktree::WorktreeOrder {
        by_hand,
        settings,
        integration,
        attempt,
        branch,
        run: run_id,
        conflict,
        refused,
        ground,
        declared,
        env,
        stop,
        busy,
    })
}

/// Returns the items on which one builds, or for which it waited: their work is in its branch before it begins.
fn needs(run: &OpenRun, item: &str) -> Vec<PrpId> {
    let waited = run.graph.edges.iter().filter(|edge| edge.to == item).map(|edge| &edge.from);
    let stated = run.graph.dependencies.get(item).into_iter().flatten();
    let mut needs: Vec<PrpId> = waited.chain(stated).filter_map(|id| names::parse(id).ok()).collect();
    needs.sort();
    needs.dedup();
    needs
}

/// Returns the branches of the items that one waited for and that are done: its work begins where theirs ended.
fn unmerged(run: &OpenRun, item: &str) -> Vec<String> {
    let done = |id: &str| run.item(id).is_some_and(|at| *run.machine.state(at) == ItemState::Completed);
    let before = run.graph.edges.iter().filter(|edge| edge.to == item && done(&edge.from));
    let mut branches: Vec<String> = before.filter_map(|edge| Some(names::parse(&edge.from).ok()?.branch())).collect();
    branches.sort();
    branches.dedup();
    branches
}

/// Keeps what was prepared, and hands the worktree to the recipe.
pub(super) fn worktree_ready(
    state: &mut LoopState,
    attempt: &Attempt,
    result: Result<Box<WorktreeReady>, Failure>,
    answer: Answer<Worktree>,
    out: &mut Reaction,
) {
    let result = result.map(|ready| {
        let WorktreeReady { tree, worktree, left, lease, want } = *ready;
        if let Some(live) = state.open().ok().and_then(|run| run.live_mut(attempt)) {
            live.tree = tree;
            live.lease = lease;
            live.left = left;
            live.want = want;
        }
        worktree
    });
    out.reply(answer, result);
}

fn make_checkpoint(
    state: &mut LoopState,
    origin: &Origin,
    order: MakeCheckpoint,
    answer: Answer<MadeCheckpoint>,
    out: &mut Reaction,
) {
    match checkpoint_order(state, origin, order) {
        Ok(order) => {
            state.pend(&answer);
            out.start(Task::Checkpoint(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

fn checkpoint_order(
    state: &mut LoopState,
    origin: &Origin,
    MakeCheckpoint { ordinal, title, key }: MakeCheckpoint,
) -> Result<checkpoint::CheckpointOrder, Failure> {
    let (item, attempt) = state.located(origin)?;
    // A commit outlives everything else.
    let (title, key) = (state.secrets.redact(&title), state.secrets.redact(&key));
    let run_id = state.run.clone();
    let integration = state.integration()?;
    let run = state.open()?;
    let (tree, lease) = match run.live.get(item) {
        Some(LiveItem { tree: Some(tree), lease, .. }) => (tree.clone(), lease.clone()),
        Some(_) | None => return Err(misuse("call `git::worktree` before a checkpoint")),
    };
    let live = run.live.iter().enumerate().filter(|(at, _)| !run.machine.state(*at).is_final());
    let others = live.filter_map(|(_, live)| live.tree.as_ref()).filter(|other| other.branch != tree.branch);
    Ok(checkpoint::CheckpointOrder {
        siblings: others.map(|other| other.branch.clone()).collect(),
        declared: run.graph.files.get(&attempt.item).cloned().unwrap_or_default(),
        integration,
        by_hand: run.options.by_hand,
        attempt,
        tree,
        lease,
        run: run_id,
        ordinal,
        title,
        key,
    })
}

fn validate(
    state: &mut LoopState,
    origin: &Origin,
    order: Validate,
    answer: Answer<ValidationRecord>,
    now: Moment,
    out: &mut Reaction,
) {
    let Validate { ordinal, level, gates, manual } = order;
    let (item, attempt) = match state.located(origin) {
        Ok(found) => found,
        Err(failure) => return out.reply(answer, Err(failure)),
    };
    machine::step(state, Input::Validating { item, phase: ordinal, level: 1 }, now, out);
    let place = match place(state, origin) {
        Ok(place) => place,
        Err(failure) => return out.reply(answer, Err(failure)),
    };
    let checks = checks(state, origin, &place.tree, Checks { ordinal, level, gates, manual });
    let live = state.open().ok().and_then(|run| run.live.get_mut(item));
    let (left, leftovers) = live.map(|live| (live.left.take(), live.leftovers.clone())).unwrap_or_default();
    let resolve::ConflictPlace { integration, tree } = place;
    let (stop, retries) = (state.stop.clone(), state.settings.validate_retries);
    let order = validation::ValidationOrder { integration, attempt, tree, left, checks, retries, stop, leftovers };
    out.start(Task::Validate(Box::new(order), answer));
}

fn resolve(state: &mut LoopState, origin: &Origin, order: Resolve, answer: Answer<Option<String>>, out: &mut Reaction) {
    match place(state, origin) {
        Ok(place) => {
            let Resolve { ordinal, level, gates } = order;
            let checks = checks(state, origin, &place.tree, Checks { ordinal, level, gates, manual: Vec::new() });
            let order = resolve::ResolutionOrder { place, checks, stop: state.stop.clone() };
            out.start(Task::Resolve(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// What is to be validated of an item.
struct Checks {
    ordinal: u32,
    level: u8,
    gates: Vec<GateLine>,
    manual: Vec<ManualGate>,
}

fn checks(state: &mut LoopState, origin: &Origin, tree: &Prepared, checks: Checks) -> Validation {
    let slot = origin.as_ref().and_then(|attempt| state.open().ok()?.live(attempt)?.slot);
    let settings = &state.settings;
    Validation {
        worktree: tree.path.clone(),
        prp: tree.item.clone(),
        phase: checks.ordinal,
        level: checks.level,
        commands: settings.validate.clone(),
        gates: if settings.gates { checks.gates } else { Vec::new() },
        manual: checks.manual,
        timeout: settings.validate_timeout,
        env: state.environment(slot),
        env_pass: settings.validate_env_pass.clone(),
        secrets: state.secrets.clone(),
        marker: state.marker(origin),
        logs: Some(check_logs::of(settings, &state.run, &tree.item, format!("p{}", checks.ordinal))),
        files: None,
        may_change: state.settings.may_change.clone(),
        retries: 0,
        earlier: None,
        sandbox: settings.sandbox.clone(),
    }
}

/// Finds the worktree of the item that asks.
fn place(state: &mut LoopState, origin: &Origin) -> Result<resolve::ConflictPlace, Failure> {
    let (item, _) = state.located(origin)?;
    let run = state.open()?;
    let tree = run.live.get(item).and_then(|live| live.tree.clone());
    let place =
        tree.zip(run.integration.clone()).map(|(tree, integration)| resolve::ConflictPlace { integration, tree });
    place.ok_or_else(|| misuse("call `git::worktree` first"))
}

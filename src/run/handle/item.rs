//! Work on one item: its worktree, checkpoints, validation, merge conflicts.

use super::{agent, machine};
use crate::bridge::{
    Answer, Attempt, Checkpoint, Failure, GateLine, Item, MakeCheckpoint, Origin, Resolve, Validate, Worktree,
};
use crate::host::git::worktree::Prepared;
use crate::host::validate::Validation;
use crate::model::validation::ValidationRecord;
use crate::run::core::effect::{Reaction, Work};
use crate::run::core::item::Live;
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{State, misuse};
use crate::run::shared::busy::Busy;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::item::worktree::WorktreeReady;
use crate::run::work::item::{checkpoint, resolve, validation, worktree};
use crate::schedule::{Input, State as ItemState};

/// Routes a question of an item.
pub(super) fn asked(state: &mut State, origin: &Origin, request: Item, now: Moment, out: &mut Reaction) {
    match request {
        Item::GetWorktree(_, answer) => get_worktree(state, origin, answer, out),
        Item::MakeCheckpoint(order, answer) => make_checkpoint(state, origin, order, answer, out),
        Item::Validate(order, answer) => validate(state, origin, order, answer, now, out),
        Item::Resolve(order, answer) => resolve(state, origin, order, answer, out),
        Item::Park(_, answer) => match place(state, origin) {
            Ok(place) => {
                pend(state, &answer);
                out.work(Work::Park(Box::new(place), answer));
            }
            Err(failure) => out.reply(answer, Err(failure)),
        },
        Item::CallAgent(call, answer) => agent::start(state, origin, call.0, answer, out),
    }
}

fn get_worktree(state: &mut State, origin: &Origin, answer: Answer<Worktree>, out: &mut Reaction) {
    match worktree_order(state, origin) {
        Ok(order) => {
            state.pending.add(answer.refusal(), order.busy.clone());
            out.work(Work::Worktree(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

fn worktree_order(state: &mut State, origin: &Origin) -> Result<worktree::WorktreeOrder, Failure> {
    let (item, attempt) = state.located(origin)?;
    let branch = names::parse(&attempt.item)?.branch();
    let (settings, run_id, stop) = (state.settings.clone(), state.run.clone(), state.stop.clone());
    let slot = state.open()?.live.get(item).and_then(|live| live.slot);
    let env = state.environment(slot);
    let run = state.open()?;
    let integration = integration(run)?;
    let builds_on = if run.options.no_merge { unmerged(run, &attempt.item) } else { Vec::new() };
    let conflict = run.live.get_mut(item).is_some_and(|live| std::mem::take(&mut live.conflict));
    let busy = Busy::default();
    Ok(worktree::WorktreeOrder {
        settings,
        integration,
        attempt,
        branch,
        run: run_id,
        conflict,
        builds_on,
        env,
        stop,
        busy,
    })
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
    state: &mut State,
    attempt: &Attempt,
    result: Result<Box<WorktreeReady>, Failure>,
    answer: Answer<Worktree>,
    out: &mut Reaction,
) {
    let result = result.map(|ready| {
        let WorktreeReady { tree, worktree, left, lease } = *ready;
        if let Some(live) = state.open().ok().and_then(|run| run.live_mut(attempt)) {
            live.tree = Some(tree);
            live.lease = Some(lease);
            live.left = left;
        }
        worktree
    });
    out.reply(answer, result);
}

fn make_checkpoint(
    state: &mut State,
    origin: &Origin,
    order: MakeCheckpoint,
    answer: Answer<Checkpoint>,
    out: &mut Reaction,
) {
    match checkpoint_order(state, origin, order) {
        Ok(order) => {
            pend(state, &answer);
            out.work(Work::Checkpoint(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

fn checkpoint_order(
    state: &mut State,
    origin: &Origin,
    order: MakeCheckpoint,
) -> Result<checkpoint::CheckpointOrder, Failure> {
    let (item, attempt) = state.located(origin)?;
    // A commit outlives everything else.
    let (title, key) = (state.secrets.redact(&order.title), state.secrets.redact(&order.key));
    let run_id = state.run.clone();
    let run = state.open()?;
    let integration = integration(run)?;
    let (tree, lease) = match run.live.get(item) {
        Some(Live { tree: Some(tree), lease, .. }) => (tree.clone(), lease.clone()),
        Some(_) | None => return Err(misuse("call `git::worktree` before a checkpoint")),
    };
    let live = run.live.iter().enumerate().filter(|(at, _)| !run.machine.state(*at).is_final());
    let others = live.filter_map(|(_, live)| live.tree.as_ref()).filter(|other| other.branch != tree.branch);
    Ok(checkpoint::CheckpointOrder {
        siblings: others.map(|other| other.branch.clone()).collect(),
        declared: run.graph.files.get(&attempt.item).cloned().unwrap_or_default(),
        integration,
        attempt,
        tree,
        lease,
        run: run_id,
        ordinal: order.ordinal,
        title,
        key,
    })
}

fn validate(
    state: &mut State,
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
    let left = state.open().ok().and_then(|run| run.live.get_mut(item)?.left.take());
    let resolve::Place { integration, tree } = place;
    let stop = state.stop.clone();
    let order = validation::ValidationOrder { integration, attempt, tree, left, checks, stop };
    out.work(Work::Validate(Box::new(order), answer));
}

fn resolve(state: &mut State, origin: &Origin, order: Resolve, answer: Answer<Option<String>>, out: &mut Reaction) {
    match place(state, origin) {
        Ok(place) => {
            let Resolve { ordinal, level, gates } = order;
            let checks = checks(state, origin, &place.tree, Checks { ordinal, level, gates, manual: Vec::new() });
            let order = resolve::ResolutionOrder { place, checks, stop: state.stop.clone() };
            out.work(Work::Resolve(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// What is to be validated of an item.
struct Checks {
    ordinal: u32,
    level: u8,
    gates: Vec<GateLine>,
    manual: Vec<u8>,
}

fn checks(state: &mut State, origin: &Origin, tree: &Prepared, checks: Checks) -> Validation {
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
    }
}

/// Finds the worktree of the item that asks.
fn place(state: &mut State, origin: &Origin) -> Result<resolve::Place, Failure> {
    let (item, _) = state.located(origin)?;
    let run = state.open()?;
    let tree = run.live.get(item).and_then(|live| live.tree.clone());
    let place = tree.zip(run.integration.clone()).map(|(tree, integration)| resolve::Place { integration, tree });
    place.ok_or_else(|| misuse("call `git::worktree` first"))
}

fn integration(run: &OpenRun) -> Result<Integration, Failure> {
    let missing = || misuse("this run has no branches: start it with `merge: true`");
    run.integration.clone().ok_or_else(missing)
}

/// Remembers a question whose answer only git makes.
fn pend<T: Send + 'static>(state: &mut State, answer: &Answer<T>) {
    state.pending.add(answer.refusal(), Busy::default());
}

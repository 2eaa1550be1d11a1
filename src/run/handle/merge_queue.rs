//! The merge queue: one item after the other onto the batch branch.

use crate::bridge::{GateLine, RunGraph};
use crate::host::process::Marker;
use crate::host::validate::Validation;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::open::OpenRun;
use crate::run::core::state::{LoopState, Stage};
use crate::run::shared::slot::SLOT;
use crate::run::shared::{check_logs, names};
use crate::run::work::merge::candidate_worktree::{self, CandidateWorktree};
use crate::run::work::merge::guard::Guarded;
use crate::run::work::merge::item::MergeOrder;
use crate::schedule::ItemState;

/// Starts the next merge, if none runs.
pub(super) fn pump(state: &mut LoopState, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    if run.merging {
        return;
    }
    let Some(item) = run.merges.pop_front() else { return };
    let Some(integration) = run.integration.clone() else { return };
    run.merging = true;
    let id = run.id(item);
    let Ok(prp) = names::parse(&id) else { return };
    let order = MergeOrder {
        item,
        title: run.graph.items.get(item).map(|info| info.title.clone()).unwrap_or_default(),
        document: run.graph.documents.get(&id).cloned(),
        write_back: run.graph.write_back.get(&id).cloned().unwrap_or_default(),
        lease: run.live.get(item).and_then(|live| live.lease.clone()),
        guarded: Guarded {
            settings: state.settings.clone(),
            integration: integration.clone(),
            document: run.graph.documents.get(&id).cloned(),
            declared: run.graph.files.get(&id).cloned().unwrap_or_default(),
            others: others(&run.graph, &id),
            gates: gate_lines(&run.graph, &id),
            id: prp,
        },
        candidate: None,
        says_more: false,
        unseen: run.live.get(item).map(|live| live.leftovers.unseen()).unwrap_or_default(),
        resumed: run.live.get(item).filter(|live| !live.leftovers.were_looked_at()).and_then(|live| live.tree.clone()),
        run: state.run.clone(),
        id,
        integration,
    };
    out.start(Task::Merge(Box::new(tried_out(state, order))));
}

/// Prepares the validation of the merged tree of an item, unless nobody wants it.
fn tried_out(state: &LoopState, order: MergeOrder) -> MergeOrder {
    let Stage::Open(run) = &state.stage else { return order };
    if !run.options.validate_merge {
        return order;
    }
    let settings = state.settings.clone();
    let level = run.options.level;
    let own = candidate_worktree::commands(&settings);
    let gates = run.graph.gates.get(&order.id).cloned().unwrap_or_default();
    let stay_valid = stay_valid(run, &order.id);
    let says_more = own.is_some() || !stay_valid.is_empty();
    let gates =
        gates.into_iter().chain(stay_valid).filter(|gate| gate.level <= level && own.is_none() && settings.gates);
    let mut env = (*state.env).clone();
    env.insert(SLOT.to_owned(), run.free_slot().to_string());
    let validation = Validation {
        worktree: candidate_worktree::place(&settings, &order.integration.branch),
        phase: run.graph.items.get(order.item).map_or(1, |info| info.phases.max(1)),
        level: if own.is_some() { 4 } else { level },
        gates: gates.collect(),
        manual: Vec::new(),
        timeout: settings.validate_timeout,
        env,
        env_pass: settings.validate_env_pass.clone(),
        secrets: state.secrets.clone(),
        marker: Marker { run: state.run.clone(), item: order.id.clone(), attempt: 0 },
        logs: Some(check_logs::of(&settings, &state.run, &order.id, "merge".to_owned())),
        files: None,
        may_change: state.settings.may_change.clone(),
        retries: 0,
        earlier: None,
        sandbox: settings.sandbox.clone(),
        prp: order.id.clone(),
        commands: own.unwrap_or_else(|| settings.validate.clone()),
    };
    let candidate = CandidateWorktree {
        settings,
        repo: order.integration.repo.clone(),
        order: validation,
        stop: state.stop.clone(),
    };
    MergeOrder { candidate: Some(candidate), says_more, ..order }
}

/// Returns the gates of merged items that can pass again once an item is merged.
fn stay_valid(run: &OpenRun, id: &str) -> Vec<GateLine> {
    let done = |need: &String| {
        need == id || run.item(need).is_some_and(|item| *run.machine.state(item) == ItemState::Completed)
    };
    let able = run.options.stay_valid.iter().filter(|other| other.needs.iter().all(done));
    able.flat_map(|other| other.gates.clone()).collect()
}

/// Returns the other items with what they declare, whether they are part of the run or not.
fn others(graph: &RunGraph, id: &str) -> Vec<(String, Vec<String>)> {
    graph.files.iter().filter(|(other, _)| *other != id).map(|(other, files)| (other.clone(), files.clone())).collect()
}

fn gate_lines(graph: &RunGraph, id: &str) -> Vec<String> {
    graph.gates.get(id).into_iter().flatten().map(|gate| gate.command.clone()).collect()
}

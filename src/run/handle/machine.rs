//! The machine of the open run: what it is told, and what follows from what it decides.

use super::merge_queue;
use crate::bridge::{NextItem, RunOptions};
use crate::event::EventKind;
use crate::host::stop::StopLevel;
use crate::run::core::effect::{Effect, Reaction};
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{LoopState, Stage};
use crate::schedule::{Action, Input, ending};

/// How long a usage limit without a stated end is waited for before one start tries again, in seconds.
const UNKNOWN_LIMIT: i64 = 300;

/// Gives the machine an input and carries out what it decides; nothing when no run is open.
pub(super) fn step(state: &mut LoopState, input: Input, now: Moment, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    let mut actions = run.machine.step(input);
    loop {
        for action in actions {
            act(state, action, now, out);
        }
        // A waiting script is a free worker: whatever the input made possible may start now.
        let Stage::Open(run) = &mut state.stage else { return };
        if run.waiting.is_none() || !run.ready.is_empty() || !run.machine.can_start() {
            break;
        }
        actions = run.machine.step(Input::Poll);
    }
    serve(state, now, out);
}

fn act(state: &mut LoopState, action: Action, now: Moment, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    match action {
        Action::Start { item, attempt } => run.ready.push_back((item, attempt)),
        Action::Merge { item } => {
            out.tell(EventKind::MergeAwaited { item: run.id(item) });
            run.merges.push_back(item);
            merge_queue::pump(state, out);
        }
        Action::Retry { item, attempt, reason, kind } => {
            out.tell(EventKind::Retry { item: run.id(item), attempt, reason, kind });
        }
        Action::Pause { adapter, until } => {
            run.rate_limits.limit(&adapter, until);
            let again = run.options.wait_for_quota.then(|| until.unwrap_or(now.epoch + UNKNOWN_LIMIT));
            out.tell(EventKind::QuotaPaused { agent: adapter.clone(), until, again });
            if run.options.wait_for_quota {
                out.effects.push(Effect::WaitForQuota { agent: adapter, until, unknown: UNKNOWN_LIMIT });
            }
        }
        Action::Resume { adapter } => {
            run.rate_limits.lift(&adapter);
            out.tell(EventKind::QuotaResumed { agent: adapter });
        }
        Action::ItemFinished { item } => item_finished(state, item, out),
        Action::StopRunning => out.effects.push(Effect::Stop(StopLevel::Graceful)),
        Action::Finished => run.finished = true,
    }
}

/// Hands a ready item, or the end, to the waiting script.
fn serve(state: &mut LoopState, now: Moment, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    if run.waiting.is_none() {
        return;
    }
    if let Some((item, attempt)) = run.ready.pop_front() {
        start(run, item, attempt, now, out);
    } else if run.finished
        && let Some(answer) = run.waiting.take()
    {
        out.reply(answer, Ok(None));
    }
}

fn start(run: &mut OpenRun, item: usize, attempt: u32, now: Moment, out: &mut Reaction) {
    let id = run.id(item);
    let stage = run.graph.items.get(item).map_or(1, |info| info.stage);
    let slot = run.free_slot();
    if let Some(live) = run.live.get_mut(item) {
        live.attempt_started = Some(now.instant);
        live.slot = Some(slot);
    }
    out.tell(EventKind::ItemStarted { item: id, stage, attempt });
    if let Some(answer) = run.waiting.take() {
        out.reply(answer, Ok(Some(NextItem { index: item, attempt })));
    }
}

fn item_finished(state: &mut LoopState, item: usize, out: &mut Reaction) {
    let Stage::Open(run) = &mut state.stage else { return };
    let live = run.live.get(item);
    let duration = live.map_or(0.0, |live| live.busy);
    let end = ending(run.machine.state(item), live.and_then(|live| live.outcome.as_ref()));
    let id = run.id(item);
    out.tell(EventKind::ItemFinished {
        item: id,
        status: end.status,
        outcome: end.outcome,
        reason: end.reason,
        value: end.value,
        duration,
    });
    if run.machine.last_straw() == Some(item) {
        let (id, text) = (run.id(item), last_straw(&run.options));
        out.warn(Some(id), text);
    }
}

/// Says which flag ends the run with the failure of an item.
fn last_straw(options: &RunOptions) -> String {
    match options.max_fail {
        Some(most) if !options.fail_fast => {
            format!("`--max-fail {most}` is reached: what runs goes on to its end, and nothing else starts")
        }
        Some(_) | None => "`--fail-fast` ends the run here: what runs is stopped, and nothing else starts".to_owned(),
    }
}

/// Wakes the run when a usage limit is over.
pub(super) fn quota_over(state: &mut LoopState, agent: String, now: Moment, out: &mut Reaction) {
    // A later end became known meanwhile: its own timer wakes the run.
    let Stage::Open(run) = &state.stage else { return };
    let limited = run.rate_limits.limited(&agent).and_then(|limit| limit.until);
    if limited.is_some_and(|until| until > now.epoch) {
        return;
    }
    step(state, Input::QuotaOver { adapter: agent }, now, out);
}

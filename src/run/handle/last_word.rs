//! The last word about a run: its last event and its metrics, when nothing can be added to how it ended.

use std::collections::BTreeMap;

use crate::event::EventKind;
use crate::event::kind::ItemStatus;
use crate::host::git::merge::join;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::open::OpenRun;
use crate::run::core::state::{CloseStep, Closing, LoopState, Stage};
use crate::run::work::batch::report;
use crate::schedule::{ItemState, ending};

/// Closes a run about which the script has said its last word.
pub(super) fn close(state: &mut LoopState, closing: Closing, out: &mut Reaction) {
    state.stage = Stage::Closing(Box::new(closing));
    tell(state, out);
}

/// Tells how a run ended that is being closed, and has it written down.
pub(super) fn tell(state: &mut LoopState, out: &mut Reaction) {
    let settings = state.settings.clone();
    let Stage::Closing(closing) = &mut state.stage else { return };
    closing.step = CloseStep::Report;
    let run = &mut closing.run;
    let totals = totals(run);
    let unfinished = totals.iter().any(|(status, count)| *status != ItemStatus::Completed && *count > 0);
    // The same command would meet the same conflict.
    let again = || settings.command_without(if cannot_be_joined(run) { &["--no-merge"] } else { &[] });
    let resume = unfinished.then(|| run.options.resume.clone().unwrap_or_else(again));
    let next = next_steps(run, &totals);
    out.tell(EventKind::RunFinished { totals, exit_code: closing.exit_code, resume, next });
    let (batch, mark, lock) = (run.options.batch, run.mark.take(), run.lock.take());
    out.start(Task::Report(Box::new(report::ReportOrder { settings, batch, mark, lock })));
}

/// Tells whether something failed that builds on items whose branches conflict.
fn cannot_be_joined(run: &OpenRun) -> bool {
    run.machine.states().any(|state| matches!(state, ItemState::Failed { reason, .. } if join::is_conflict(reason)))
}

/// Returns the totals of the states that the items are in.
pub(super) fn totals(run: &OpenRun) -> BTreeMap<ItemStatus, u32> {
    let mut totals = BTreeMap::new();
    for state in run.machine.states() {
        *totals.entry(ending(state, None).status).or_insert(0) += 1;
    }
    totals
}

/// Says what a person would do next, as exact commands.
fn next_steps(run: &OpenRun, totals: &BTreeMap<ItemStatus, u32>) -> Vec<String> {
    let is_complete = totals.keys().all(|status| *status == ItemStatus::Completed);
    let own = if is_complete { run.options.next.clone() } else { Vec::new() };
    let Some(integration) = &run.integration else { return own };
    let mut next = Vec::new();
    for (item, state) in run.machine.states().enumerate() {
        if matches!(state, ItemState::Conflict { .. }) {
            next.push(format!("batchprp resolve {}", run.id(item)));
        }
    }
    for (item, state) in run.machine.states().enumerate() {
        if matches!(state, ItemState::NeedsApproval { .. }) {
            next.push(format!("batchprp approve {}", run.id(item)));
        }
    }
    if totals.get(&ItemStatus::Completed).is_some_and(|count| *count > 0) {
        next.push(format!("git log --first-parent {}", integration.branch));
    }
    next.extend(own);
    next
}

//! Repairs: whether what failed goes back to an agent, and how often it did.

use crate::bridge::{Answer, Origin, Repair, Repairing};
use crate::event::EventKind;
use crate::evidence::FailureWords;
use crate::model::usage::Usage;
use crate::run::core::effect::Reaction;
use crate::run::core::open::OpenRun;
use crate::run::core::phase_repairs::PhaseRepairs;
use crate::run::core::state::LoopState;

/// A failure of a phase.
pub(super) struct Failed<'a> {
    pub(super) phase: u32,
    /// On one line.
    pub(super) reason: String,
    /// All that is known of it.
    pub(super) said: &'a str,
}

/// Says whether a phase of the item that asks goes back to its agent.
pub(super) fn asked(
    state: &mut LoopState,
    origin: &Origin,
    order: Repair,
    answer: Answer<Repairing>,
    out: &mut Reaction,
) {
    let Repair { ordinal, reason, said } = order;
    // An event outlives everything else.
    let reason = state.secrets.redact(&reason);
    let located = state.located(origin).and_then(|(item, _)| Ok((item, state.open()?)));
    match located {
        Ok((item, run)) => {
            let failed = Failed { phase: ordinal, reason, said: &said };
            let repairing = match next(run, item, failed) {
                Ok(repair) => {
                    let number = repair.number;
                    out.tell(repair.event);
                    Repairing::Again { number, left: left(run, item) }
                }
                Err(why) => Repairing::Over { why },
            };
            out.reply(answer, Ok(repairing));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

/// A repair that was counted, and the event that tells it.
pub(super) struct Counted {
    pub(super) number: u32,
    pub(super) event: EventKind,
}

/// Counts one more repair of a phase, or says why there is none.
pub(super) fn next(run: &mut OpenRun, item: usize, failed: Failed<'_>) -> Result<Counted, String> {
    let id = run.id(item);
    let (options, spent) = (run.options.clone(), run.spent.plus(reserved(run, item)));
    let Some(live) = run.live.get_mut(item) else { return Err(String::new()) };
    let place = live.tree.as_ref().map(|tree| tree.path.display().to_string()).unwrap_or_default();
    let words = FailureWords::of(failed.said, &place);
    let Failed { phase, reason, .. } = failed;
    let number = live.repairs.entry(phase).or_default().next(&words, &options, spent)?;
    Ok(Counted { number, event: EventKind::Repair { item: id, phase, number, reason } })
}

/// Notes that an agent is called for a phase.
pub(super) fn begin(run: &mut OpenRun, item: usize, phase: Option<u32>) {
    if let (Some(live), Some(phase)) = (run.live.get_mut(item), phase) {
        live.repairs.entry(phase).or_default().begin();
    }
}

/// Notes how a call for a phase ended.
pub(super) fn end(run: &mut OpenRun, item: usize, phase: Option<u32>, is_good: bool, used: Usage) {
    if let (Some(live), Some(phase)) = (run.live.get_mut(item), phase) {
        live.repairs.entry(phase).or_default().end(is_good, used);
    }
}

/// Returns what is left of the budget in US dollars for one repair, where that is known.
fn left(run: &OpenRun, item: usize) -> Option<f64> {
    let taken = run.spent.cost? + reserved(run, item).cost.unwrap_or_default();
    Some((run.options.max_cost? - taken).max(0.0))
}

/// Returns what the repairs of other items may take that are under way.
fn reserved(run: &OpenRun, item: usize) -> Usage {
    let others =
        run.live.iter().enumerate().filter(|(other, _)| *other != item).flat_map(|(_, live)| live.repairs.values());
    others.map(PhaseRepairs::reserved).fold(Usage::default(), Usage::plus)
}

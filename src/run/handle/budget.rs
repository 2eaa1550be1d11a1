//! What the run has spent, and its limits.

use super::machine;
use crate::bridge::RunOptions;
use crate::event::EventKind;
use crate::model::usage::{Tokens, Usage};
use crate::run::core::effect::Reaction;
use crate::run::core::moment::Moment;
use crate::run::core::state::LoopState;
use crate::schedule::Input;

/// Adds to what the run has spent; the limits are checked each time.
pub(super) fn spend(state: &mut LoopState, usage: Usage, now: Moment, out: &mut Reaction) {
    let Ok(run) = state.open() else { return };
    run.spent = run.spent.plus(usage);
    if run.over_budget {
        return;
    }
    let Some(event) = exceeded(&run.options, run.spent) else { return };
    run.over_budget = true;
    out.tell(event);
    machine::step(state, Input::OverBudget { reason: "the budget of the run is used up".to_owned() }, now, out);
}

/// Tells which limit is reached; what is unknown reaches none.
fn exceeded(options: &RunOptions, spent: Usage) -> Option<EventKind> {
    let tokens = spent.tokens.map(Tokens::total);
    if let Some((limit, spent)) = options.max_cost.zip(spent.cost).filter(|(limit, spent)| spent >= limit) {
        return Some(EventKind::Budget { spent, limit, unit: "USD".to_owned() });
    }
    let (limit, spent) = options.max_tokens.zip(tokens).filter(|(limit, spent)| spent >= limit)?;
    Some(EventKind::Budget { spent: spent as f64, limit: limit as f64, unit: "tokens".to_owned() })
}

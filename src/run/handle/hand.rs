//! A phase that a person carries out: who took it, what it came to.

use super::agent;
use crate::bridge::{Answer, ByHand, Failure, Handed, Origin};
use crate::evidence::verdict::Wanted;
use crate::run::core::effect::{Reaction, Task};
use crate::run::core::live_item::LiveItem;
use crate::run::core::state::{LoopState, misuse};
use crate::run::work::item::hand::HandOrder;

/// The name under which a person works.
const PERSON: &str = "person";

/// Starts what is to be done.
pub(super) fn asked(
    state: &mut LoopState,
    origin: &Origin,
    order: &ByHand,
    answer: Answer<Handed>,
    out: &mut Reaction,
) {
    match hand_order(state, origin, order) {
        Ok(order) => {
            state.pend(&answer);
            out.start(Task::Hand(Box::new(order), answer));
        }
        Err(failure) => out.reply(answer, Err(failure)),
    }
}

fn hand_order(state: &mut LoopState, origin: &Origin, order: &ByHand) -> Result<HandOrder, Failure> {
    let (item, attempt) = state.located(origin)?;
    let settings = state.settings.clone();
    let integration = state.integration()?;
    let run = state.open()?;
    let (tree, want, lease) = match run.live.get(item) {
        Some(LiveItem { tree: Some(tree), want: Some(want), lease, .. }) => {
            (tree.clone(), (**want).clone(), lease.clone())
        }
        Some(_) | None => return Err(misuse("call `git::worktree` in a run with `by_hand: true` first")),
    };
    let worker = agent::Worker { agent: PERSON.to_owned(), phase: Some(order.phase), wanted: Wanted::Work };
    let expectation = agent::expectation(run, &settings, item, worker);
    Ok(HandOrder { phase: order.phase, deed: order.deed, integration, attempt, tree, want, lease, expectation })
}

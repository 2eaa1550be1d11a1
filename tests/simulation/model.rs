//! The small reference model: how every item ends when nothing ends the run early, whatever the timing.

use std::collections::BTreeSet;

use batchprp::graph::Reason;
use batchprp::model::outcome::{FailureKind, Outcome};
use batchprp::schedule::{Input, ItemState};

use crate::scenario::Scenario;

/// How an item ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    State(ItemState),
    /// Blocked by one of these.
    Blocked(BTreeSet<String>),
}

/// Works through the items in topological order.
pub(crate) fn expected(scenario: &Scenario) -> Vec<Expected> {
    let graph = &scenario.graph;
    let mut ends: Vec<Option<Expected>> = vec![None; graph.nodes.len()];
    for &item in &graph.order {
        let needed = graph.edges.iter().filter(|edge| edge.to == item && edge.reason == Reason::Explicit);
        let mut causes = BTreeSet::new();
        for edge in needed {
            match &ends[edge.from] {
                Some(Expected::State(ItemState::Completed)) => {}
                Some(Expected::Blocked(roots)) => causes.extend(roots.clone()),
                Some(Expected::State(_)) | None => {
                    causes.insert(graph.nodes[edge.from].id.clone());
                }
            }
        }
        let end = if causes.is_empty() { Expected::State(alone(scenario, item)) } else { Expected::Blocked(causes) };
        ends[item] = Some(end);
    }
    ends.into_iter().flatten().collect()
}

/// Plays the attempts of one item.
pub(crate) fn alone(scenario: &Scenario, item: usize) -> ItemState {
    let mut retries = scenario.policy.retries;
    for attempt in 1.. {
        return match scenario.world.outcome(item, attempt) {
            Outcome::RateLimited { .. } | Outcome::OverBudget { .. } => continue,
            Outcome::Failed { kind: FailureKind::Timeout | FailureKind::Transient, .. } if retries > 0 => {
                retries -= 1;
                continue;
            }
            Outcome::Completed { .. } if scenario.policy.merge => match scenario.world.merged(item) {
                Input::Conflicted { files, .. } => ItemState::Conflict { files },
                Input::MergeFailed { reason, .. } => ItemState::Failed { kind: FailureKind::System, reason },
                _ => ItemState::Completed,
            },
            Outcome::Completed { .. } => ItemState::Completed,
            Outcome::Partial { phase, level, reason } => ItemState::Partial { phase, level, reason },
            Outcome::Failed { kind, reason } => ItemState::Failed { kind, reason },
            Outcome::Unproven { claim, evidence } => ItemState::Unproven { claim, evidence },
            Outcome::Cancelled => ItemState::Cancelled,
        };
    }
    ItemState::Pending
}

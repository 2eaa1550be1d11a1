//! The small reference model: how every item ends when nothing ends the run early, whatever the timing.

use std::collections::BTreeSet;

use batchprp::graph::Reason;
use batchprp::model::outcome::{FailureKind, Outcome};
use batchprp::schedule::{Input, State};

use crate::scenario::Scenario;

/// How an item ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    State(State),
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
                Some(Expected::State(State::Completed)) => {}
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
pub(crate) fn alone(scenario: &Scenario, item: usize) -> State {
    let mut retries = scenario.policy.retries;
    for attempt in 1.. {
        return match scenario.world.outcome(item, attempt) {
            Outcome::RateLimited { .. } | Outcome::OverBudget { .. } => continue,
            Outcome::Failed { kind: FailureKind::Timeout | FailureKind::Transient, .. } if retries > 0 => {
                retries -= 1;
                continue;
            }
            Outcome::Completed { .. } if scenario.policy.merge => match scenario.world.merged(item) {
                Input::Conflicted { files, .. } => State::Conflict { files },
                Input::MergeFailed { reason, .. } => State::Failed { kind: FailureKind::System, reason },
                _ => State::Completed,
            },
            Outcome::Completed { .. } => State::Completed,
            Outcome::Partial { phase, level, reason } => State::Partial { phase, level, reason },
            Outcome::Failed { kind, reason } => State::Failed { kind, reason },
            Outcome::Unproven { claim, evidence } => State::Unproven { claim, evidence },
            Outcome::Cancelled => State::Cancelled,
        };
    }
    State::Pending
}

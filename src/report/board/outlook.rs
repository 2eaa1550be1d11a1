//! How long things will take, from what they took before.

use std::collections::HashMap;

use super::look::Look;
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView};

/// Returns the seconds that an item takes by what a phase takes; `None` while that is unknown.
pub(in crate::report) fn expected(item: &ItemView, state: &RunView, look: &Look) -> Option<f64> {
    let phases = item.info.phases.max(1);
    Some(pace(state).or(look.pace)? * f64::from(phases))
}

/// Returns the seconds that a phase took in this run.
fn pace(state: &RunView) -> Option<f64> {
    let done = state.items.iter().filter(|item| item.status() == Some(ItemStatus::Completed) && item.duration > 0.0);
    let (took, phases) = done
        .fold((0.0, 0.0), |(took, phases), item| (took + item.duration, phases + f64::from(item.info.phases.max(1))));
    (phases > 0.0).then(|| took / phases)
}

/// Estimates the seconds that are left: the longest chain of what is left, or its work through the slots.
pub(in crate::report) fn remaining(state: &RunView, look: &Look) -> Option<f64> {
    if state.end.is_some() {
        return None;
    }
    let now = look.now.max(state.latest);
    let mut ends: HashMap<&str, f64> = HashMap::new();
    let mut work = 0.0;
    for item in state.items.iter().filter(|item| item.status().is_none()) {
        let own = (expected(item, state, look)? - seconds(item.started, now)).max(0.0);
        let before = state.edges.iter().filter(|edge| edge.to == item.info.id);
        let before = before.filter_map(|edge| ends.get(edge.from.as_str())).fold(0.0_f64, |a, b| a.max(*b));
        ends.insert(&item.info.id, before + own);
        work += own;
    }
    let chain = ends.values().fold(0.0_f64, |a, b| a.max(*b));
    Some(chain.max(work / f64::from(state.jobs.max(1))))
}

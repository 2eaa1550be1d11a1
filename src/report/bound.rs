//! The shortest time in which the work of a run could have been done.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::event::RunView;

/// Returns the longest chain of the work that was measured, or that work through the slots, whichever is longer. Items at
/// work count up to `now`.
pub(super) fn lower_bound(state: &RunView, now: Option<Timestamp>) -> f64 {
    let mut ends: HashMap<&str, f64> = HashMap::new();
    let mut work = 0.0;
    for item in &state.items {
        let before = state.edges.iter().filter(|edge| edge.to == item.info.id);
        let before = before.filter_map(|edge| ends.get(edge.from.as_str())).fold(0.0_f64, |a, b| a.max(*b));
        let worked = item.worked(now);
        ends.insert(&item.info.id, before + worked);
        work += worked;
    }
    let chain = ends.values().fold(0.0_f64, |a, b| a.max(*b));
    chain.max(work / f64::from(state.jobs.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind};

    #[test]
    fn what_is_at_work_counts() {
        let event = |second: u32, kind| {
            let at = format!("2026-11-30T10:00:{second:02}Z");
            Event { seq: u64::from(second), at, run: "r".to_owned(), kind }
        };
        let started = |item: &str| EventKind::ItemStarted { item: item.to_owned(), stage: 1, attempt: 1 };
        let state = RunView::of(&[event(1, started("A")), event(11, started("B"))]);
        let now = "2026-11-30T10:00:41Z".parse().ok();
        assert!((lower_bound(&state, now) - 70.0).abs() < 1e-9, "with one slot one goes after the other");
        let sum: f64 = state.items.iter().map(|item| item.worked(now)).sum();
        assert!((sum - 70.0).abs() < 1e-9);
    }
}

//! How long things will take, from what they took before.

use std::collections::HashMap;

use super::look::Look;
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView};

/// When a run is expected to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) enum Outlook {
    /// In so many seconds.
    Left(f64),
    /// Something takes longer than anything so far: nobody knows.
    Overdue,
}

/// So many times what was expected an item may take before it says nothing any more about the end of the run.
const LATE: f64 = 1.5;

/// Returns the seconds that an item takes in this run by what a phase takes; `None` while that is unknown, and for one
/// that has only to be merged.
pub(in crate::report) fn expected(item: &ItemView, state: &RunView, look: &Look) -> Option<f64> {
    let phases = left_over(item, item.info.phases).filter(|phases| *phases > 0.0)?;
    Some(pace(state).or(look.pace)? * phases)
}

/// Returns the seconds that a phase took in this run. What earlier runs did took no time in this one.
fn pace(state: &RunView) -> Option<f64> {
    let done = state.items.iter().filter(|item| item.status() == Some(ItemStatus::Completed) && item.duration > 0.0);
    let worked = done.filter_map(|item| Some((item.duration, left_over(item, item.info.phases)?)));
    let (took, phases) = worked
        .filter(|(_, phases)| *phases > 0.0)
        .fold((0.0, 0.0), |(took, all), (duration, phases)| (took + duration, all + phases));
    (phases > 0.0).then(|| took / phases)
}

/// Returns how many of so many phases this run does, or did; an item without phases counts as one.
fn left_over(item: &ItemView, phases: u32) -> Option<f64> {
    let before = u32::try_from(item.resumed.len()).ok()?;
    Some(f64::from(phases.max(1).saturating_sub(before)))
}

/// Estimates the seconds that are left: the longest chain of what is left, or its work through the slots.
pub(in crate::report) fn outlook(state: &RunView, look: &Look) -> Option<Outlook> {
    if state.end.is_some() || state.interrupted.is_some() {
        return None;
    }
    let now = look.now.max(state.latest);
    let mut ends: HashMap<&str, f64> = HashMap::new();
    let mut work = 0.0;
    pace(state).or(look.pace)?;
    for item in state.items.iter().filter(|item| item.status().is_none()) {
        let (expected, took) = (expected(item, state, look).unwrap_or(0.0), seconds(item.started, now));
        let is_at_work = item.standing.is_busy() && !item.awaits_merge && !state.is_limited(item);
        if is_at_work && expected > 0.0 && took > expected * LATE {
            return Some(Outlook::Overdue);
        }
        let own = (expected - took).max(0.0);
        let before = state.edges.iter().filter(|edge| edge.to == item.info.id);
        let before = before.filter_map(|edge| ends.get(edge.from.as_str())).fold(0.0_f64, |a, b| a.max(*b));
        ends.insert(&item.info.id, before + own);
        work += own;
    }
    let chain = ends.values().fold(0.0_f64, |a, b| a.max(*b));
    let left = chain.max(work / f64::from(state.jobs.max(1)));
    // A hang is not "nearly done".
    Some(if left < 1.0 && state.is_busy() { Outlook::Overdue } else { Outlook::Left(left) })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::super::style::Style;
    use super::*;
    use crate::event::Event;
    use crate::event::kind::{EventKind, ItemInfo};

    /// A run of four items of two phases: the first was only merged, the second took 20 s for both of its phases, the
    /// third works for 5 s, the fourth waits for it.
    fn run(now: i64) -> (RunView, Look) {
        let info = |n: u32| ItemInfo {
            id: format!("PRP-{n}"),
            title: String::new(),
            name: format!("PRP-{n}"),
            stage: 1,
            phases: 2,
            hours: 1.0,
            complexity: None,
        };
        let mut state = RunView::default();
        let mut tell = |second: i64, kind: EventKind| {
            let at = Timestamp::from_second(second).expect("a time").to_string();
            state.apply(&Event { seq: 1, at, run: "r".to_owned(), kind });
        };
        let items = (1..=4).map(info).collect();
        let (stages, edges, critical_path) = (std::collections::BTreeMap::new(), vec![], vec![]);
        tell(0, EventKind::Graph { items, stages, edges, critical_path, bound_hours: 1.0 });
        let start = |n: u32| EventKind::ItemStarted { item: format!("PRP-{n}"), stage: 1, attempt: 1 };
        let end = |n: u32, duration: f64| {
            let (item, status, reason) = (format!("PRP-{n}"), ItemStatus::Completed, String::new());
            EventKind::ItemFinished { item, status, outcome: None, reason, value: None, duration }
        };
        tell(0, EventKind::Resumed { item: "PRP-1".to_owned(), phases: vec![1, 2], next: None });
        for (second, kind) in [(0, start(1)), (0, end(1, 0.3)), (0, start(2)), (20, end(2, 20.0)), (20, start(3))] {
            tell(second, kind);
        }
        let now = Timestamp::from_second(now).expect("a time");
        (state, Look::new(Some(now), Style::PLAIN, 50))
    }

    #[test]
    fn what_was_only_merged_sets_no_pace_and_a_hang_is_told() {
        let left = |now| {
            let (state, look) = run(now);
            outlook(&state, &look)
        };
        assert_eq!(left(25), Some(Outlook::Left(35.0)), "15 s of the third and 20 s of the fourth");
        assert_eq!(left(45), Some(Outlook::Left(20.0)));
        assert_eq!(left(51), Some(Outlook::Overdue), "one waits, but nobody knows when");
        let (state, look) = run(25);
        let expected = |item: &ItemView| expected(item, &state, &look);
        assert_eq!(expected(&state.items[0]), None, "there is nothing left to do");
        assert_eq!(expected(&state.items[2]), Some(20.0));
    }
}

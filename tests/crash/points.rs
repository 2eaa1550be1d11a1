//! Every fail point of a run × {kill, error, delay}: the next start completes the batch, and all invariants hold.

use std::collections::BTreeMap;

use crate::cases::{Case, Report, all, reference};
use crate::scene::Scene;

/// How many delays one run takes at once: they need no second run.
const DELAYS: usize = 12;

/// Returns every place of a fault-free run, and how often it is passed.
fn enumerate() -> BTreeMap<String, usize> {
    let scene = Scene::new();
    let child = scene.start("", "");
    assert_eq!(scene.wait(child).code, Some(0));
    let mut count = BTreeMap::new();
    for point in scene.points() {
        *count.entry(point).or_insert(0) += 1;
    }
    count
}

/// Chooses one of the times a place is passed, always the same for the same name and action.
fn choice(name: &str, action: &str, times: usize) -> usize {
    let sum = name.bytes().chain(action.bytes()).fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 65_521);
    1 + sum % times
}

fn run(points: &[(String, usize)], expected: &crate::invariants::Expected) -> Report {
    let mut cases = Vec::new();
    for action in ["kill", "error"] {
        cases.extend(points.iter().map(|(name, at)| Case::Faults(format!("{name}:{action}:{at}"))));
    }
    for group in points.chunks(DELAYS) {
        let orders = group.iter().map(|(name, at)| format!("{name}:delay:{at}")).collect::<Vec<_>>();
        cases.push(Case::Faults(orders.join(",")));
    }
    all(&cases, expected)
}

#[test]
fn every_fail_point_killed_failed_and_delayed_leaves_a_batch_that_completes() {
    let points = enumerate();
    let names = points.len();
    let chosen = points.into_iter().map(|(name, times)| {
        let at = choice(&name, "any", times);
        (name, at)
    });
    let report = run(&chosen.collect::<Vec<_>>(), &reference());
    report.print(&format!("{names} fail points × kill, error, delay"));
}

/// The last passings are at the end of the run, where the next start finds nothing left to do.
#[test]
fn a_kill_while_removed_worktrees_are_deleted_leaves_none_of_them() {
    let points = enumerate().into_iter().filter(|(name, _)| name.starts_with("trash.delete"));
    let points =
        points.flat_map(|(name, times)| (times.saturating_sub(1).max(1)..=times).map(move |at| (name.clone(), at)));
    let cases = points.map(|(name, at)| Case::Faults(format!("{name}:kill:{at}"))).collect::<Vec<_>>();
    assert!(!cases.is_empty());
    all(&cases, &reference()).print("each time that the remains of a worktree are deleted × kill");
}

/// A start that finds everything merged must not forget, by dying early, that there is still something to clean up.
#[test]
fn a_kill_of_the_start_that_closes_for_a_killed_run_leaves_the_closing_to_the_next_one() {
    // Everything is merged, and only the end is not in the journal.
    let told = enumerate()["journal.append.pre"];
    let closing = format!("journal.append.pre:kill:{told}");
    let scene = Scene::new();
    for faults in [closing.as_str(), ""] {
        let child = scene.start(faults, "");
        scene.wait(child);
    }
    // What precedes a place follows the one before.
    let mut points = scene.points();
    points.retain(|name| name.rsplit_once('.').is_some_and(|(_, moment)| moment == "post"));
    points.sort();
    points.dedup();
    assert!(points.iter().any(|name| name == "run.reap.post"), "{points:?}");
    let chain = |name: &String| Case::Chain(vec![closing.clone(), format!("{name}:kill:1")]);
    let cases = points.iter().map(chain).collect::<Vec<_>>();
    all(&cases, &reference()).print("each place of a start that only closes × kill");
}

#[test]
#[ignore = "half an hour: cargo test --release --features failpoints --test crash -- --ignored crash_at_every"]
fn crash_at_every_time_that_a_fail_point_is_passed() {
    let points = enumerate();
    let each = points.iter().flat_map(|(name, times)| (1..=*times).map(|at| (name.clone(), at)));
    let each = each.collect::<Vec<_>>();
    let report = run(&each, &reference());
    report.print(&format!("{} kill points at {} places × kill, error, delay", each.len(), points.len()));
}

//! Runs cases two at a time and collects what does not hold.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::invariants::{self, Expected, Round};
use crate::random::Plan;
use crate::scene::Scene;

const THREADS: usize = 2;
/// Exit code of a run that finds nothing to do.
const NOTHING_MATCHED: i32 = 4;

/// One thing that happens to a batch before a start without faults.
#[derive(Clone, Debug)]
pub(crate) enum Case {
    /// What the fail points do during the first start.
    Faults(String),
    /// What the fail points do during one start after the other.
    Chain(Vec<String>),
    /// Kills at random times.
    Kills(Plan),
}

/// What all cases came to.
pub(crate) struct Report {
    cases: usize,
    starts: usize,
    wrong: Vec<String>,
    took: Duration,
}

impl Report {
    /// Says the figures, and fails when anything did not hold.
    #[track_caller]
    #[expect(clippy::print_stdout, reason = "the figures are what these tests are for")]
    pub(crate) fn print(&self, what: &str) {
        let Self { cases, starts, wrong, took } = self;
        println!(
            "{what}: {cases} cases, {starts} starts of the program, {} violations, {:.0} s",
            wrong.len(),
            took.as_secs_f64()
        );
        assert!(wrong.is_empty(), "{} violations:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Returns what a run without faults comes to.
pub(crate) fn reference() -> Expected {
    let scene = Scene::new();
    let before = invariants::fingerprint(&scene);
    let rounds = [Round::begin(&scene, 1)];
    let child = scene.start("", "");
    let ended = scene.wait(child);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let expected = Expected::of(&scene);
    assert_eq!(invariants::check(&scene, &rounds, &before, &expected), Vec::<String>::new());
    expected
}

/// Runs all cases.
pub(crate) fn all(cases: &[Case], expected: &Expected) -> Report {
    let begin = Instant::now();
    let (next, starts, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (count, found) = one(case, expected);
            starts.fetch_add(count, Ordering::Relaxed);
            if !found.is_empty() {
                let text = format!("{case:?}: {}", found.join("; "));
                wrong.lock().expect("no panic").push(text);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    Report { cases: cases.len(), starts: starts.into_inner(), wrong, took: begin.elapsed() }
}

/// Runs one case to the end; returns how often the program was started and what does not hold.
fn one(case: &Case, expected: &Expected) -> (usize, Vec<String>) {
    let scene = Scene::new();
    let before = invariants::fingerprint(&scene);
    let mut rounds = Vec::new();
    match case {
        Case::Faults(faults) => {
            rounds.push(Round::begin(&scene, 1));
            let child = scene.start(faults, "");
            let ended = scene.wait(child);
            if ended.code == Some(0) {
                let wrong = invariants::check(&scene, &rounds, &before, expected);
                if wrong.is_empty() {
                    return (1, wrong);
                }
            }
        }
        Case::Chain(starts) => {
            for faults in starts {
                rounds.push(Round::begin(&scene, 1));
                let child = scene.start(faults, "");
                scene.wait(child);
            }
        }
        Case::Kills(plan) => plan.carry_out(&scene, &mut rounds),
    }
    rounds.push(Round::begin(&scene, 1));
    let child = scene.start("", "");
    let ended = scene.wait(child);
    let starts = rounds.iter().map(Round::programs).sum();
    // A program that was killed at its very end had done everything, and the next one says so.
    let nothing_left = ended.code == Some(NOTHING_MATCHED);
    if nothing_left {
        rounds.pop();
    }
    let mut wrong = invariants::check(&scene, &rounds, &before, expected);
    if ended.code != Some(0) && !nothing_left {
        let end: String = ended.text.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect();
        wrong.push(format!("the last start ended with {:?}: … {end}", ended.code));
    }
    (starts, wrong)
}

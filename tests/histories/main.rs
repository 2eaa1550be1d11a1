//! Random histories: agents that do whatever git allows, persons who commit meanwhile, kills of both. Whatever happens,
//! nothing wrong is merged, nothing of the user is touched, and nothing that anybody wrote is lost.
//!
//! `BATCHPRP_SEEDS=FROM-TO cargo test --test histories -- --ignored --nocapture` tries others; `BATCHPRP_KEEP=1` leaves
//! the folders of those that fail.

#![cfg(target_os = "linux")]

mod history;
mod law;
mod plan;
mod scene;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use history::History;

const THREADS: usize = 2;

#[test]
fn two_dozen_histories_leave_nothing_wrong_and_nothing_lost() {
    all(0, 24);
}

#[test]
#[ignore = "half an hour: cargo test --test histories -- --ignored --nocapture"]
fn many_histories_leave_nothing_wrong_and_nothing_lost() {
    let range = std::env::var("BATCHPRP_SEEDS").unwrap_or_else(|_| "0-1000".to_owned());
    let (from, to) = range.split_once('-').expect("FROM-TO");
    all(from.parse().expect("a number"), to.parse().expect("a number"));
}

/// Tries all seeds from one to before another.
#[expect(clippy::print_stdout, reason = "the figures are what these tests are for")]
fn all(from: u64, to: u64) {
    let begin = Instant::now();
    let (next, wrong) = (AtomicU64::new(from), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= to {
                return;
            }
            let found = one(seed);
            if let Some(text) = found {
                println!("{text}");
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
    println!("{} histories, {} with violations, {:.0} s", to - from, wrong.len(), begin.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Carries out one history; returns what does not hold.
fn one(seed: u64) -> Option<String> {
    let mut history = History::of(seed);
    history.carry_out();
    let broken = law::broken(&history);
    if broken.is_empty() {
        return None;
    }
    let deeds = history.items.iter().map(|item| format!("{} after {:?}: {:?}", item.id, item.dependencies, item.calls));
    let deeds = deeds.collect::<Vec<_>>().join("\n  ");
    let said = history.scene.output();
    let kept = history.scene.keep().map(|place| format!(" (kept in {place})")).unwrap_or_default();
    Some(format!("SEED {seed}{kept}:\n  {}\n  {deeds}\n  {}\n{said}", broken.join("\n  "), history.told.join("\n  ")))
}

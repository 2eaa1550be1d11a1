//! Random schedules under a simulated clock, each checked step by step and against a small reference model.
//!
//! A failure names its seed; `SEED=n cargo test --test simulation one_seed` runs it alone.

#![expect(clippy::print_stdout, reason = "measured figures are shown with --nocapture")]

mod makespan;
mod model;
mod random;
mod scenario;
mod watch;

use scenario::Scenario;

fn schedules(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let checked = watch::check(&Scenario::new(seed));
        assert!(checked.is_ok(), "seed {seed}: {checked:?}");
    }
}

#[test]
fn two_thousand_schedules_keep_every_rule() {
    schedules(0..2_000);
}

#[test]
#[ignore = "takes a minute: cargo test --release --test simulation -- --ignored"]
fn a_hundred_thousand_schedules_keep_every_rule() {
    schedules(2_000..102_000);
}

#[test]
fn one_seed() {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    schedules(seed..seed + 1);
}

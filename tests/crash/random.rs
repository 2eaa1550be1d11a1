//! Kills at random times, also during recovery, some with two programs on one batch.

use std::thread::sleep;
use std::time::Duration;

use crate::cases::{Case, all, reference};
use crate::invariants::Round;
use crate::scene::Scene;

/// How long an agent works, in seconds: long enough to be hit.
const WORK: &str = "0.05";

/// What one seed does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    #[expect(dead_code, reason = "printed with a violation")]
    seed: u64,
    /// After so many milliseconds, each in a start of its own.
    kills: Vec<u64>,
    /// Two programs race for the batch at each start.
    racing: bool,
}

impl Plan {
    /// Makes the plan of a seed; `span` is about how long a start takes in milliseconds.
    pub(crate) fn of(seed: u64, span: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
        let mut random = move |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % limit
        };
        for _ in 0..8 {
            random(2);
        }
        // Three of fifty, which is 6 %.
        let racing = seed % 50 < 3;
        let kills = (0..=random(3)).map(|_| random(span)).collect();
        Self { seed, kills, racing }
    }

    /// Starts and kills as planned.
    pub(crate) fn carry_out(&self, scene: &Scene, rounds: &mut Vec<Round>) {
        for after in &self.kills {
            rounds.push(Round::begin(scene, 1 + usize::from(self.racing)));
            let mut child = scene.start("", WORK);
            let rival = self.racing.then(|| scene.start("", WORK));
            sleep(Duration::from_millis(*after));
            child.kill().expect("kill -9");
            child.wait().expect("gone");
            if let Some(rival) = rival {
                let code = scene.wait(rival).code;
                // Done, refused by the lock, or too late: everything is merged already.
                assert!(matches!(code, Some(0 | 4 | 7)), "the other program ended with {code:?}");
            }
        }
    }
}

fn seeds(seeds: std::ops::Range<u64>) {
    let span = std::env::var("BATCHPRP_CRASH_SPAN").ok().and_then(|text| text.parse().ok()).unwrap_or(1500);
    let plans: Vec<Plan> = seeds.map(|seed| Plan::of(seed, span)).collect();
    let kills: usize = plans.iter().map(|plan| plan.kills.len()).sum();
    let racing = plans.iter().filter(|plan| plan.racing).count();
    let what = format!("{} seeds with {kills} random kills, {racing} with two programs", plans.len());
    let cases: Vec<Case> = plans.into_iter().map(Case::Kills).collect();
    all(&cases, &reference()).print(&what);
}

#[test]
fn forty_seeds_of_random_kills_lose_nothing_and_repeat_nothing() {
    seeds(0..40);
}

#[test]
#[ignore = "fifteen minutes: cargo test --release --features failpoints --test crash -- --ignored crash_at_random"]
fn crash_at_random_times_in_five_hundred_seeds() {
    let count = std::env::var("BATCHPRP_CRASH_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    seeds(1000..1000 + count);
}

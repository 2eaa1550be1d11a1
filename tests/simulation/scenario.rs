//! Random batches, policies and worlds. What an attempt comes to depends on seed, item and attempt, never on time.

use batchprp::graph::{Graph, Node};
use batchprp::model::outcome::{FailureKind, Outcome};
use batchprp::schedule::simulate::SimulatedWorld;
use batchprp::schedule::{Input, ItemGraph, Machine, RunPolicy};

use crate::random::Random;

/// Everything that a schedule is made from.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) graph: Graph,
    pub(crate) policy: RunPolicy,
    /// What each item is planned to call; empty where that is not known.
    pub(crate) adapters: Vec<String>,
    pub(crate) disturbances: Vec<(f64, Input)>,
    /// Nobody and nothing ends the run early, so that the end of every item is known beforehand.
    pub(crate) smooth: bool,
    pub(crate) world: Chaos,
}

/// Agents that succeed, fail, are limited; merges that conflict.
#[derive(Clone, Debug)]
pub(crate) struct Chaos {
    seed: u64,
    smooth: bool,
    wait_for_quota: bool,
}

/// Items that each depend on up to two of the six before, in shuffled document order, and share some files.
pub(crate) fn batch(random: &mut Random, count: usize, shared: usize) -> Vec<Node> {
    let mut nodes: Vec<Node> = (0..count)
        .map(|place| {
            let wanted = random.below(3).min(place);
            let dependencies =
                (0..wanted).map(|_| format!("PRP-1.{}", place - 1 - random.below(place.min(6)))).collect();
            let mut files = vec![format!("src/own{place}.rs"), format!("tests/own{place}.rs")];
            if random.chance(0.25) {
                files.push(format!("src/shared{}.rs", random.below(shared)));
            }
            Node {
                id: format!("PRP-1.{place}"),
                dependencies,
                files,
                hours: random.lognormal(180.0, 0.7),
                ..Node::default()
            }
        })
        .collect();
    for last in (1..count).rev() {
        nodes.swap(last, random.below(last + 1));
    }
    nodes
}

impl Scenario {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 1 + random.below(14);
        let nodes = batch(&mut random, count, 3);
        let graph = Graph::analyze(nodes).expect("dependencies lead backward");
        let smooth = random.chance(0.5);
        let mut policy = RunPolicy {
            jobs: 1 + random.below(5),
            retries: u32::try_from(random.below(3)).unwrap_or(0),
            barrier: random.chance(0.25),
            merge: random.chance(0.7),
            ..RunPolicy::default()
        };
        let mut disturbances = Vec::new();
        let mut anywhen = |random: &mut Random, input| disturbances.push((random.unit() * 1500.0, input));
        if !smooth {
            policy.fail_fast = random.chance(0.2);
            policy.max_fail = random.chance(0.2).then(|| 1 + u32::try_from(random.below(3)).unwrap_or(0));
            policy.stop_on_conflict = random.chance(0.3);
            if random.chance(0.3) {
                anywhen(&mut random, Input::Cancel);
            }
            if random.chance(0.15) {
                anywhen(&mut random, Input::OverBudget { reason: "5 USD".to_owned() });
            }
            if random.chance(0.1) {
                anywhen(&mut random, Input::Stop);
            }
        }
        // Words at the wrong time: nothing may come of them.
        for _ in 0..random.below(4) {
            let item = random.below(count);
            let noise = [
                Input::Poll,
                Input::Merged { item },
                Input::Conflicted { item, files: Vec::new() },
                Input::Finished { item, attempt: 99, outcome: Outcome::completed(), now: 0.0 },
                Input::Phase { item, phase: 1 },
                Input::QuotaOver { adapter: "nobody".to_owned() },
            ];
            // A merge may really be under way; answering it early would be a lie and not noise.
            let choice = if policy.merge { [0, 3, 4, 5][random.below(4)] } else { random.below(noise.len()) };
            anywhen(&mut random, noise[choice].clone());
        }
        policy.wait_for_quota = smooth || random.chance(0.5);
        let planned = |random: &mut Random| ["claude", "codex", ""][random.below(3)];
        let adapters = graph.nodes.iter().map(|_| planned(&mut random).to_owned()).collect();
        let world = Chaos { seed: random.next(), smooth, wait_for_quota: policy.wait_for_quota };
        Self { graph, policy, adapters, disturbances, smooth, world }
    }

    /// Makes the machine of the scenario.
    pub(crate) fn machine(&self) -> Machine {
        let at = |id: &str| self.graph.nodes.iter().position(|node| node.id == id);
        let adapter = |id: &str| at(id).map(|at| self.adapters[at].clone()).filter(|name| !name.is_empty());
        Machine::new(ItemGraph::from(&self.graph).with_adapters(adapter), self.policy)
    }
}

impl Chaos {
    fn random(&self, item: usize, attempt: u32, what: u64) -> Random {
        let mixed = (item as u64) << 32 | u64::from(attempt) << 8 | what;
        Random::new(self.seed ^ mixed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// Returns what the attempt comes to if nobody stops it.
    pub(crate) fn outcome(&self, item: usize, attempt: u32) -> Outcome {
        let mut random = self.random(item, attempt, 1);
        let reason = || "as drawn".to_owned();
        match random.below(100) {
            0..65 => Outcome::completed(),
            65..70 => Outcome::failed(FailureKind::Timeout, reason()),
            70..75 => Outcome::failed(FailureKind::Transient, reason()),
            75..80 => Outcome::failed(FailureKind::Crash, reason()),
            80..83 => Outcome::Partial { phase: 1, level: 3, reason: reason() },
            83..86 => Outcome::Unproven { claim: reason(), evidence: reason() },
            86..95 => {
                let adapter = ["claude", "codex"][random.below(2)].to_owned();
                Outcome::RateLimited { adapter, until: random.chance(0.5).then_some(500) }
            }
            95..97 if !self.smooth => Outcome::OverBudget { reason: reason() },
            97..98 if !self.smooth => Outcome::failed(FailureKind::Auth, reason()),
            _ => Outcome::Cancelled,
        }
    }

    /// Tells how the merge of the item ends.
    pub(crate) fn merged(&self, item: usize) -> Input {
        match self.random(item, 0, 2).below(20) {
            0 => Input::Conflicted { item, files: vec!["src/shared0.rs".to_owned()] },
            1 => Input::MergeFailed { item, reason: "disk full".to_owned() },
            _ => Input::Merged { item },
        }
    }
}

impl SimulatedWorld for Chaos {
    fn attempt(&mut self, item: usize, attempt: u32) -> (f64, Outcome) {
        let time = self.random(item, attempt, 3).lognormal(180.0, 0.7);
        (time, self.outcome(item, attempt))
    }

    fn progress(&mut self, item: usize, attempt: u32) -> Vec<(f64, Input)> {
        let mut random = self.random(item, attempt, 4);
        let (phase, level) = (1, 2);
        vec![
            (random.unit() * 100.0, Input::Phase { item, phase }),
            (random.unit() * 300.0, Input::Validating { item, phase, level }),
        ]
    }

    fn merge(&mut self, item: usize) -> (f64, Input) {
        (self.random(item, 0, 5).unit() * 10.0, self.merged(item))
    }

    fn quota(&mut self, _adapter: &str, until: Option<i64>) -> Option<f64> {
        self.wait_for_quota.then(|| until.map_or(60.0, |_| 240.0))
    }

    fn stopped(&mut self, item: usize) -> (f64, Outcome) {
        let mut random = self.random(item, 0, 6);
        let outcome = if random.chance(0.8) { Outcome::Cancelled } else { Outcome::completed() };
        (random.unit() * 10.0, outcome)
    }
}

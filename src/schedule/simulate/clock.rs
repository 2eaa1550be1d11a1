//! A queue of things to come, and the loop that a dispatcher would run.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use super::super::input::{Action, Input};
use super::super::machine::Machine;
use super::world::SimulatedWorld;

/// One call of the machine: when, with what, and what it asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedStep {
    /// Seconds since the start.
    pub at: f64,
    pub input: Input,
    pub actions: Vec<Action>,
}

/// Something to come. Of two at one time the one that was announced first comes first.
#[derive(Clone, Debug)]
struct Coming {
    at: f64,
    number: usize,
    input: Input,
}

impl Ord for Coming {
    /// The next one is the greatest, as the heap wants it.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Coming {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Coming {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Coming {}

#[derive(Debug, Default)]
struct Clock {
    coming: BinaryHeap<Coming>,
    announced: usize,
}

impl Clock {
    fn announce(&mut self, at: f64, input: Input) {
        self.coming.push(Coming { at, number: self.announced, input });
        self.announced += 1;
    }
}

/// Runs a machine until nothing more comes, starting items whenever something has happened.
///
/// `disturbances` come from outside at their own times. What still comes after the end of the run is told to the
/// machine too, as late words are in reality.
pub fn run(
    machine: &mut Machine,
    world: &mut impl SimulatedWorld,
    disturbances: Vec<(f64, Input)>,
) -> Vec<SimulatedStep> {
    let mut clock = Clock::default();
    clock.announce(0.0, Input::Poll);
    for (at, input) in disturbances {
        clock.announce(at, input);
    }
    let mut running = BTreeMap::new();
    let mut steps = Vec::new();
    while let Some(Coming { at, input, .. }) = clock.coming.pop() {
        let poll = input == Input::Poll;
        let actions = machine.step(input.clone());
        for action in &actions {
            perform(action, at, machine, world, &mut clock, &mut running);
        }
        if !poll && machine.can_start() {
            clock.announce(at, Input::Poll);
        }
        steps.push(SimulatedStep { at, input, actions });
    }
    steps
}

/// Does what a dispatcher would do, by announcing what will come of it.
fn perform(
    action: &Action,
    at: f64,
    machine: &Machine,
    world: &mut impl SimulatedWorld,
    clock: &mut Clock,
    running: &mut BTreeMap<usize, u32>,
) {
    let mut ends = |item: usize, attempt: u32, (delay, outcome): (f64, _)| {
        clock.announce(at + delay, Input::Finished { item, attempt, outcome, now: at + delay });
    };
    match action {
        Action::Start { item, attempt } => {
            running.insert(*item, *attempt);
            ends(*item, *attempt, world.attempt(*item, *attempt));
            for (delay, input) in world.progress(*item, *attempt) {
                clock.announce(at + delay, input);
            }
        }
        Action::StopRunning => {
            for (&item, &attempt) in running.iter().filter(|(item, _)| machine.state(**item).is_running()) {
                ends(item, attempt, world.stopped(item));
            }
        }
        Action::Merge { item } => {
            let (delay, input) = world.merge(*item);
            clock.announce(at + delay, input);
        }
        Action::Pause { adapter, until } => {
            if let Some(delay) = world.quota(adapter, *until) {
                clock.announce(at + delay, Input::QuotaOver { adapter: adapter.clone() });
            }
        }
        Action::Retry { .. } | Action::Resume { .. } | Action::ItemFinished { .. } | Action::Finished => {}
    }
}

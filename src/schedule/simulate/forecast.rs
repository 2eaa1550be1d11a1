//! How long a batch takes when everything goes well.

use crate::model::outcome::Outcome;

use super::super::input::Action;
use super::super::item_graph::ItemGraph;
use super::super::machine::Machine;
use super::super::policy::RunPolicy;
use super::clock;
use super::world::SimulatedWorld;

/// Every attempt succeeds after the time of its item.
struct Smooth<'a>(&'a [f64]);

impl SimulatedWorld for Smooth<'_> {
    fn attempt(&mut self, item: usize, _attempt: u32) -> (f64, Outcome) {
        (self.0[item], Outcome::completed())
    }
}

/// Returns the time until the last item is done.
///
/// Items are ordered by the hours of the plan and take the times given; without times they take those hours.
pub fn makespan(plan: &ItemGraph, policy: RunPolicy, times: Option<&[f64]>) -> f64 {
    let hours: Vec<f64> = plan.items.iter().map(|item| item.hours.max(0.0)).collect();
    let mut machine = Machine::new(plan.clone(), policy);
    let steps = clock::run(&mut machine, &mut Smooth(times.unwrap_or(&hours)), Vec::new());
    steps.iter().find(|step| step.actions.contains(&Action::Finished)).map_or(0.0, |step| step.at)
}

/// Returns the makespan with 1, 2, … slots, up to the number from which on more slots gain nothing, at most so many.
///
/// Times are those of [`makespan`].
pub fn makespans(plan: &ItemGraph, policy: RunPolicy, times: Option<&[f64]>, most: usize) -> Vec<f64> {
    let mut timed = plan.clone();
    for (item, time) in timed.items.iter_mut().zip(times.unwrap_or_default()) {
        item.hours = *time;
    }
    let bound = timed.bound(usize::MAX);
    let mut all = Vec::new();
    for jobs in 1..=plan.items.len().clamp(1, most.max(1)) {
        let makespan = makespan(plan, RunPolicy { jobs, ..policy }, times);
        all.push(makespan);
        if makespan <= bound {
            break;
        }
    }
    all
}

/// Returns the smallest number of slots that is at most a twentieth slower than the fastest one.
pub fn best_slots(makespans: &[f64]) -> usize {
    let fastest = makespans.iter().copied().fold(f64::INFINITY, f64::min);
    makespans.iter().position(|makespan| *makespan <= fastest * 1.05).map_or(1, |at| at + 1)
}

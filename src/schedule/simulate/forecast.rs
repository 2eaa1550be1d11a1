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

/// Returns the makespan in hours with 1, 2, … slots, up to the number from which on more slots gain nothing.
pub fn makespans(plan: &ItemGraph, policy: RunPolicy) -> Vec<f64> {
    let mut all = Vec::new();
    for jobs in 1..=plan.items.len().max(1) {
        let makespan = makespan(plan, RunPolicy { jobs, ..policy }, None);
        let bound = plan.bound(usize::MAX);
        all.push(makespan);
        if makespan <= bound {
            break;
        }
    }
    all
}

//! What a run is expected to take, from what earlier runs of the project took.

use crate::bridge::{OnConflict, RunGraph, RunOptions};
use crate::event::Forecast;
use crate::report::History;
use crate::run::settings::Settings;
use crate::run::shared::history::history;
use crate::schedule::simulate::{best_slots, makespan, makespans};
use crate::schedule::{ItemGraph, RunPolicy};

const HOUR: f64 = 3600.0;

/// Simulating more slots than these tells nobody anything.
const MOST_SLOTS: usize = 32;

/// Items times slots that are simulated in a moment.
const SIMULATED: usize = 20_000;

/// Forecasts a run. `merged` are items of the graph that are done already, or left to no agent.
pub(crate) fn forecast(settings: &Settings, options: &RunOptions, graph: &RunGraph, merged: &[usize]) -> Forecast {
    expect(&history(&settings.archive(), &options.command), options, graph, merged)
}

/// Forecasts a run from a history.
fn expect(history: &History, options: &RunOptions, graph: &RunGraph, merged: &[usize]) -> Forecast {
    let units = |phases: u32| if options.merge { f64::from(phases.max(1)) } else { 1.0 };
    let left = || graph.items.iter().enumerate().map(|(at, item)| (item, !merged.contains(&at)));
    let expected: Option<Vec<_>> = left()
        .map(|(item, is_open)| {
            let units = if is_open { units(item.phases) } else { 0.0 };
            history.expected(item.complexity).map(|expected| (expected, units))
        })
        .collect();
    let times: Vec<f64> = match &expected {
        Some(expected) => expected.iter().map(|(expected, units)| expected.seconds * units).collect(),
        // The hours of a document are those of the work, which a run that merges nothing does not do.
        None if !options.merge => left().map(|_| 0.0).collect(),
        None => left().map(|(item, is_open)| if is_open { item.hours.max(0.0) * HOUR } else { 0.0 }).collect(),
    };
    let sum = |part: fn(&crate::report::history::Expected) -> Option<f64>| {
        expected
            .as_ref()?
            .iter()
            .map(|(expected, units)| part(expected).map(|amount| amount * units))
            .sum::<Option<f64>>()
    };
    let plan = ItemGraph::from_infos(&graph.items, &graph.edges);
    let policy = policy(options);
    let most = (SIMULATED / graph.items.len().max(1)).clamp(4, MOST_SLOTS);
    let makespans = makespans(&plan, policy, Some(&times), most);
    let seconds = || match makespans.get(policy.jobs.saturating_sub(1)) {
        Some(seconds) => *seconds,
        None => makespan(&plan, policy, Some(&times)),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of tokens")]
    let tokens = sum(|expected| expected.tokens).map(|tokens| tokens.round() as u64);
    Forecast {
        runs: history.runs,
        jobs: options.jobs,
        seconds: expected.is_some().then(seconds),
        tokens,
        cost: sum(|expected| expected.cost),
        best_jobs: u32::try_from(best_slots(&makespans)).unwrap_or(u32::MAX),
        makespans,
    }
}

/// Returns how the machine of a run decides.
pub(crate) fn policy(options: &RunOptions) -> RunPolicy {
    RunPolicy {
        jobs: usize::try_from(options.jobs.max(1)).unwrap_or(1),
        retries: options.retries,
        fail_fast: options.fail_fast,
        max_fail: options.max_fail,
        barrier: options.barrier,
        merge: options.merge && !options.no_merge,
        stop_on_conflict: options.on_conflict == OnConflict::Stop,
        wait_for_quota: options.wait_for_quota,
        resolve_conflicts: options.on_conflict == OnConflict::Agent,
    }
}

//! Looks at every step of a schedule and checks what must always hold.

use std::collections::{BTreeMap, BTreeSet};

use batchprp::graph::Reason;
use batchprp::model::outcome::Outcome;
use batchprp::schedule::simulate::{SimulatedStep, run};
use batchprp::schedule::{Action, Input, ItemState, Machine};

use crate::model::{self, Expected};
use crate::scenario::Scenario;

/// What is known of a run from its inputs and actions alone.
#[derive(Default)]
struct Seen {
    /// Items that occupy a slot, with the attempt.
    running: BTreeMap<usize, u32>,
    merging: BTreeSet<usize>,
    attempts: BTreeMap<usize, u32>,
    retries: BTreeMap<usize, u32>,
    over: BTreeSet<usize>,
    paused: BTreeSet<String>,
    /// What items were found to need, by their attempts.
    needs: BTreeMap<usize, String>,
    /// Nothing may start any more.
    halted: bool,
    stops: usize,
    finished: bool,
}

/// Runs the scenario and says what is wrong with the schedule.
pub(crate) fn check(scenario: &Scenario) -> Result<(), String> {
    let mut machine = scenario.machine();
    let steps = run(&mut machine, &mut scenario.world.clone(), scenario.disturbances.clone());
    let mut seen = Seen::default();
    // A second machine is fed step by step, so that states can be looked at in between.
    let mut twin = scenario.machine();
    for step in &steps {
        if twin.step(step.input.clone()) != step.actions {
            return Err("same inputs, other actions".to_owned());
        }
        seen.input(step);
        for action in &step.actions {
            seen.action(scenario, &twin, action).map_err(|wrong| format!("{wrong}, in {step:?}"))?;
        }
        seen.between(scenario, &twin, step).map_err(|wrong| format!("{wrong}, after {step:?}"))?;
    }
    if !seen.finished || !machine.is_finished() {
        return Err("the run never ended".to_owned());
    }
    ends(scenario, &machine)
}

impl Seen {
    fn input(&mut self, step: &SimulatedStep) {
        match &step.input {
            Input::Finished { item, attempt, outcome, .. } if self.running.get(item) == Some(attempt) => {
                self.running.remove(item);
                self.halted |= matches!(outcome, Outcome::OverBudget { .. });
                if let Outcome::RateLimited { adapter, .. } = outcome {
                    self.needs.insert(*item, adapter.clone());
                }
            }
            Input::Merged { item } | Input::Conflicted { item, .. } | Input::MergeFailed { item, .. } => {
                self.merging.remove(item);
            }
            Input::QuotaOver { adapter } => {
                self.paused.remove(adapter);
            }
            Input::Cancel | Input::Stop | Input::OverBudget { .. } => self.halted = true,
            _ => {}
        }
    }

    fn action(&mut self, scenario: &Scenario, machine: &Machine, action: &Action) -> Result<(), String> {
        let must = |holds: bool, wrong: &str| if holds { Ok(()) } else { Err(format!("{wrong} at {action:?}")) };
        must(!self.finished, "something after the end")?;
        match action {
            Action::Start { item, attempt } => {
                must(!self.halted, "a start after a halt")?;
                must(!self.is_held(scenario, *item), "a start while its adapter is at its usage limit")?;
                must(!self.over.contains(item), "a start of what is over")?;
                must(*attempt == self.attempts.get(item).copied().unwrap_or(0) + 1, "attempts do not count up")?;
                must(self.running.insert(*item, *attempt).is_none(), "a start of what runs")?;
                must(self.running.len() <= scenario.policy.jobs, "more items than slots")?;
                self.attempts.insert(*item, *attempt);
                self.may_start(scenario, machine, *item)?;
            }
            Action::Merge { item } => must(self.merging.insert(*item), "a second merge")?,
            Action::Retry { item, .. } => {
                let retries = self.retries.entry(*item).or_default();
                *retries += 1;
                must(*retries <= scenario.policy.retries, "too many retries")?;
            }
            Action::Pause { adapter, .. } => {
                self.paused.insert(adapter.clone());
            }
            Action::Resume { .. } => {}
            Action::ItemFinished { item } => {
                must(self.over.insert(*item), "an item ends twice")?;
                must(!self.running.contains_key(item) && !self.merging.contains(item), "an end while it works")?;
            }
            Action::StopRunning => {
                self.stops += 1;
                self.halted = true;
                must(self.stops == 1, "stopped twice")?;
            }
            Action::Finished => {
                self.finished = true;
                must(self.over.len() == scenario.graph.nodes.len(), "items are left at the end")?;
                must(self.running.is_empty() && self.merging.is_empty(), "something works at the end")?;
            }
        }
        Ok(())
    }

    fn is_held(&self, scenario: &Scenario, item: usize) -> bool {
        self.paused.contains(self.needs.get(&item).unwrap_or(&scenario.adapters[item]))
    }

    fn may_start(&self, scenario: &Scenario, machine: &Machine, item: usize) -> Result<(), String> {
        let graph = &scenario.graph;
        for edge in graph.edges.iter().filter(|edge| edge.to == item) {
            let from = machine.state(edge.from);
            let fine = if edge.reason == Reason::Explicit { *from == ItemState::Completed } else { from.is_final() };
            if !fine {
                return Err(format!("{item} starts while {} is {from:?}", edge.from));
            }
        }
        // Not even behind a blocked item may something work that this one has to wait for.
        let mut open: Vec<usize> = graph.before(item).collect();
        while let Some(other) = open.pop() {
            if !machine.state(other).is_final() {
                return Err(format!("{item} starts while {other} further up is not over"));
            }
            open.extend(graph.before(other));
        }
        for (&other, _) in self.running.iter().filter(|(other, _)| **other != item) {
            let (a, b) = (&graph.nodes[item].files, &graph.nodes[other].files);
            if a.iter().any(|file| b.contains(file)) {
                return Err(format!("{item} and {other} share a file and run at the same time"));
            }
        }
        let earlier = |other: &usize| graph.stage[*other] < graph.stage[item] && !machine.state(*other).is_final();
        if scenario.policy.barrier && (0..graph.nodes.len()).any(|other| earlier(&other)) {
            return Err(format!("{item} starts before the barrier"));
        }
        Ok(())
    }

    /// Between two steps: states agree with what was seen, and no slot is left empty without a reason.
    fn between(&self, scenario: &Scenario, machine: &Machine, step: &SimulatedStep) -> Result<(), String> {
        for (item, state) in machine.states().enumerate() {
            let agrees = state.is_final() == self.over.contains(&item)
                && state.is_running() == self.running.contains_key(&item)
                && (*state == ItemState::Merging) == self.merging.contains(&item);
            if !agrees {
                return Err(format!("{item} is {state:?}"));
            }
        }
        if machine.running() != self.running.len() || machine.merging() != self.merging.len() {
            return Err("wrong counts".to_owned());
        }
        let free = step.input == Input::Poll && !machine.is_halting() && self.running.len() < scenario.policy.jobs;
        let idle = |item: &usize| {
            !self.running.contains_key(item)
                && !self.over.contains(item)
                && !self.merging.contains(item)
                && !self.is_held(scenario, *item)
                && self.may_start(scenario, machine, *item).is_ok()
        };
        match (0..scenario.graph.nodes.len()).find(idle) {
            Some(item) if free => Err(format!("{item} could have been started")),
            Some(_) | None => Ok(()),
        }
    }
}

/// Compares final states with the reference model.
fn ends(scenario: &Scenario, machine: &Machine) -> Result<(), String> {
    for (item, expected) in model::expected(scenario).into_iter().enumerate() {
        let state = machine.state(item);
        let agrees = match (&expected, state) {
            (Expected::Blocked(causes), ItemState::Blocked { by }) if causes.contains(by) => true,
            (Expected::State(expected), state) if expected == state => true,
            // A run that was ended early leaves items behind, and blames others than a whole run would.
            (
                _,
                ItemState::Pending
                | ItemState::Cancelled
                | ItemState::Blocked { .. }
                | ItemState::Failed { .. }
                | ItemState::Conflict { .. }
                | ItemState::Completed,
            ) => !scenario.smooth && (machine.is_halting() || !scenario.policy.wait_for_quota),
            (Expected::State(_) | Expected::Blocked(_), _) => false,
        };
        if !agrees {
            return Err(format!("{item} ended as {state:?}, expected {expected:?}"));
        }
    }
    Ok(())
}

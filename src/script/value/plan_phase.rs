//! `PlanPhase`: one phase of a plan as scripts see it.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::plan::{Plan, PlanPhase};
use crate::model::prp::Complexity;

use super::convert::{gates, optional, texts};

/// A phase and the plan it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct PlanPhaseValue {
    pub(crate) plan: Arc<Plan>,
    pub(crate) index: usize,
}

impl PlanPhaseValue {
    pub(crate) fn phase(&self) -> &PlanPhase {
        &self.plan.phases[self.index]
    }
}

#[export_module]
pub(crate) mod getters {
    /// Label as written; the id of the phase in a graph of phases.
    #[rhai_fn(get = "label", pure)]
    pub fn label(phase: &mut PlanPhaseValue) -> String {
        phase.phase().label.clone()
    }

    /// Title of the phase.
    #[rhai_fn(get = "title", pure)]
    pub fn title(phase: &mut PlanPhaseValue) -> String {
        phase.phase().title.clone()
    }

    /// One sentence, or `()`.
    #[rhai_fn(get = "goal", pure)]
    pub fn goal(phase: &mut PlanPhaseValue) -> Dynamic {
        optional(phase.phase().goal.clone())
    }

    /// Tells whether every step has a ticked box: the work is done already.
    #[rhai_fn(get = "done", pure)]
    pub fn done(phase: &mut PlanPhaseValue) -> bool {
        phase.phase().done
    }

    /// Estimated hours, or `()`.
    #[rhai_fn(get = "hours", pure)]
    pub fn hours(phase: &mut PlanPhaseValue) -> Dynamic {
        optional(phase.phase().hours)
    }

    /// `low`, `medium`, `high`, or `()`.
    #[rhai_fn(get = "complexity", pure)]
    pub fn complexity(phase: &mut PlanPhaseValue) -> Dynamic {
        optional(phase.phase().complexity.map(Complexity::as_str))
    }

    /// Files to be changed.
    #[rhai_fn(get = "files", pure)]
    pub fn files(phase: &mut PlanPhaseValue) -> Array {
        texts(phase.phase().files.iter().cloned())
    }

    /// Labels of the phases that come first.
    #[rhai_fn(get = "dependencies", pure)]
    pub fn dependencies(phase: &mut PlanPhaseValue) -> Array {
        texts(phase.phase().dependencies.iter().map(|dependency| dependency.label.clone()))
    }

    /// Implementation steps, in order.
    #[rhai_fn(get = "steps", pure)]
    pub fn steps(phase: &mut PlanPhaseValue) -> Array {
        texts(phase.phase().steps.iter().cloned())
    }

    /// Validation gates as maps `#{ level, text, command, phase }`.
    #[rhai_fn(get = "gates", pure)]
    pub fn all_gates(phase: &mut PlanPhaseValue) -> Array {
        gates(&phase.phase().gates)
    }

    /// Heading and body.
    #[rhai_fn(get = "text", pure)]
    pub fn text(phase: &mut PlanPhaseValue) -> String {
        phase.plan.text.get(phase.phase().span.clone()).unwrap_or_default().to_owned()
    }

    /// Line of the heading.
    #[rhai_fn(get = "line", pure)]
    pub fn line(phase: &mut PlanPhaseValue) -> i64 {
        i64::try_from(phase.phase().line).unwrap_or(i64::MAX)
    }

    /// Tells whether an error was reported for this phase.
    #[rhai_fn(get = "faulty", pure)]
    pub fn faulty(phase: &mut PlanPhaseValue) -> bool {
        phase.phase().faulty
    }

    /// Returns `Phase 2: Title`.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(phase: &mut PlanPhaseValue) -> String {
        format!("Phase {}: {}", phase.phase().label, phase.phase().title)
    }
}

//! `Plan`: a plan document as scripts see it.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::read::dialect::Format;

use super::convert::{messages, optional, texts};
use super::plan_phase::PlanPhaseValue;

/// A plan that was read, with what its reader had to say.
#[derive(Clone, Debug)]
pub(crate) struct PlanValue {
    pub(crate) plan: Arc<Plan>,
    pub(crate) problems: Arc<Vec<Problem>>,
}

#[export_module]
pub(crate) mod getters {
    /// Path as given.
    #[rhai_fn(get = "path", pure)]
    pub fn path(plan: &mut PlanValue) -> String {
        plan.plan.path.display().to_string()
    }

    /// Title, or `()`.
    #[rhai_fn(get = "title", pure)]
    pub fn title(plan: &mut PlanValue) -> Dynamic {
        optional(plan.plan.title.clone())
    }

    /// Text between the title and the first phase.
    #[rhai_fn(get = "intro", pure)]
    pub fn intro(plan: &mut PlanValue) -> String {
        plan.plan.intro.clone()
    }

    /// The whole document.
    #[rhai_fn(get = "text", pure)]
    pub fn text(plan: &mut PlanValue) -> String {
        plan.plan.text.clone()
    }

    /// Phases in the order of the document, each a `PlanPhase`.
    #[rhai_fn(get = "phases", pure)]
    pub fn phases(plan: &mut PlanValue) -> Array {
        let phase = |index| Dynamic::from(PlanPhaseValue { plan: plan.plan.clone(), index });
        (0..plan.plan.phases.len()).map(phase).collect()
    }

    /// Paths of the plans that a hierarchical plan links to.
    #[rhai_fn(get = "sub_plans", pure)]
    pub fn sub_plans(plan: &mut PlanValue) -> Array {
        texts(plan.plan.sub_plans.iter().map(|sub| sub.path.clone()))
    }

    /// Name of the tool of whose list it was made, such as `spec-kit`, or `()`.
    #[rhai_fn(get = "format", pure)]
    pub fn format(plan: &mut PlanValue) -> Dynamic {
        optional(plan.plan.format.map(Format::as_str))
    }

    /// What was assumed about the list of another tool, one sentence each.
    #[rhai_fn(get = "assumed", pure)]
    pub fn assumed(plan: &mut PlanValue) -> Array {
        texts(plan.plan.assumed.iter().cloned())
    }

    /// What the reader found, one text each.
    #[rhai_fn(get = "problems", pure)]
    pub fn problems(plan: &mut PlanValue) -> Array {
        texts(messages(&plan.plan.text, &plan.problems))
    }

    /// Returns the path.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(plan: &mut PlanValue) -> String {
        plan.plan.path.display().to_string()
    }
}

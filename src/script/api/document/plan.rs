//! `plan::read`: plans.

use std::sync::Arc;

use rhai::Map;
use rhai::plugin::*;

use crate::bridge::ReadPlan;
use crate::model::problem::Problem;

use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key};
use crate::script::api::world::files;
use crate::script::value::plan::PlanValue;

/// Options of `plan::read`.
pub(crate) const READ: Shape =
    Shape::closed("plan::read", 1, &[key("format", Kind::Text), key("optional", Kind::Flag)]);

fn plan(call: &Call, path: &str, options: Map) -> Result<PlanValue, Fault> {
    let fields = Fields::new(&READ, options)?;
    let optional = fields.flag("optional")?.unwrap_or_default();
    let order = ReadPlan { path: files::inside(path)?, format: fields.text("format")?, optional };
    let (plan, problems) = call.ask(order)?;
    let sound = plan.phases.iter().any(|phase| !phase.faulty) || !plan.sub_plans.is_empty();
    if !sound || problems.iter().any(|problem| problem.is_error() && concerns_all(problem)) {
        let error = invalid(format!("`{path}` cannot be used as a plan"));
        return Err(error.findings(path, plan.text, problems).into());
    }
    Ok(PlanValue { plan: Arc::new(plan), problems: Arc::new(problems) })
}

/// An error without a place is about the whole document. So is a part without a plan: the numbers of the batches after
/// it depend on it.
fn concerns_all(problem: &Problem) -> bool {
    problem.span.is_none() || problem.code == "plan::no_sub_plan"
}

#[export_module]
pub(crate) mod module {
    /// Reads a plan. Throws with all problems when no phase can be used; a phase with errors of its own is `faulty`, and
    /// what was found is in `problems`.
    ///
    /// ```rhai
    /// let plan = plan::read("PLAN.md");
    /// for phase in plan.phases { print(phase.title); }
    /// ```
    #[rhai_fn(name = "read", return_raw)]
    pub fn read_plan(context: NativeCallContext, path: &str) -> Thrown<PlanValue> {
        native(&context, |call| plan(call, path, Map::new()))
    }

    /// Like `read` of one argument, with options: `format` names the tool whose list it is, `optional: true` takes its
    /// optional items too.
    ///
    /// ```rhai
    /// let plan = plan::read("specs/001-login", #{ optional: true });
    /// ```
    #[rhai_fn(name = "read", return_raw)]
    pub fn read_plan_with(context: NativeCallContext, path: &str, options: Map) -> Thrown<PlanValue> {
        native(&context, |call| plan(call, path, options))
    }
}

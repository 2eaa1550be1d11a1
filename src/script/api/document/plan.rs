//! `plan::read`: plans.

use std::path::Path;
use std::sync::Arc;

use rhai::plugin::*;

use crate::model::problem::Problem;
use crate::model::read;

use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::world::files;
use crate::script::value::plan::PlanValue;

fn plan(call: &Call, path: &str) -> Result<PlanValue, Fault> {
    let text = files::text_of(call, files::inside(path)?)?;
    let (plan, problems) = read::plan(Path::new(path), text.as_bytes());
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
        native(&context, |call| plan(call, path))
    }
}

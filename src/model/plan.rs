//! A plan: a markdown document whose `### Phase N:` sections become the PRPs of a batch.

use std::ops::Range;
use std::path::PathBuf;

use serde::Serialize;

use super::gate::Gate;
use super::prp::Complexity;
use super::read::dialect::Format;

/// A reference to another phase of the plan, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhaseRef {
    pub label: String,
    #[serde(skip)]
    pub span: Range<usize>,
}

/// One phase of a plan: what one PRP will be made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanPhase {
    pub label: String,
    pub title: String,
    pub line: usize,
    #[serde(skip)]
    pub heading: Range<usize>,
    #[serde(skip)]
    pub span: Range<usize>,
    /// The duration in the heading, in minutes.
    pub minutes: Option<f64>,
    pub goal: Option<String>,
    pub hours: Option<f64>,
    pub complexity: Option<Complexity>,
    pub files: Vec<String>,
    pub dependencies: Vec<PhaseRef>,
    pub steps: Vec<String>,
    /// Where fields of steps begin and end: nothing outside belongs to a step. Empty where steps are no fields.
    #[serde(skip)]
    pub steps_span: Vec<Range<usize>>,
    pub gates: Vec<Gate>,
    /// Every step has a box, and all of them are ticked.
    pub done: bool,
    /// Tells whether an error was reported for this phase.
    pub faulty: bool,
}

/// A link from a hierarchical plan to a plan of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubPlan {
    pub title: String,
    /// Path as written, relative to the plan.
    pub path: String,
    #[serde(skip)]
    pub span: Range<usize>,
}

/// What batchprp knows of a plan after reading it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub path: PathBuf,
    pub text: String,
    pub title: Option<String>,
    /// The text between the title and the first phase or section.
    pub intro: String,
    pub phases: Vec<PlanPhase>,
    pub sub_plans: Vec<SubPlan>,
    /// The tool of whose list it was made; `None` for a plan of batchprp's own.
    #[serde(skip)]
    pub format: Option<Format>,
    /// What was assumed about that list, one sentence each.
    #[serde(skip)]
    pub assumed: Vec<String>,
}

//! What `inspect --json` prints: a document as batchprp reads it.

use schemars::JsonSchema;
use serde::Serialize;

use super::gate::Gate;
use super::id::PrpId;
use super::plan::{Plan, PlanPhase};
use super::problem::Problem;
use super::prp::{Complexity, Prp};
use super::read::dialect::{Format, TaskItem, TaskList, to_plan};
use super::read::{LineIndex, ReadDocument};
use super::status::Status;

/// Version of the format.
pub const SCHEMA_VERSION: u32 = 1;

/// A document as batchprp reads it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Inspection {
    pub schema_version: u32,
    /// `prp` or `plan`.
    pub kind: &'static str,
    /// The tool whose document it is; left out for batchprp's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    pub path: String,
    pub id: Option<String>,
    pub title: Option<String>,
    pub status: Option<String>,
    /// Ids of PRPs.
    pub dependencies: Vec<String>,
    pub external_dependencies: Vec<String>,
    /// Declared paths, globs and directories.
    pub files: Vec<String>,
    pub phases: Vec<InspectedPhase>,
    pub gates: Vec<InspectedGate>,
    /// Items of another tool's document; left out for batchprp's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<InspectedItem>>,
    pub problems: Vec<InspectedProblem>,
}

/// An item of another tool's document, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InspectedItem {
    /// As written; its place in the list where none is written.
    pub label: String,
    pub title: String,
    /// From 1.
    pub line: usize,
    pub done: bool,
    pub optional: bool,
    /// Labels of items that come first.
    pub dependencies: Vec<String>,
    pub files: Vec<String>,
    pub phases: Vec<Self>,
}

/// A phase; the part below `line` is said about the phases of a plan only.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InspectedPhase {
    pub label: String,
    pub title: String,
    pub minutes: Option<f64>,
    /// Line of the heading, from 1.
    pub line: usize,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanFields>,
}

/// What a plan says about a phase.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PlanFields {
    pub goal: Option<String>,
    pub hours: Option<f64>,
    pub complexity: Option<String>,
    pub files: Vec<String>,
    /// Labels of phases.
    pub dependencies: Vec<String>,
    /// Number of steps.
    pub steps: usize,
    /// Number of gates.
    pub gates: usize,
}

/// A validation gate.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InspectedGate {
    /// 1 to 4.
    pub level: u8,
    /// `null` for a gate that a person has to check.
    pub command: Option<String>,
}

/// Something that is wrong with the document.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InspectedProblem {
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// From 1; `null` when the whole document is meant.
    pub line: Option<usize>,
    pub message: String,
}

impl Inspection {
    /// Makes the printed form of a document.
    pub fn new(document: &ReadDocument) -> Self {
        let lines = LineIndex::new(document.text());
        let problems = document.problems().iter().map(|problem| InspectedProblem::new(problem, &lines)).collect();
        match document {
            ReadDocument::Prp(prp, _) => Self::of_prp(prp, problems),
            ReadDocument::Plan(plan, _) => Self::of_plan(plan, problems),
            ReadDocument::Tasks(list, _) => Self::of_list(list, problems),
        }
    }

    fn of_prp(prp: &Prp, problems: Vec<InspectedProblem>) -> Self {
        let phase = |phase: &super::phase::Phase| InspectedPhase {
            label: phase.label.clone(),
            title: phase.title.clone(),
            minutes: phase.minutes,
            line: phase.line,
            plan: None,
        };
        Self {
            schema_version: SCHEMA_VERSION,
            kind: "prp",
            format: None,
            path: prp.path.display().to_string(),
            id: prp.id.as_ref().map(PrpId::to_string),
            title: prp.title.clone(),
            status: prp.status.map(Status::as_str).map(ToOwned::to_owned),
            dependencies: prp.dependencies.iter().map(|dependency| dependency.id.to_string()).collect(),
            external_dependencies: prp.external_dependencies.clone(),
            files: prp.files.clone(),
            phases: prp.phases.iter().map(phase).collect(),
            gates: prp.gates.iter().map(InspectedGate::new).collect(),
            items: None,
            problems,
        }
    }

    fn of_plan(plan: &Plan, problems: Vec<InspectedProblem>) -> Self {
        let mut files: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for file in plan.phases.iter().flat_map(|phase| &phase.files) {
            if seen.insert(file) {
                files.push(file.clone());
            }
        }
        Self {
            schema_version: SCHEMA_VERSION,
            kind: "plan",
            format: None,
            path: plan.path.display().to_string(),
            id: None,
            title: plan.title.clone(),
            status: None,
            dependencies: Vec::new(),
            external_dependencies: Vec::new(),
            files,
            phases: plan.phases.iter().map(InspectedPhase::of_plan).collect(),
            gates: plan.phases.iter().flat_map(|phase| &phase.gates).map(InspectedGate::new).collect(),
            items: None,
            problems,
        }
    }

    fn of_list(list: &TaskList, problems: Vec<InspectedProblem>) -> Self {
        let plan = to_plan(list, true);
        let whole = Self::of_plan(&plan, problems);
        let done = list.done || !list.items.is_empty() && list.items.iter().all(|item| item.done || item.optional);
        let classic = list.format == Format::ClassicPrp;
        Self {
            kind: if classic { "prp" } else { "plan" },
            format: Some(list.format),
            id: list.id.clone(),
            status: done.then(|| Status::Completed.as_str().to_owned()),
            dependencies: list.dependencies.clone(),
            gates: list
                .gates
                .iter()
                .chain(list.items.iter().flat_map(|item| &item.gates))
                .map(InspectedGate::new)
                .collect(),
            items: Some(list.items.iter().map(InspectedItem::new).collect()),
            ..whole
        }
    }

    /// Tells whether a problem refuses the document.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == "error")
    }
}

impl InspectedItem {
    fn new(item: &TaskItem) -> Self {
        Self {
            label: item.label.clone(),
            title: item.title.clone(),
            line: item.line,
            done: item.done,
            optional: item.optional,
            dependencies: item.dependencies.clone(),
            files: item.files.clone(),
            phases: item.phases.iter().map(Self::new).collect(),
        }
    }
}

impl InspectedPhase {
    fn of_plan(phase: &PlanPhase) -> Self {
        Self {
            label: phase.label.clone(),
            title: phase.title.clone(),
            minutes: phase.minutes,
            line: phase.line,
            plan: Some(PlanFields {
                goal: phase.goal.clone(),
                hours: phase.hours,
                complexity: phase.complexity.map(Complexity::as_str).map(ToOwned::to_owned),
                files: phase.files.clone(),
                dependencies: phase.dependencies.iter().map(|dependency| dependency.label.clone()).collect(),
                steps: phase.steps.len(),
                gates: phase.gates.len(),
            }),
        }
    }
}

impl InspectedGate {
    fn new(gate: &Gate) -> Self {
        Self { level: gate.level, command: gate.command.clone() }
    }
}

impl InspectedProblem {
    fn new(problem: &Problem, lines: &LineIndex) -> Self {
        Self {
            code: problem.code,
            severity: if problem.is_error() { "error" } else { "warning" },
            line: problem.span.as_ref().map(|span| lines.line(span.start)),
            message: problem.message.clone(),
        }
    }
}

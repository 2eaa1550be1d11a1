//! Documents as items of a graph, with the places where each dependency is written.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, ExitCode, Result};
use crate::graph::Node;
use crate::host::plan_files;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::read::dialect::{Readers, to_plan};
use crate::model::read::{ReadDocument, plan};

/// One item and where it comes from.
pub struct GraphItem {
    pub node: Node,
    pub path: String,
    pub text: Arc<str>,
    /// Dependency and where it is written.
    pub places: Vec<(String, Range<usize>)>,
}

/// Reads a plan or the list of another tool, by its file or folder.
pub fn of_path(path: &Path, readers: &Readers) -> Result<Vec<GraphItem>> {
    let mut items = Vec::new();
    for path in plan_files::documents(Path::new(""), path, readers)? {
        let (bytes, companions) = plan_files::load(Path::new(""), &path, readers)?;
        let (plan, problems) = match readers.document(&path, &bytes, companions, None) {
            ReadDocument::Tasks(list, problems) => (to_plan(&list, true), problems),
            ReadDocument::Plan(..) | ReadDocument::Prp(..) => plan(&path, &bytes),
        };
        items.extend(of_plan(&path, &plan, problems)?);
    }
    Ok(items)
}

/// Takes a plan that was read; its errors end here, except for circles: the graph tells more about them.
fn of_plan(path: &Path, plan: &Plan, mut problems: Vec<Problem>) -> Result<Vec<GraphItem>> {
    problems.retain(|problem| problem.code != "plan::cycle");
    let name = path.display().to_string();
    if problems.iter().any(Problem::is_error) {
        return Err(Error::new(ExitCode::InvalidInput, format!("`{name}` has problems")).findings(
            name.clone(),
            plan.text.clone(),
            problems,
        ));
    }
    let text: Arc<str> = plan.text.as_str().into();
    let item = |phase: &crate::model::plan::PlanPhase| GraphItem {
        node: Node {
            id: phase.label.clone(),
            title: phase.title.clone(),
            dependencies: phase.dependencies.iter().map(|dependency| dependency.label.clone()).collect(),
            files: phase.files.clone(),
            conflicts_with: Vec::new(),
            hours: phase.hours.unwrap_or(1.0),
            complexity: phase.complexity,
            phases: u32::try_from(phase.steps.len()).unwrap_or(u32::MAX),
            name: format!("Phase {}: {}", phase.label, phase.title),
        },
        path: name.clone(),
        text: text.clone(),
        places: phase.dependencies.iter().map(|d| (d.label.clone(), d.span.clone())).collect(),
    };
    Ok(plan.phases.iter().map(item).collect())
}

/// Takes PRPs that were read; errors of all of them end here. Dependencies outside of `known` order nothing.
pub fn of_prps(documents: Vec<(Prp, Vec<Problem>)>, known: &BTreeSet<String>) -> Result<Vec<GraphItem>> {
    let mut error = Error::new(ExitCode::InvalidInput, "PRPs of the batch have problems");
    for (prp, problems) in documents.iter().filter(|(_, problems)| problems.iter().any(Problem::is_error)) {
        error = error.findings(prp.path.display().to_string(), prp.text.clone(), problems.clone());
    }
    if !error.findings.is_empty() {
        return Err(error);
    }
    Ok(documents.into_iter().map(|(prp, _)| of_prp(&prp, known)).collect())
}

fn of_prp(prp: &Prp, known: &BTreeSet<String>) -> GraphItem {
    let places: Vec<(String, Range<usize>)> =
        prp.dependencies.iter().map(|entry| (entry.id.to_string(), entry.span.clone())).collect();
    let name = prp.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    GraphItem {
        node: Node {
            id: prp.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: prp.title.clone().unwrap_or_default(),
            dependencies: places.iter().map(|(id, _)| id.clone()).filter(|id| known.contains(id)).collect(),
            files: prp.files.clone(),
            conflicts_with: prp.conflicts_with.iter().map(ToString::to_string).collect(),
            hours: prp.hours.unwrap_or(1.0),
            complexity: prp.complexity,
            phases: u32::try_from(prp.phases.len()).unwrap_or(u32::MAX),
            name,
        },
        path: prp.path.display().to_string(),
        text: prp.text.as_str().into(),
        places,
    }
}

//! Plans that the tests generate from, and what lies in the folder of PRPs after.

use std::fs;

use crate::project::Project;

/// One phase of a plan; files and gate carry its label.
pub(crate) fn phase(label: &str, title: &str, dependencies: &str) -> String {
    format!(
        "### Phase {label}: {title}\n\n**Goal**: {title} works\n**Estimated Hours**: 1.5\n**Complexity**: low\n\
         **Files Modified**: src/part{label}.py\n**Dependencies**: {dependencies}\n**Implementation Steps**:\n\
         1. Do it\n**Validation Gates**:\n- L2: `make part{label}`\n\n"
    )
}

pub(crate) fn plan(phases: &[String]) -> String {
    format!("# Accounts\n\nUsers can log in.\n\n## Phases\n\n{}", phases.concat())
}

/// Schema, then tokens, then endpoints and roles at the same time.
pub(crate) fn accounts() -> Project {
    let project = Project::new();
    let phases = [
        phase("1", "Schema", "None"),
        phase("2", "Tokens", "Phase 1"),
        phase("3", "Endpoints", "Phase 2"),
        phase("4", "Roles", "Phase 2"),
    ];
    project.write("PLAN.md", &plan(&phases));
    project
}

pub(crate) const REQUESTS: &str = "PRPs/feature-requests";

/// Names of the PRPs in the folder for requests, sorted.
pub(crate) fn names(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.root().join(REQUESTS)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub(crate) fn text(project: &Project, name: &str) -> String {
    project.read(&format!("{REQUESTS}/{name}"))
}

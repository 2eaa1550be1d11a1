//! gen: numbers, stages, checked documents, batches that are there already.

use batchprp::bridge::AgentCall;
use batchprp::error::ExitCode;
use batchprp::model::agent::AgentStatus;
use serde_json::{Value, json};

use super::fake::{Project, report};

const PLAN: &str = "# Accounts\n\nUsers can log in.\n\n## Phases\n\n";

fn phase(label: &str, title: &str, dependencies: &str, file: &str) -> String {
    format!(
        "### Phase {label}: {title}\n\n**Goal**: {title} works\n\n**Estimated Hours**: 1.5\n\n**Complexity**: low\n\n\
         **Files Modified**:\n- {file}\n\n**Dependencies**: {dependencies}\n\n**Implementation Steps**:\n1. Do {title}\n\n\
         **Validation Gates**:\n- L2: `make {label}`\n\n"
    )
}

/// The example of the guide: 2 after 1, then 3 and 4 at the same time.
fn plan() -> Project {
    let project = Project::new();
    let text = [
        phase("1", "Schema", "None", "db.sql"),
        phase("2", "Tokens", "Phase 1", "tokens.py"),
        phase("3", "Endpoints", "Phase 2", "api.py"),
        phase("4", "Roles", "Phase 2", "roles.py"),
    ];
    project.write("PLAN.md", &format!("{PLAN}{}", text.concat()));
    project
}

/// Writes what the draft in the call asks for, as a good agent would.
fn written(call: &AgentCall) -> String {
    let draft = &call.task.input.as_ref().expect("a draft")["draft"];
    let list = |key: &str| {
        let values = draft[key].as_array().cloned().unwrap_or_default();
        values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let gates = draft["gates"].as_array().cloned().unwrap_or_default();
    let gates: String = gates
        .iter()
        .map(|gate| format!("- L{}: `{}`\n", gate["level"], gate["command"].as_str().unwrap_or("")))
        .collect();
    format!(
        "---\nprp_id: {}\ntitle: {}\nstatus: planning\ncomplexity: low\nestimated_hours: 1.5\ndependencies: [{}]\n\
         batch_id: {}\nstage: {}\norder: {}\nfiles_modified: [{}]\nplan: {}\nplan_phase: \"{}\"\n---\n\n# {}: {}\n\n\
         ## Problem\n\nIt is missing.\n\n## Implementation\n\n### Phase 1: Do it (30 min)\n\n1. Do it.\n\n## Validation\n\n{gates}",
        draft["id"].as_str().unwrap_or_default(),
        draft["title"].as_str().unwrap_or_default(),
        list("dependencies"),
        draft["batch"],
        draft["stage"],
        draft["order"],
        list("files"),
        draft["plan"].as_str().unwrap_or_default(),
        draft["plan_phase"].as_str().unwrap_or_default(),
        draft["id"].as_str().unwrap_or_default(),
        draft["title"].as_str().unwrap_or_default(),
    )
}

fn names(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.path("PRPs/feature-requests")).expect("a folder").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Leaves the texts of the scripts out, which would hide the message.
fn brief(mut error: batchprp::error::Error) -> batchprp::error::Error {
    error.findings.clear();
    error
}

fn generate(project: &Project, flags: Value) -> Result<u8, batchprp::error::Error> {
    let mut all = json!({ "plan": "PLAN.md" });
    for (key, value) in flags.as_object().cloned().unwrap_or_default() {
        all[key.as_str()] = value;
    }
    let answer =
        |call: &AgentCall| report(AgentStatus::Ok, &format!("Here it is:\n\n````markdown\n{}````\n", written(call)));
    project.run_with("gen", all, answer).map(|end| end.exit_code).map_err(brief)
}

#[test]
fn phases_become_staged_files_with_dependencies_as_ids() {
    let project = plan();
    assert_eq!(generate(&project, json!({})).expect("a run"), 0, "{}", project.notes());
    let wanted = ["PRP-1.1.1-schema.md", "PRP-1.2.1-tokens.md", "PRP-1.3.1-endpoints.md", "PRP-1.3.2-roles.md"];
    assert_eq!(names(&project), wanted);
    let text = project.read("PRPs/feature-requests/PRP-1.3.2-roles.md");
    assert!(text.starts_with("---\nprp_id: PRP-1.3.2\n"), "{text}");
    assert!(text.contains("dependencies: [PRP-1.2.1]") && !text.contains("````"), "{text}");
}

#[test]
fn a_document_that_does_not_match_is_tried_once_more_with_the_problems_quoted() {
    let project = plan();
    let end = project
        .run_with("gen", json!({ "plan": "PLAN.md", "stage": 2 }), |call| {
            let text = written(call);
            let quoted = call.spec.prompt.contains("dependencies must name PRP-1.1.1");
            report(AgentStatus::Ok, &if quoted { text } else { text.replace("PRP-1.1.1", "") })
        })
        .expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    assert_eq!(names(&project), ["PRP-1.2.1-tokens.md"]);
    assert_eq!(project.log(), ["agent PRP-1.2.1", "agent PRP-1.2.1"]);
}

#[test]
fn a_document_that_never_matches_is_not_written() {
    let project = plan();
    let end =
        project.run_with("gen", json!({ "plan": "PLAN.md" }), |_| report(AgentStatus::Ok, "I cannot.")).expect("a run");
    assert_eq!(end.exit_code, 10);
    assert!(names(&project).is_empty());
    let retried = generate(&project, json!({ "batch": 1, "retry_failed": true })).expect("a run");
    assert_eq!((retried, names(&project).len()), (0, 4));
}

#[test]
fn a_batch_that_exists_is_refused_and_overwritten_only_when_asked() {
    let project = plan();
    generate(&project, json!({})).expect("a run");
    let refused = generate(&project, json!({ "batch": 1 })).expect_err("it exists");
    assert_eq!(refused.code, ExitCode::Policy);
    project.write("PLAN.md", &project.read("PLAN.md").replace("make 4", "make four"));
    assert_eq!(generate(&project, json!({ "batch": 1, "overwrite": true })).expect("a run"), 0);
    assert!(project.read("PRPs/feature-requests/PRP-1.3.2-roles.md").contains("make four"));
    assert!(project.notes().contains("+- L2: `make four`"), "{}", project.notes());
    assert_eq!(generate(&project, json!({})).expect("the next number"), 0);
    assert!(names(&project).contains(&"PRP-2.1.1-schema.md".to_owned()));
}

#[test]
fn executed_prps_are_never_overwritten() {
    let project = plan();
    generate(&project, json!({})).expect("a run");
    let path = "PRPs/feature-requests/PRP-1.1.1-schema.md";
    let executed = project.read(path).replace("status: planning", "status: executed");
    project.write(path, &executed);
    let refused = generate(&project, json!({ "batch": 1, "overwrite": true })).expect_err("executed");
    assert_eq!(refused.code, ExitCode::Policy);
    assert!(refused.message.contains("PRP-1.1.1"), "{}", refused.message);
    generate(&project, json!({ "batch": 1, "overwrite": true, "yes": true })).expect("the others");
    assert_eq!(project.read(path), executed);
}

#[test]
fn a_faulty_phase_takes_only_its_dependents_with_it() {
    let project = plan();
    let text = project.read("PLAN.md").replace("**Goal**: Endpoints works\n", "");
    let more = phase("5", "Client", "Phase 3", "client.py");
    project.write("PLAN.md", &format!("{text}{more}"));
    assert_eq!(generate(&project, json!({})).expect("a run"), 10, "{}", project.notes());
    assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-1.2.1-tokens.md", "PRP-1.3.2-roles.md"]);
}

#[test]
fn a_plan_of_plans_gives_one_batch_each() {
    let project = plan();
    project.write("parts/b.md", &format!("{PLAN}{}", phase("1", "Catalog", "None", "catalog.py")));
    project.write("ALL.md", "# Shop\n\n## Mega-Phase 1: Accounts\n\n[accounts](PLAN.md)\n\n## Mega-Phase 2: Catalog\n\n[catalog](parts/b.md)\n");
    let code = generate(&project, json!({ "plan": "ALL.md" })).expect("a run");
    assert_eq!(code, 0, "{}", project.notes());
    assert!(names(&project).contains(&"PRP-1.3.2-roles.md".to_owned()));
    assert!(names(&project).contains(&"PRP-2.1.1-catalog.md".to_owned()));
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = plan();
    assert_eq!(generate(&project, json!({ "dry_run": true })).expect("a dry run"), 0);
    assert!(names(&project).is_empty() && project.log().is_empty());
    assert!(
        project.notes().contains("writes PRPs/feature-requests/PRP-1.2.1-tokens.md with agent `template`"),
        "{}",
        project.notes()
    );
}

#[test]
fn a_cycle_is_refused_before_anything_starts() {
    let project = Project::new();
    let text = [phase("1", "A", "Phase 2", "a"), phase("2", "B", "Phase 1", "b")].concat();
    project.write("PLAN.md", &format!("{PLAN}{text}"));
    let error = generate(&project, json!({})).expect_err("a cycle");
    assert_eq!(error.code, ExitCode::InvalidInput);
    assert!(project.log().is_empty());
}

//! review: by rule, by an agent, across the batch, and the exit code that follows.

use std::sync::{Arc, Mutex};

use batchprp::model::agent::AgentStatus;
use batchprp::review::answer_schema;
use serde_json::{Value, json};

use super::fake::{Project, report};

fn batch() -> Project {
    let project = Project::new();
    project.prp("7.1.1", "", 2);
    project.prp("7.1.2", "", 1);
    project
}

fn kept_report(project: &Project) -> Value {
    serde_json::from_str(&project.read(".ce/tmp/reviews/batch-7.json")).expect("a report")
}

#[test]
fn without_an_agent_the_rules_score_every_prp_and_the_report_is_kept() {
    let project = batch();
    let end = project.run("review", json!({ "batch": 7 })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    let report = kept_report(&project);
    assert_eq!(report["reviews"].as_array().map(Vec::len), Some(2));
    assert!(report["reviews"][0]["score"].is_number() && report["reviews"][0]["semantic"].is_null(), "{report}");
    assert!(project.read(".ce/tmp/reviews/batch-7.md").contains("| PRP-7.1.1 |"));
    assert!(project.log().is_empty(), "no agent is asked without being asked for");
}

#[test]
fn a_score_below_the_wanted_one_is_exit_code_6() {
    let project = batch();
    assert_eq!(
        project.run("review", json!({ "batch": 7, "min_score": 9.9 })).expect("a run").exit_code,
        6,
        "{}",
        project.notes()
    );
    assert_eq!(project.run("review", json!({ "batch": 7, "min_score": 0.5 })).expect("a run").exit_code, 0);
}

#[test]
fn an_answer_in_the_agreed_form_counts_and_any_other_is_for_a_person() {
    let project = batch();
    let end = project
        .run_with("review", json!({ "batch": 7, "mode": "full", "agent": "runbook" }), |call| {
            let good = r#"I read it. {"score": 8.0, "summary": "Good.", "findings": []}"#;
            report(AgentStatus::Ok, if call.spec.item == "PRP-7.1.1" { good } else { "Looks great, 10/10!" })
        })
        .expect("a run");
    assert_eq!(end.exit_code, 6, "{}", project.notes());
    let report = kept_report(&project);
    assert_eq!(report["reviews"][0]["semantic"]["score"], json!(8.0));
    assert_eq!(report["reviews"][1]["verdict"], json!("NEEDS_MANUAL_REVIEW"));
    assert!(report["reviews"][1]["score"].is_null());
    let again = project
        .run_with("review", json!({ "batch": 7, "mode": "full", "agent": "runbook", "retry_failed": true }), |_| {
            super::fake::report(AgentStatus::Ok, r#"{"score": 6, "summary": "Thin.", "findings": []}"#)
        })
        .expect("a run");
    assert_eq!(again.exit_code, 0, "{}", project.notes());
    assert_eq!(project.log().len(), 3, "only the unread one is asked again");
}

#[test]
fn executed_work_is_judged_by_what_git_shows() {
    let project = batch();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "prps": ["PRP-7.1.1"] })).expect("a run");
    let end = project.run("review", json!({ "batch": 7, "exe": true, "mode": "structural" })).expect("a run");
    assert_eq!(end.exit_code, 6, "{}", project.notes());
    let report = kept_report(&project);
    let score = |n: usize| report["reviews"][n]["score"].as_f64().unwrap_or_default();
    assert!(score(0) > score(1), "{report}");
}

#[test]
fn the_reviewer_is_bound_to_the_schema_that_its_answer_is_read_by() {
    let project = batch();
    let seen = Arc::new(Mutex::new(None));
    let kept = seen.clone();
    let end = project.run_with("review", json!({ "batch": 7, "mode": "semantic", "agent": "runbook" }), move |call| {
        kept.lock().unwrap().clone_from(&call.spec.schema);
        report(AgentStatus::Ok, r#"{"score": 9, "summary": "Good.", "findings": []}"#)
    });
    assert_eq!(end.expect("a run").exit_code, 0, "{}", project.notes());
    let given = seen.lock().unwrap().clone().expect("a schema");
    let given: Value = serde_json::from_str(&given).expect("JSON");
    let read: Value = serde_json::from_str(&answer_schema()).expect("JSON");
    let names = |schema: &Value, path: &str| {
        let object = schema.pointer(path).and_then(Value::as_object).expect(path);
        let mut names = object.keys().cloned().collect::<Vec<_>>();
        names.sort();
        names
    };
    for path in ["/properties", "/properties/findings/items/properties"] {
        assert_eq!(names(&given, path), names(&read, path));
    }
    let levels = |schema: &Value| schema.pointer("/properties/findings/items/properties/severity/enum").cloned();
    assert_eq!(levels(&given), Some(json!(["error", "warning", "info"])));
    let kept = kept_report(&project);
    assert!(kept["reviews"][0]["structural"].is_null() && kept["reviews"][0]["score"] == json!(9.0), "{kept}");
}

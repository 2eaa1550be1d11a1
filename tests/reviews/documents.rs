//! `review` of documents.

use serde_json::json;

use super::project::Project;
use super::{prescribe, report, reviewed, roles};

const GOOD: &str = r#"Read it. {"score": 8, "summary": "Clear.", "findings": [{"severity": "warning", "category": "steps",
"file": "PRPs/feature-requests/PRP-47.1.1-work.md", "line": 20, "description": "Step 2 is vague.", "suggestion": "Say how."}]}"#;

fn batch() -> Project {
    let project = reviewed();
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.10"] {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    project
}

#[test]
fn the_rules_alone_score_every_prp_and_a_wanted_score_decides_the_exit_code() {
    let project = batch();
    let before = project.fingerprint();
    let ran = project.run(&["review", "--batch", "47", "--mode", "structural"]).exits(0);
    let report = report(&project);
    let reviews = report["reviews"].as_array().expect("reviews");
    assert_eq!(reviews.len(), 3);
    let score = reviews[0]["structural"]["score"].as_f64().expect("a score");
    assert!(score > 5.0 && reviews[0]["semantic"].is_null(), "{report}");
    let ran = ran.says(&format!("PRP-47.1.10-work {score:.1}/10 NEEDS_REVISION"));
    ran.says("report: .ce/tmp/reviews/batch-47.md");
    assert!(project.read(".ce/tmp/reviews/batch-47.md").contains("| PRP-47.1.10 |"));
    project.run(&["review", "--batch", "47", "--mode", "structural", "--min-score", "9.9"]).exits(6);
    assert!(roles(&project).is_empty() && project.calls().is_empty(), "no agent was asked for");
    assert_eq!(project.fingerprint(), before, "a review changes nothing in the checkout");
}

#[test]
fn the_reviewer_is_asked_about_all_prps_at_once_and_its_answer_counts() {
    let project = batch();
    prescribe(&project, "answer", GOOD);
    prescribe(&project, "together", "3");
    project.run(&["review", "--batch", "47"]).exits(0).says("Step 2 is vague.");
    let report = report(&project);
    assert_eq!(report["mode"], json!("full"), "an agent is configured");
    assert_eq!(report["reviews"][0]["semantic"]["score"], json!(8.0), "{report}");
    assert_eq!(report["reviews"][0]["semantic"]["findings"][0]["line"], json!(20));
    assert_eq!(roles(&project), ["review PRP-47.1.1", "review PRP-47.1.10", "review PRP-47.1.2"]);
}

#[test]
fn an_answer_that_cannot_be_read_is_for_a_person_and_asked_again_with_retry_failed() {
    let project = batch();
    prescribe(&project, "answer", GOOD);
    prescribe(&project, "answer.PRP-47.1.2", "Looks great to me, 10/10!");
    project.run(&["review", "--batch", "47"]).exits(6).says("NEEDS_MANUAL_REVIEW");
    let of = |n: usize| report(&project)["reviews"][n].clone();
    assert_eq!(of(1)["verdict"], json!("NEEDS_MANUAL_REVIEW"));
    assert!(of(1)["score"].is_null() && of(1)["structural"]["score"].is_number());
    prescribe(&project, "answer.PRP-47.1.2", GOOD);
    project.run(&["review", "--batch", "47", "--retry-failed"]).exits(0);
    assert_eq!(roles(&project).len(), 4, "only one was asked again");
    assert_eq!(of(1)["semantic"]["score"], json!(8.0));
}

#[test]
fn a_reviewer_that_crashes_leaves_no_score_of_an_earlier_time() {
    let project = batch();
    prescribe(&project, "answer", GOOD);
    project.run(&["review", "PRP-47.1.1"]).exits(0);
    prescribe(&project, "crash", "");
    project.run(&["review", "--batch", "47"]).exits(10);
    let report = report(&project);
    let verdicts = report["reviews"].as_array().expect("reviews").iter().map(|review| &review["verdict"]);
    assert!(verdicts.clone().count() == 3 && verdicts.clone().all(|word| word == "NEEDS_MANUAL_REVIEW"), "{report}");
}

#[test]
fn in_ci_findings_are_annotations_of_their_lines() {
    let project = batch();
    prescribe(&project, "answer", GOOD);
    let output = project.command(&["review", "--batch", "47"]).env("GITHUB_ACTIONS", "true").output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let place = "::warning file=PRPs/feature-requests/PRP-47.1.1-work.md,line=20,title=steps::Step 2 is vague.";
    assert!(text.lines().any(|line| line.starts_with(place)), "{text}");
}

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
    let ran = ran.says(&format!("NEEDS_REVISION {score:.1}/10"));
    ran.says("report: .ce/tmp/reviews/batch-47.md");
    assert!(project.read(".ce/tmp/reviews/batch-47.md").contains("| PRP-47.1.10 |"));
    project.run(&["review", "--batch", "47", "--mode", "structural", "--min-score", "9.9"]).exits(6);
    assert!(roles(&project).is_empty() && project.calls().is_empty(), "no agent was asked for");
    assert_eq!(project.fingerprint(), before, "a review changes nothing in the checkout");
}

#[test]
fn a_document_that_is_rejected_is_no_success() {
    let project = batch();
    prescribe(&project, "answer", r#"{"score": 0, "summary": "Nothing in it.", "findings": []}"#);
    project.run(&["review", "PRP-47.1.1", "--mode", "semantic"]).exits(6).says("REJECT");
    project.run(&["review", "PRP-47.1.1"]).exits(6).says("REJECT");
    project.write("PRPs/feature-requests/PRP-47.1.3-empty.md", "---\nprp_id: PRP-47.1.3\n---\n\n# Nothing\n");
    project.run(&["review", "PRP-47.1.3", "--mode", "structural"]).exits(6).says("REJECT");
    project.run(&["review", "--batch", "47", "--mode", "structural"]).exits(6);
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

/// Spoils documents of the batch in every way that the reader refuses.
fn spoiled() -> Project {
    let project = batch();
    let path = |id: &str| format!("PRPs/feature-requests/{id}-work.md");
    let text = project.read(&path("PRP-47.1.2")).replace("out/PRP-47.1.2.txt", "/etc/passwd");
    project.write(
        &path("PRP-47.1.2"),
        &text.replace("## Validation", "### Phase 1: Again\n\nOnce more.\n\n## Validation"),
    );
    let latin = [b"---\nprp_id: PRP-47.1.3\n---\n# Caf".as_slice(), b"\xe9\n"].concat();
    std::fs::write(project.root().join(path("PRP-47.1.3")), latin).expect("document");
    std::fs::create_dir(project.root().join(path("PRP-47.1.4"))).expect("a folder in the place of a document");
    project
}

#[test]
fn documents_that_the_reader_refuses_are_judged_too() {
    let project = spoiled();
    let ran = project.run(&["review", "--batch", "47", "--mode", "structural"]).exits(6);
    let ran = ran.says("PRP-47.1.2-work.md:8: the path `/etc/passwd` is absolute").says("is not UTF-8");
    ran.says("PRP-47.1.4-work.md:1: the file cannot be read").says("NEEDS_REVISION");
    let report = report(&project);
    let of = |id: &str| {
        let all = report["reviews"].as_array().expect("reviews");
        all.iter().find(|review| review["prp_id"].as_str().is_some_and(|name| name.starts_with(id))).expect(id).clone()
    };
    assert_eq!(report["reviews"].as_array().map(Vec::len), Some(5), "{report}");
    let bad = of("PRP-47.1.2");
    let findings = bad["structural"]["findings"].as_array().expect("findings");
    let lines = |code: &str| findings.iter().find(|f| f["category"] == code).map(|f| f["line"].clone());
    assert_eq!((lines("prp::bad_path"), lines("prp::duplicate_phase")), (Some(json!(8)), Some(json!(27))), "{bad}");
    let score = |id: &str| of(id)["score"].as_f64().expect("a score");
    assert!(score("PRP-47.1.2") <= score("PRP-47.1.1") - 1.0 && bad["verdict"] != "APPROVE", "{report}");
    assert!(score("PRP-47.1.4").abs() < 1e-9 && of("PRP-47.1.3")["verdict"] != "APPROVE", "{report}");
    assert_eq!(of("PRP-47.1.4")["structural"]["findings"].as_array().map(Vec::len), Some(1), "one reason is enough");
    // Asking only for the meaning hides no refusal.
    prescribe(&project, "answer", GOOD);
    project.run(&["review", "PRP-47.1.2", "--mode", "semantic"]).exits(6).says("PRP-47.1.2-work.md:8: the path");
    project.run(&["exe", "--batch", "47"]).exits(5);
}

#[test]
fn a_document_is_named_by_its_path_too_wherever_it_lies() {
    let project = batch();
    let path = "PRPs/feature-requests/PRP-47.1.2-work.md";
    project.run(&["review", path, "--mode", "structural"]).exits(0).says("PRP-47.1.2-work");
    project.write("ideas/alarm.md", "# Alarm\n\n## Problem\n\nNobody is told when the service does not start.\n");
    let ran = project.run(&["review", "./ideas/alarm.md", "--mode", "structural"]).exits(6);
    ran.says("ideas/alarm.md:1: there is no `prp_id`");
    project.run(&["review", "ideas/none.md"]).exits(4).says("no PRP `ideas/none.md`");
    project.run(&["exe", "ideas/alarm.md"]).exits(4).says("PRPs/feature-requests");
    project.run(&["exe", path]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.2"), ["1"]);
}

#[test]
fn a_quiet_review_still_says_what_came_of_it() {
    let project = batch();
    let ran = project.run(&["-q", "review", "--batch", "47", "--mode", "structural"]).exits(0);
    ran.says("of at least 5 gates have a command").says("report: .ce/tmp/reviews/batch-47.md");
}

#[test]
fn wrong_flags_are_answered_with_what_would_be_right() {
    let project = batch();
    project.run(&["review", "--batch", "47", "--min-score", "11"]).exits(2).says("from 0 to 10");
    project
        .run(&["review", "--batch", "47", "--stage", "9"])
        .exits(4)
        .says("there is no stage 9")
        .says("stages are 1 to 1");
    project.run(&["review", "--batch", "48"]).exits(4).says("batches found: 47");
    project.run(&["review"]).exits(2).says("--batch N");
    let ran = project.run(&["review", "--batch", "47", "--dry-run"]).exits(0);
    assert!(!ran.stdout.contains("Critical path") && roles(&project).is_empty(), "{}", ran.stdout);
}

/// A search path with nothing but what the program itself needs: whatever agents this machine has are not there.
fn bare_path(project: &Project) -> std::ffi::OsString {
    let bin = project.tools().join("bare");
    std::fs::create_dir_all(&bin).expect("folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for name in ["git", "sh"] {
        let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
        std::os::unix::fs::symlink(found.expect(name), bin.join(name)).expect("link");
    }
    bin.into_os_string()
}

#[test]
fn without_its_agent_nothing_is_made_and_nothing_is_approved() {
    let project = batch();
    project.write("PLAN.md", "# P\n\n## Phases\n\n### Phase 1: A\n**Goal**: g\n**Dependencies**: None\n**Steps**:\n- a\n**Gates**:\n- L1: `true`\n");
    project.write(".ce/batchprp.toml", "");
    let path = bare_path(&project);
    let before = project.fingerprint();
    let review = |more: &[&'static str]| [&["review", "--batch", "47"][..], more].concat();
    let mut asked = vec![
        review(&["--mode", "semantic"]),
        review(&["--mode", "full"]),
        review(&["--mode", "full", "--exe"]),
        review(&["--agent", "claude"]),
        review(&["--agent", "nobody"]),
        vec!["exe", "--batch", "47"],
        vec!["exe", "--batch", "47", "--agent", "codex"],
        vec!["exe", "--batch", "47", "--agent", "nobody"],
        vec!["gen", "PLAN.md", "--agent", "claude"],
        vec!["gen", "PLAN.md", "--agent", "nobody"],
    ];
    asked.extend(asked.clone().into_iter().map(|arguments| [&arguments[..], &["--dry-run"]].concat()));
    for arguments in asked {
        let ran = project.run_with(&arguments, &[("PATH", &path)]);
        assert_eq!(ran.code, Some(8), "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("APPROVE"), "{arguments:?}");
    }
    assert_eq!(project.fingerprint(), before);
    assert!(!project.root().join(".ce/tmp").exists(), "nothing was written");
    assert_eq!(project.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    // What needs no agent does not ask for one.
    project.run_with(&["review", "--batch", "47"], &[("PATH", &path)]).exits(0);
    project.run_with(&["gen", "PLAN.md"], &[("PATH", &path)]).exits(0);
    project.write(".ce/batchprp.toml", "[adapter.claude]\nprogram = \"/no/such/claude\"\n");
    project.run_with(&["review", "--batch", "47", "--agent", "claude"], &[("PATH", &path)]).exits(8);
}

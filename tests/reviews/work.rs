//! Reviews of executed work: by exe before each merge, and by `review --exe`.

use std::fs;

use serde_json::json;

use super::project::Project;
use super::{prescribe, report, reviewed, roles};

fn batch() -> Project {
    let project = reviewed();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1);
    project.commit("PRPs");
    project
}

fn kept(project: &Project, id: &str) -> serde_json::Value {
    serde_json::from_str(&project.read(&format!(".ce/tmp/reviews/items/{id}.exe.json"))).expect("a review")
}

const MARKER: &str = "echo '<<<<<<< ours' >> out/PRP-47.1.1.txt\n";

#[test]
fn finished_work_is_reviewed_by_rule_and_its_score_is_shown() {
    let project = batch();
    let ran = project.run(&["exe", "--batch", "47"]).exits(0);
    let score = kept(&project, "PRP-47.2.1")["score"].as_f64().expect("a score");
    ran.says_of("PRP-47.2.1-work", &format!("{score:.1}/10"));
    assert!(roles(&project).is_empty(), "no reviewer is configured, so none is paid for");
    assert!(!project.root().join(".ce/tmp/reviews/items/PRP-47.2.1.json").exists());
}

#[test]
fn a_failing_review_pauses_the_batch_until_the_work_is_mended() {
    let project = batch();
    project.sabotage("PRP-47.1.1", 1, MARKER);
    let ran = project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(10);
    let ran = ran.says("out/PRP-47.1.1.txt:1: a conflict marker was committed").says("the review of PRP-47.1.1 failed");
    let ran = ran.says("batchprp exe --batch 47 --jobs 1").says("PRP-47.1.2-work ⧗ pending");
    let ran = ran
        .says("Batch 47 exe: paused")
        .says("Paused: the review of PRP-47.1.1 failed (mend and commit it on `prp-47-1-1`");
    assert!(
        ran.stdout.trim_end().ends_with("\n  batchprp exe --batch 47 --jobs 1"),
        "the way on comes last: {}",
        ran.stdout
    );
    assert_eq!(project.merges("prp-47"), [""; 0], "what fails its review is not merged");
    assert!(project.calls_of("PRP-47.1.2").is_empty(), "nothing starts after the pause");

    let again = project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(10);
    let again = again.says("a conflict marker was committed").says("resumed: phase 1, 2 done before");
    assert!(!again.stdout.contains("phase 3"), "{}", again.stdout);
    let events = project.run(&["--json", "exe", "--batch", "47", "--jobs", "1"]).exits(10);
    let paused = events.stdout.lines().filter(|line| line.contains("\"event\":\"paused\"")).collect::<Vec<_>>();
    assert!(paused.len() == 1 && paused[0].contains("\"item\":\"PRP-47.1.1\""), "{paused:?}");
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2"], "its phases are not run again");

    let tree = project.root().parent().expect("home").join("repo-worktrees/prp-47-1-1");
    fs::write(tree.join("out/PRP-47.1.1.txt"), "mended\n").expect("mended");
    let tree = tree.to_string_lossy().into_owned();
    project.git(&["-C", &tree, "commit", "-q", "-a", "-m", "Mend it"]);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]), "mended");
}

#[test]
fn without_auto_review_the_work_is_taken_as_it_is() {
    let project = batch();
    project.sabotage("PRP-47.1.1", 2, MARKER);
    project.run(&["exe", "--batch", "47"]).exits(10);
    project.run(&["exe", "--batch", "47", "--no-auto-review"]).exits(0);
    assert!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).contains("<<<<<<<"));
    let ran = project.run(&["review", "--exe", "--batch", "47", "--mode", "structural"]).exits(6);
    ran.says("✗ out/PRP-47.1.1.txt").says("NEEDS_REVISION");
}

#[test]
fn what_a_review_of_work_does_not_approve_is_no_success() {
    let project = batch();
    project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    let review = ["review", "--exe", "--prps", "PRP-47.1.1"];
    let error = r#"{"score": 9, "summary": "Good.", "findings": [{"severity": "error", "category": "bug", "file": "x",
"line": 1, "description": "It loses data.", "suggestion": "Keep it."}]}"#;
    for (answer, code) in [
        (r#"{"score": 0, "summary": "Nothing works.", "findings": []}"#, 6),
        (r#"{"score": 6, "summary": "Half of it.", "findings": []}"#, 6),
        (error, 6),
        ("Looks great to me!", 6),
        (r#"{"score": 9, "summary": "Good.", "findings": []}"#, 0),
    ] {
        prescribe(&project, "answer", answer);
        project.run(&review).exits(code);
    }
    // Of work that is not there nothing can be approved.
    project.run(&["review", "--exe", "--prps", "PRP-47.1.2", "--mode", "structural"]).exits(6);
}

#[test]
fn work_that_its_reviewer_did_not_judge_is_not_merged() {
    for (answer, reason) in [
        ("Looks great to me!", "no review by meaning"),
        (r#"{"score": 99, "summary": "Wow.", "findings": []}"#, "no review by meaning"),
        (
            r#"{"score": 9, "summary": "Good.", "findings": [{"severity": "error", "category": "bug", "file": "x", "line": 1,
"description": "It loses data.", "suggestion": "Keep it."}]}"#,
            "It loses data.",
        ),
        ("crash", "exit code 3"),
    ] {
        let project = batch();
        project.configure("[agent.roles.reviewer]\ntimeout = \"1m\"\n").commit("Reviewer");
        prescribe(&project, if answer == "crash" { "crash" } else { "answer" }, answer);
        project.run(&["exe", "--prps", "PRP-47.1.2"]).exits(10).says(reason);
        assert_eq!(project.merges("prp-47"), [""; 0], "{answer}");
        if answer == "crash" {
            fs::remove_file(project.tools().join("crash")).expect("mended");
        }
        prescribe(&project, "answer", r#"{"score": 9, "summary": "Good.", "findings": []}"#);
        project.run(&["exe", "--prps", "PRP-47.1.2"]).exits(0);
        assert_eq!(project.calls_of("PRP-47.1.2").len(), 1, "{answer}: the work itself is not done again");
    }
}

#[test]
fn a_configured_reviewer_judges_the_diff_before_the_merge() {
    let project = batch();
    project.configure("[agent.roles.reviewer]\ntimeout = \"1m\"\n").commit("Reviewer");
    prescribe(&project, "answer", r#"{"score": 9, "summary": "Good.", "findings": []}"#);
    prescribe(&project, "answer.PRP-47.1.2", r#"{"score": 3, "summary": "It does nothing.", "findings": []}"#);
    let ran = project.run(&["exe", "--batch", "47"]).exits(10);
    ran.says("the reviewer gives 3.0/10: It does nothing.");
    assert_eq!(kept(&project, "PRP-47.1.1")["semantic"]["score"], json!(9.0));
    let prompt = fs::read_to_string(project.tools().join("prompt.PRP-47.1.1")).expect("prompt");
    assert!(prompt.contains("+phase 2") && prompt.contains("out/PRP-47.1.1.txt"), "{prompt}");
    assert!(!project.merges("prp-47").iter().any(|subject| subject.contains("PRP-47.1.2")));
}

#[test]
fn executed_work_is_reviewed_against_its_prp_and_its_diff() {
    let project = batch();
    project.sabotage("PRP-47.1.2", 1, "mkdir -p src; echo '// TODO: later' > src/more.rs\n");
    project.run(&["exe", "--prps", "PRP-47.1.1,PRP-47.1.2"]).exits(0);
    prescribe(&project, "answer", r#"{"score": 8, "summary": "Good.", "findings": []}"#);
    project
        .run(&["review", "--exe", "--batch", "47", "--min-score", "5"])
        .exits(6)
        .says("phase 1 has no checkpoint commit");
    let report = report(&project);
    assert_eq!(report["mode"], json!("exe"));
    let found = |n: usize| {
        let findings = report["reviews"][n]["structural"]["findings"].as_array().cloned().unwrap_or_default();
        findings
            .iter()
            .map(|f| format!("{} {}:{}", f["category"], f["file"], f["line"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert!(report["reviews"][0]["score"].as_f64() > report["reviews"][1]["score"].as_f64(), "{report}");
    assert!(found(1).contains(&"leftover src/more.rs:1".to_owned()), "{:?}", found(1));
    assert!(found(1).iter().any(|finding| finding.starts_with("undeclared_file")), "{:?}", found(1));
    assert!(found(2).iter().any(|finding| finding.starts_with("missing_commit")), "{:?}", found(2));
    assert_eq!(
        roles(&project),
        ["review PRP-47.1.1", "review PRP-47.1.2"],
        "nobody is asked about work that is not there"
    );
}

#[test]
fn in_ci_findings_about_finished_work_are_annotations_of_its_lines() {
    let project = batch();
    project.sabotage("PRP-47.1.1", 1, MARKER);
    let exe = |flags: &[&str]| {
        let mut command = project.command(&[&["exe", "--batch", "47"], flags].concat());
        let output = command.env("GITHUB_ACTIONS", "true").output().expect("batchprp starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(!exe(&["--dry-run"]).contains("\n::"), "nothing was reviewed");
    let place = "::error file=out/PRP-47.1.1.txt,line=1,title=conflict_marker::a conflict marker was committed%0A";
    let text = exe(&[]);
    assert!(text.lines().any(|line| line.starts_with(place)), "{text}");
}

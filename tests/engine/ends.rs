//! One end of a run: exit code, last event, metrics and status say the same.

use serde_json::Value;

use crate::project::Project;
use crate::stage::told;

/// Returns what the last event, the metrics and `status` say.
fn said(project: &Project, batch: &str) -> Vec<i64> {
    let last = told(project, "run_finished");
    assert_eq!(last.len(), 1, "{last:?}");
    let metrics: Value =
        serde_json::from_str(&project.read(&format!(".ce/tmp/batch-metrics-{batch}.json"))).expect("metrics");
    let status = project.run(&["status", batch, "--json"]);
    let status: Value = serde_json::from_str(&status.stdout).expect("status");
    [&last[0]["exit_code"], &metrics["exit_code"], &status["exit_code"]].map(|code| code.as_i64().unwrap_or(-1)).into()
}

#[test]
fn what_a_script_adds_to_the_end_of_its_run_is_the_end_of_the_run() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let ran = project.run(&["review", "--batch", "47", "--mode", "structural", "--min-score", "10"]).exits(6);
    assert_eq!(said(&project, "47"), [6, 6, 6], "{}", ran.stdout);
    project.run(&["review", "--batch", "47", "--mode", "structural", "--min-score", "0"]).exits(0);
    assert_eq!(said(&project, "47"), [0, 0, 0]);
}

#[test]
fn items_behind_cancelled_ones_make_the_run_unfinished() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    project.prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1);
    let text = project.read("PRPs/feature-requests/PRP-47.1.1-work.md");
    project.write("PRPs/feature-requests/PRP-47.1.1-work.md", &text.replace("status: planning", "status: wontfix"));
    project.commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(10).says("blocked by a cancelled item");
    assert_eq!(said(&project, "47"), [10, 10, 10]);
    assert_eq!(project.calls().len(), 1);
}

#[test]
fn a_complete_batch_is_a_success_however_it_is_asked_for() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(said(&project, "47"), [0, 0, 0]);
    for arguments in [
        &["exe", "--batch", "47"][..],
        &["exe", "--prps", "PRP-47.1.1"],
        &["exe", "PRP-47.1.1", "--dry-run"],
        &["exe", "--batch", "47", "--dry-run"],
    ] {
        project.run(arguments).exits(0);
    }
    assert_eq!(project.calls().len(), 1);
}

#[test]
fn a_script_that_fails_after_its_run_ends_the_run_with_its_failure() {
    let project = Project::new();
    let command = r#"const ABOUT = "Fails at the end";
const ARGS = #{ how: #{ type: "text", value: "HOW", help: "How it ends" } };
fn main(args) {
    let closed = dag::analyze([#{ id: "a" }]).run(#{ command: "late", jobs: 1 }, |item| outcome::completed());
    if args.how == "throw" { throw failure::of("invalid-input", "too late", "no"); }
    if args.how == "code" { return 12; }
    closed.exit_code
}
"#;
    project.write(".ce/commands/late.rhai", command);
    for (how, code) in [("throw", 5), ("code", 12), ("plain", 0)] {
        project.run(&["late", "--how", how]).exits(code);
        let last = told(&project, "run_finished");
        assert_eq!(last.len(), 1, "{how}: {last:?}");
        assert_eq!(last[0]["exit_code"], i64::from(code), "{how}");
    }
}

#[test]
fn each_run_of_a_script_has_its_own_end() {
    let project = Project::new();
    let command = r#"const ABOUT = "Two runs";
const ARGS = #{};
fn main(args) {
    let codes = [];
    for id in ["bad", "good"] {
        let closed = dag::analyze([#{ id: id }]).run(#{ command: id, jobs: 1 }, |item| {
            if item.id == "bad" { outcome::failed("no") } else { outcome::completed() }
        });
        codes.push(closed.exit_code);
    }
    for code in codes { if code != 0 { return code; } }
    0
}
"#;
    project.write(".ce/commands/two.rhai", command);
    project.run(&["two"]).exits(10);
    let folder = project.root().join(".ce/tmp/runs");
    let mut ends = Vec::new();
    for run in std::fs::read_dir(folder).expect("runs").flatten() {
        let text = std::fs::read_to_string(run.path().join("events.jsonl")).expect("journal");
        let events = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut told: Vec<String> = Vec::new();
        for event in events {
            match event["event"].as_str() {
                Some("run_started") => told.push(event["command"].as_str().unwrap_or_default().to_owned()),
                Some("run_finished") => told.push(event["exit_code"].to_string()),
                _ => {}
            }
        }
        ends.push(told.join(" "));
    }
    ends.sort();
    assert_eq!(ends, ["bad 10", "good 0"]);
}

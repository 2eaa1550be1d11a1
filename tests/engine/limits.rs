//! Usage limits and budgets.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::Project;
use crate::stage::{calls, faked, finish, last_line, staged, status, told};

fn metrics(project: &Project) -> Value {
    serde_json::from_str(&project.read(".ce/tmp/batch-metrics-47.json")).expect("metrics")
}

#[test]
fn a_usage_limit_pauses_the_run_without_a_retry_and_the_rerun_goes_on() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], 1);
    let script = r#"{
    "PRP-47.1.1": [{"do": "await", "event": "attempt_started", "item": "PRP-47.1.2"}, {"do": "limit", "seconds": 7200}],
    "PRP-47.1.2": [{"do": "await", "event": "quota_paused"}, {"do": "write", "files": {"out/b.txt": "b\n"}}]
}"#;
    let ran = finish(faked(&project, script, &["exe", "--batch", "47", "--jobs", "2"])).exits(75);
    assert!(last_line(&ran).contains("batchprp exe --batch 47 --jobs 2 --agent fake"), "{}", last_line(&ran));
    assert!(!calls(&project).iter().any(|call| call.starts_with("PRP-47.1.3")), "nothing new starts");
    assert_eq!(status(&project, "PRP-47.1.1"), "pending", "a limit is no failure");
    assert_eq!(status(&project, "PRP-47.1.2"), "completed", "what runs may finish");
    assert!(told(&project, "retry").is_empty());
    let paused = told(&project, "quota_paused");
    assert!(paused[0]["agent"] == "fake" && paused[0]["until"].is_i64(), "{paused:?}");
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(0);
    assert_eq!(calls(&project).iter().filter(|call| call.starts_with("PRP-47.1.2")).count(), 1);
}

#[test]
fn nobody_starts_while_an_agent_of_the_same_kind_was_told_to_come_back_later() {
    let project = Project::new();
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"] {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    let told_later =
        r#"echo '{"kind":"retry","attempt":1,"delay_ms":2500,"status":429}'; touch "$TOOLS/later"; sleep 3"#;
    project.sabotage("PRP-47.1.1", 1, told_later);
    project.sabotage("PRP-47.1.2", 1, r#"until [ -f "$TOOLS/later" ]; do sleep 0.1; done; sleep 0.5"#);
    project.run(&["exe", "--batch", "47", "--jobs", "2"]).exits(0);
    let at = |event: &Value| -> jiff::Timestamp { event["at"].as_str().expect("a time").parse().expect("a time") };
    let limited = at(&told(&project, "rate_limited")[0]);
    let started = told(&project, "attempt_started");
    let third = started.iter().find(|event| event["item"] == "PRP-47.1.3").expect("the third one");
    let waited = at(third).duration_since(limited).as_secs_f64();
    assert!(waited > 2.4, "it waited for {waited} s");
}

/// A command with items of two agents: three of `other`, one of `fake`.
const MIXED: &str = r#"
const ABOUT = "Two agents";
const ARGS = #{};
fn main(args) {
    let items = ["a", "b", "c", "d"].map(|id| #{ id: id, agent: if id == "d" { "fake" } else { "other" } });
    dag::analyze(items).run(#{ command: "mixed", jobs: 1 }, |item| agent::run("executor", #{ prompt: "work", agent: item.agent }))
}
"#;

#[test]
fn a_usage_limit_holds_back_the_items_of_its_agent_and_no_others() {
    let project = staged(&[], 1);
    let fake = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/agents/fake.rhai");
    project.write(".ce/agents/other.rhai", &fs::read_to_string(fake).expect("adapter"));
    project.write(".ce/commands/mixed.rhai", MIXED);
    let script = r#"{"a@1": {"do": "limit", "seconds": 2}, "*": [{"do": "say", "text": "done"}]}"#;
    finish(faked(&project, script, &["mixed"])).exits(75);
    assert_eq!(calls(&project), ["a:@1", "d:@1"], "the other agent goes on");
    let ended = |id| status(&project, id);
    assert_eq!(["a", "b", "c", "d"].map(ended), ["pending", "pending", "pending", "completed"]);

    fs::remove_file(project.tools().join("fake.ledger")).expect("ledger");
    finish(faked(&project, script, &["mixed", "--wait-for-quota"])).exits(0);
    assert_eq!(calls(&project), ["a:@1", "d:@1", "a:@2", "b:@1", "c:@1"]);
}

#[test]
fn a_run_that_waits_resumes_at_the_time_that_was_said() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 1);
    let script = r#"{"PRP-47.1.1@1": {"do": "limit", "seconds": 3}}"#;
    let begin = Instant::now();
    let arguments = ["exe", "--batch", "47", "--jobs", "1", "--retries", "0", "--wait-for-quota"];
    finish(faked(&project, script, &arguments)).exits(0);
    assert!(begin.elapsed() > Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!(calls(&project).len(), 3, "{:?}", calls(&project));
    assert_eq!(told(&project, "quota_resumed").len(), 1);
    let until = told(&project, "quota_paused")[0]["until"].as_i64().expect("end");
    let started = told(&project, "item_started");
    let again: jiff::Timestamp = started[1]["at"].as_str().expect("time").parse().expect("time");
    assert!(again.as_second() >= until, "nothing starts before the end of the limit");
}

#[test]
fn a_used_up_budget_starts_nothing_more() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 1);
    let script = r#"{"*": [{"do": "usage", "input": 80, "output": 40, "usd": 0.5}, {"do": "write", "files": {"out/a.txt": "a\n"}}]}"#;
    let arguments = ["exe", "--batch", "47", "--jobs", "1", "--max-tokens", "100"];
    let ran = finish(faked(&project, script, &arguments)).exits(11);
    assert!(last_line(&ran).contains("batchprp exe"), "{}", last_line(&ran));
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1"]);
    assert_eq!(status(&project, "PRP-47.1.1"), "completed", "running items finish");
    let budget = told(&project, "budget");
    assert_eq!((budget[0]["unit"].as_str(), budget[0]["spent"].as_f64()), (Some("tokens"), Some(120.0)));
    let found = metrics(&project);
    assert_eq!((found["token_usage"].as_u64(), found["cost"].as_f64()), (Some(120), Some(0.5)));
    let script = r#"{"*": [{"do": "usage", "input": 1, "usd": 0.5}, {"do": "write", "files": {"out/b.txt": "b\n"}}]}"#;
    finish(faked(&project, script, &["exe", "--batch", "47", "--max-cost", "0.4"])).exits(0).says("$0.50 of $0.40");
}

#[test]
fn money_counts_between_the_phases_too() {
    let project = staged(&["PRP-47.1.1"], 2);
    let script = r#"{"PRP-47.1.1:1": [{"do": "usage", "usd": 2.0, "input": 1}, {"do": "write", "files": {"out/a.txt": "a\n"}}]}"#;
    finish(faked(&project, script, &["exe", "--batch", "47", "--max-cost", "1"])).exits(11);
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1"]);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1, "the finished phase stands");
    finish(faked(&project, script, &["exe", "--batch", "47"])).exits(0);
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1", "PRP-47.1.1:2@1"]);
}

#[test]
fn what_nobody_measured_is_null() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47", "--max-cost", "1", "--max-tokens", "10"]).exits(0);
    let found = metrics(&project);
    assert!(found["cost"].is_null() && found["token_usage"].is_null(), "{found}");
    assert!(found["items"][0]["tokens"].is_null() && found["items"][0]["cost"].is_null(), "{found}");
    assert!(fs::read_dir(project.root().join(".ce/completed-batches")).expect("archive").count() == 1);
}

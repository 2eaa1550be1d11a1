//! What an agent says of itself lowers the verdict and never raises it; a usage limit told by any agent is one.

use std::fs;

use crate::project::Project;
use crate::stage::{faked, finish, staged, status, told};

/// A project whose items have one phase and a gate each.
fn items(ids: &[&str]) -> Project {
    let project = Project::new();
    for id in ids {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    project
}

#[test]
fn a_result_that_says_less_than_done_is_believed_whatever_was_written() {
    let says = [
        ("PRP-47.1.1", r#"{"status": "failed", "output": {"errors": ["tests do not build", "no network"]}}"#),
        ("PRP-47.1.2", r#"{"status": "partial", "output": {"errors": ["half of it"]}}"#),
        ("PRP-47.1.3", r#"{"status": "success", "error": "the migration is missing"}"#),
        ("PRP-47.1.4", r#"{"prp_id": "PRP-47.1.4", "status": "blocked", "errors": [{"message": "needs a key"}]}"#),
        ("PRP-47.1.5", r#"{"status": "ERROR"}"#),
        ("PRP-47.1.6", r#"{"status": "success", "output": {"errors": []}}"#),
    ];
    let project = items(&says.map(|(id, _)| id));
    for (id, result) in says {
        project.sabotage(id, 1, &format!("cat > \"$BATCHPRP_RESULT\" <<'EOF'\n{result}\nEOF\n"));
    }
    let ran = project.run(&["exe", "--batch", "47"]).exits(10);
    let ran = ran.says("says that it failed: tests do not build; no network");
    ran.says("says that a part is done: half of it").says("the migration is missing").says("needs a key");
    let ended = says.map(|(id, _)| status(&project, id));
    assert_eq!(ended, ["failed", "partial", "failed", "partial", "failed", "completed"]);
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.6: Work of PRP-47.1.6"]);
    assert!(project.checkpoints("prp-47-1-1").is_empty() && project.checkpoints("prp-47-1-2").is_empty());
    // Nothing of it was tried again, and nothing is lost: the next run saves it first.
    assert!(told(&project, "retry").is_empty());
    project.mend("PRP-47.1.1", 1);
    project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    assert_eq!(told(&project, "rescue").len(), 1, "{:?}", told(&project, "rescue"));
}

#[test]
fn false_claims_beside_real_work_are_told() {
    let project = items(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"]);
    let result = r#"{"status": "success", "work_item_id": "PRP-9.9.9", "output": {"files": ["src/made-up.rs", "out/PRP-47.1.1.txt"], "commits": ["deadbeef"]}}"#;
    project.sabotage("PRP-47.1.1", 1, &format!("cat > \"$BATCHPRP_RESULT\" <<'EOF'\n{result}\nEOF\n"));
    let commits = r#"git add -A; git -c user.name=a -c user.email=a@b commit -qm own --allow-empty
printf '{"status": "success", "output": {"commits": ["%s"], "files": ["out/PRP-47.1.2.txt"]}}' "$(git rev-parse HEAD)" > "$BATCHPRP_RESULT""#;
    project.sabotage("PRP-47.1.2", 1, commits);
    project.sabotage("PRP-47.1.3", 1, "echo undeclared > stray.txt; exit 0");
    let ran = project.run(&["exe", "--batch", "47"]).exits(0);
    ran.says("`src/made-up.rs` as changed, but git shows no change of it").says("`deadbeef`").says("PRP-9.9.9");
    let told: Vec<String> = told(&project, "disagreement")
        .into_iter()
        .map(|event| format!("{}: {}", event["item"].as_str().unwrap_or_default(), event["what"]))
        .collect();
    assert_eq!(told.iter().filter(|line| line.starts_with("PRP-47.1.1")).count(), 3, "{told:?}");
    assert!(!told.iter().any(|line| line.starts_with("PRP-47.1.2")), "its own commit is there: {told:?}");
    assert!(told.iter().any(|line| line.contains("of the declared files none changed")), "{told:?}");
}

/// Ends of a process after its events told a usage limit.
const ENDS: [&str; 5] = [
    "exit 1",
    "kill -KILL $$",
    "exit 0",
    r#"echo '{"kind":"finished","ok":false,"reason":"error","text":"429"}'; exit 1"#,
    r#"echo '{"kind":"finished","ok":true,"reason":"done","text":""}'; exit 3"#,
];

#[test]
fn a_limit_told_by_an_event_is_a_limit_however_the_process_ends() {
    for end in ENDS {
        let project = Project::new();
        project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
        project.sabotage("PRP-47.1.1", 1, &format!("echo '{{\"kind\":\"rate_limited\",\"until\":4102444800}}'\n{end}"));
        let ran = project.run(&["exe", "--batch", "47", "--retries", "0"]).exits(75);
        ran.says("batchprp exe --batch 47");
        assert_eq!(["PRP-47.1.1", "PRP-47.2.1"].map(|id| status(&project, id)), ["pending", "pending"], "{end}");
        assert_eq!(told(&project, "quota_paused")[0]["until"], 4_102_444_800_i64, "{end}");
        project.mend("PRP-47.1.1", 1);
        project.run(&["exe", "--batch", "47"]).exits(0);
    }
}

#[test]
fn a_limit_that_was_told_and_then_a_crash_is_waited_for_and_taken_up_again() {
    let project = staged(&["PRP-47.1.1"], 1);
    let script = r#"{"PRP-47.1.1@1": {"do": "limit", "seconds": 1}}"#;
    finish(faked(&project, script, &["exe", "--batch", "47", "--retries", "0", "--wait-for-quota"])).exits(0);
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let once = r#"if [ ! -e "$TOOLS/limited" ]; then
  touch "$TOOLS/limited"
  echo "{\"kind\":\"rate_limited\",\"until\":$(($(date +%s) + 2))}"
  exit 1
fi"#;
    project.sabotage("PRP-47.1.1", 1, once);
    project.run(&["exe", "--batch", "47", "--retries", "0", "--wait-for-quota"]).exits(0);
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    assert_eq!(told(&project, "quota_resumed").len(), 1);
}

#[test]
fn a_limit_that_was_overcome_is_none() {
    let project = items(&["PRP-47.1.1"]);
    project.sabotage("PRP-47.1.1", 1, "echo '{\"kind\":\"rate_limited\",\"until\":null}'");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
}

#[test]
fn a_recording_of_each_agent_at_its_limit_is_a_limit_of_the_run() {
    for agent in ["claude", "codex", "gemini", "opencode", "qwen"] {
        for case in ["rate_limited", "quota"] {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents").join(agent);
            let Ok(lines) = fs::read_to_string(folder.join(format!("{case}.jsonl"))) else { continue };
            let expected = fs::read_to_string(folder.join(format!("{case}.expected.json"))).expect("an expectation");
            let expected: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
            if expected["status"] != "rate_limited" {
                continue;
            }
            let code = expected["exit"]["code"].as_i64().unwrap_or(1);
            let project = items(&["PRP-47.1.1"]);
            crate::idle::stand_in(&project, agent, &lines, code);
            crate::idle::run(&project, &["exe", "--batch", "47", "--agent", agent, "--retries", "0"]).exits(75);
            assert_eq!(status(&project, "PRP-47.1.1"), "pending", "{agent} {case}");
        }
    }
}

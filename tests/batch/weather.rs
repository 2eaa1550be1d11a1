//! A service that is overloaded or out of reach: it is asked again, no item fails by it, and in the end the run pauses.

use serde_json::Value;

use crate::project::Project;

const OVERLOADED: &str =
    r#"echo '{"kind":"finished","ok":false,"reason":"overloaded","text":"529 overloaded"}'; exit 1"#;

fn project() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project
}

/// Returns the status of every attempt of an item, in order.
fn attempts(lines: &str, item: &str) -> Vec<(u64, String)> {
    let events = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ended = events.filter(|event| event["event"] == "attempt_finished" && event["item"] == item);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ended.map(|event| (event["attempt"].as_u64().unwrap_or(0), text(&event["status"]))).collect()
}

#[test]
fn an_overloaded_service_is_asked_again_without_a_new_attempt() {
    let project = project();
    let once = format!("[ -f \"$TOOLS/once\" ] || {{ touch \"$TOOLS/once\"; {OVERLOADED}; }}");
    project.configure("[run]\nretries = 0\n").sabotage("PRP-47.1.1", 1, &once);
    let ran = project.run(&["exe", "--batch", "47", "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let wanted = [(1, "overloaded".to_owned()), (1, "ok".to_owned())];
    assert_eq!(attempts(&ran.stdout, "PRP-47.1.1"), wanted);
    assert!(ran.stdout.contains("overloaded or out of reach (529 overloaded): asked again in 5s"), "{}", ran.stdout);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
}

#[test]
fn when_the_patience_is_over_the_run_pauses_and_can_be_gone_on_with() {
    let project = project();
    project.sabotage("PRP-47.1.1", 1, OVERLOADED);
    let patience = [("BATCHPRP_AGENT_PATIENCE", "1ms".as_ref())];
    let ran = project.run_with(&["exe", "--batch", "47", "--jobs", "1"], &patience);
    assert_eq!(ran.code, Some(75), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("given up after"), "{}", ran.stdout);
    project.mend("PRP-47.1.1", 1);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 2);
}

#[test]
fn a_silence_after_the_word_that_it_waits_is_no_stall() {
    let project = project();
    let waits = r#"echo '{"kind":"retry","attempt":1,"delay_ms":10,"status":429}'; sleep 1000"#;
    project.configure("[run]\nretries = 0\nsilence = \"1s\"\ngrace = \"1s\"\n").sabotage("PRP-47.1.1", 1, waits);
    let patience = [("BATCHPRP_AGENT_PATIENCE", "1ms".as_ref())];
    let ran = project.run_with(&["exe", "--prps", "PRP-47.1.1"], &patience);
    assert_eq!(ran.code, Some(75), "{}{}", ran.stdout, ran.stderr);
    assert!(project.processes().is_empty());
    // Without that word it is one.
    let silent = self::project();
    silent.configure("[run]\nretries = 0\nsilence = \"1s\"\ngrace = \"1s\"\n");
    silent.sabotage("PRP-47.1.1", 1, "echo hm; sleep 1000");
    silent.run_with(&["exe", "--prps", "PRP-47.1.1"], &patience).exits(10);
}

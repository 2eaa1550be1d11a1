//! Runs as seen from another terminal, from the files that they leave.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::support::Test;

/// Returns one line of a journal.
fn line(seq: u64, second: u64, event: &str) -> String {
    format!(
        "{{\"schema_version\":1,\"seq\":{seq},\"at\":\"2026-11-20T10:15:{second:02}.000Z\",\"run\":\"r1\",{event}}}\n"
    )
}

fn started(pid: u32, host: &str) -> String {
    format!(
        r#""event":"run_started","command":"exe","batch":47,"pid":{pid},"host":"{host}","argv":["batchprp","exe","--batch","47"],"jobs":2"#
    )
}

const GRAPH: &str = r#""event":"graph","items":[{"id":"PRP-47.1.1","title":"Api","name":"PRP-47.1.1-api","stage":1,"phases":1,"hours":1.0},{"id":"PRP-47.2.1","title":"Auth","name":"PRP-47.2.1-auth","stage":2,"phases":2,"hours":1.0}],"stages":{"1":["PRP-47.1.1"],"2":["PRP-47.2.1"]},"edges":[{"from":"PRP-47.1.1","to":"PRP-47.2.1","reason":"explicit"}],"critical_path":["PRP-47.1.1","PRP-47.2.1"],"bound_hours":2.0"#;

fn journal(test: &Test, pid: u32, host: &str) -> String {
    let mut written = line(1, 0, &started(pid, host));
    written += &line(2, 1, GRAPH);
    written += &line(3, 2, r#""event":"item_started","item":"PRP-47.1.1","stage":1,"attempt":1"#);
    written += &line(4, 3, r#""event":"phase_started","item":"PRP-47.1.1","phase":1,"title":"Do \u001b[2Jit","of":1"#);
    test.write(".ce/tmp/runs/r1/events.jsonl", &written);
    written
}

fn finish(test: &Test, mut written: String) {
    written += &line(
        5,
        20,
        r#""event":"item_finished","item":"PRP-47.1.1","status":"completed","outcome":{"status":"completed","note":null,"score":9.1},"reason":"","duration":18.0"#,
    );
    written += &line(
        6,
        21,
        r#""event":"item_finished","item":"PRP-47.2.1","status":"blocked","outcome":null,"reason":"waits for PRP-9","duration":0.0"#,
    );
    written += &line(
        7,
        22,
        r#""event":"run_finished","totals":{"completed":1,"blocked":1},"exit_code":10,"resume":"batchprp exe --batch 47","next":[]"#,
    );
    test.write(".ce/tmp/runs/r1/events.jsonl", written + "{\"schema_version\":1,\"se");
}

#[test]
fn without_a_run_nothing_is_matched() {
    Test::new().run(["status"]).expect_code(4).expect_stderr("there is no run yet");
}

#[test]
fn an_interrupted_run_is_told_from_a_finished_one() {
    let test = Test::new();
    // No process has this number: the kernel's largest is 2^22.
    let written = journal(&test, 2_000_000_000, &hostname());
    let shown = test.run(["status", "47"]).expect_code(0).stdout;
    for part in [
        "BATCH 47: exe",
        "Stage 1 [1/2]",
        "(waiting for PRP-47.1.1)",
        "was interrupted; go on with: batchprp exe --batch 47",
    ] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    assert!(!shown.contains('\x1b'));
    test.run(["stop"]).expect_code(4).expect_stderr("not at work");
    test.run(["watch"]).expect_code(10).expect_stderr("was interrupted");

    finish(&test, written);
    let shown = test.run(["status"]).expect_code(0).stdout;
    assert!(shown.contains("1 completed") && shown.contains("1 blocked") && shown.contains("exit code 10"), "{shown}");
    assert_eq!(test.run(["status", "--json"]).expect_code(0).json()["state"], "ended");
    test.run(["watch", "r1"]).expect_code(10).expect_stdout("PRP-47.1.1-api phase 1/1");
    test.run(["replay", "r1"]).expect_code(0).expect_stdout("batchprp exe --batch 47");
    let json = test.run(["replay", "latest", "--json"]).expect_code(0).stdout;
    assert_eq!(json.lines().count(), 7);
    test.run(["status", "48"]).expect_code(4).expect_stderr("no run of batch 48");
}

#[test]
fn logs_show_events_or_the_transcripts_of_an_item_without_steering_the_terminal() {
    let test = Test::new();
    let written = journal(&test, 2_000_000_000, &hostname());
    finish(&test, written);
    test.write(".ce/tmp/runs/r1/PRP-47.1.1/a1/transcript.jsonl", "{\"say\":\"hi \x1b[31m\"}\n");
    let events = test.run(["logs", "r1"]).expect_code(0).stdout;
    assert!(events.contains("10:15:03") && !events.contains('\x1b'), "{events}");
    let transcript = test.run(["logs", "r1", "47.1.1"]).expect_code(0).stdout;
    assert!(transcript.contains("a1/transcript.jsonl") && transcript.contains("\\u{1b}[31m"), "{transcript}");
    test.run(["logs", "r1", "47.9.9"]).expect_code(4).expect_stderr("PRP-47.1.1");
}

/// Sleeps for a minute and hears SIGINT, also where whoever started the tests ignores it.
fn sleeper() -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.args(["--default-signal=INT", "sleep", "60"]);
        return command;
    }
    let mut command = Command::new("sleep");
    command.arg("60");
    command
}

#[test]
fn stop_signals_the_orchestrator_and_nobody_else() {
    let test = Test::new();
    let mut child = sleeper().stdout(Stdio::null()).spawn().expect("sleep");
    let now = jiff_now();
    let old = line(1, 0, &started(child.id(), &hostname()));
    // The run is older than the process: its number was given away again.
    test.write(".ce/tmp/runs/r1/events.jsonl", &old);
    test.run(["stop"]).expect_code(4);
    assert!(child.try_wait().expect("a child").is_none(), "a stranger was killed");
    // A run of another machine is left alone.
    let elsewhere = old.replace("2026-11-20T10:15:00.000Z", &now).replace(&hostname(), "elsewhere");
    test.write(".ce/tmp/runs/r1/events.jsonl", elsewhere);
    test.run(["stop"]).expect_code(4).expect_stderr("elsewhere");
    // This one is it.
    test.write(".ce/tmp/runs/r1/events.jsonl", old.replace("2026-11-20T10:15:00.000Z", &now));
    let waiter = std::thread::spawn(move || child.wait());
    test.run(["stop", "--wait", "10s"]).expect_code(0).expect_stdout("is stopped");
    assert!(!waiter.join().expect("a thread").expect("an end").success());
}

fn hostname() -> String {
    let output = Command::new("hostname").output();
    let named =
        output.ok().filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    named.unwrap_or_else(|| std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned())
}

fn jiff_now() -> String {
    (jiff::Timestamp::now() + Duration::from_secs(1)).to_string()
}

#[test]
fn reports_and_figures_of_a_run_are_written_where_asked() {
    let test = Test::new();
    test.write(".ce/tmp/runs/20261120-101500-1/events.jsonl", include_str!("../report/run.jsonl"));
    test.run(["report", "latest", "--html", "run.html", "--junit", "run.xml", "--md", "run.md"]).expect_code(0);
    assert!(test.read("run.html").starts_with("<!doctype html>"));
    assert!(test.read("run.xml").contains("testsuites"));
    assert!(test.read("run.md").starts_with("# exe of batch 47"));
    test.run(["report", "latest", "--github"]).expect_code(0).expect_stdout("::error title=");
    test.run(["report", "2026"]).expect_code(0).expect_stdout("For a person:");

    let figures = test.run(["report", "latest", "--json"]).expect_code(0).stdout;
    test.write(".ce/completed-batches/batch-47-execute-1.json", figures.replace("2026-11-20T", "2020-11-20T"));
    test.run(["analyze", "47"]).expect_code(0).expect_stdout("Batch 47: 4 PRPs, 3 stages, 1.3× parallelism");
    test.run(["analyze"]).expect_code(0).expect_stdout("2,816");
    let file = ".ce/completed-batches/batch-47-execute-1.json";
    assert_eq!(test.run(["analyze", file, "--json"]).expect_code(0).json()["metrics"]["batch_id"], 47);
    test.run(["trend"]).expect_code(0).expect_stdout("exe: 1 run");
    test.run(["trend", "--weeks", "1"]).expect_code(4);
    test.run(["analyze", "48"]).expect_code(4);
}

#[test]
fn a_graph_of_a_plan_or_a_batch_and_a_circle_with_its_places() {
    let test = Test::new();
    let phase = |n: u8, after: &str, file: &str| {
        format!(
            "### Phase {n}: P{n}\n\n**Goal**: g\n\n**Estimated Hours**: 1\n\n**Complexity**: low\n\n**Files Modified**:\n- `{file}`\n\n**Dependencies**: {after}\n\n**Implementation Steps**:\n1. do\n\n**Validation Gates**:\n- L1: `true`\n\n"
        )
    };
    let plan = |first: &str| format!("# T\n\n## Phases\n\n{}{}", phase(1, first, "a.rs"), phase(2, "Phase 1", "b.rs"));
    test.write("PLAN.md", plan("None"));
    let json = test.run(["graph", "PLAN.md", "--json"]).expect_code(0).json();
    assert_eq!(json["stages"]["2"][0], "2");
    test.run(["graph", "PLAN.md", "--format", "mermaid"]).expect_code(0).expect_stdout("flowchart");
    test.write("ROUND.md", plan("Phase 2"));
    let error = test.run(["graph", "ROUND.md"]).expect_code(5).stderr;
    assert!(error.contains("ROUND.md:") && error.contains("in a circle"), "{error}");
    let json = test.run(["graph", "ROUND.md", "--json"]).expect_code(5).json();
    assert_eq!(json["has_cycles"], true);
    test.run(["graph"]).expect_code(2);

    let prp = |id: &str, after: &str| {
        format!(
            "---\nprp_id: {id}\ntitle: T\ndependencies: [{after}]\n---\n# {id}: T\n\n## Implementation\n\n### Phase 1: One\n\nDo it.\n"
        )
    };
    test.write("PRPs/executed/PRP-9.1.1-a.md", prp("PRP-9.1.1", ""));
    test.write("PRPs/feature-requests/PRP-9.2.1-b.md", prp("PRP-9.2.1", "PRP-9.1.1"));
    test.write("PRPs/feature-requests/PRP-8.1.1-c.md", prp("PRP-8.1.1", ""));
    let json = test.run(["graph", "--batch", "9", "--json"]).expect_code(0).json();
    assert_eq!(json["sorted_order"], serde_json::json!(["PRP-9.1.1", "PRP-9.2.1"]));
    test.run(["graph", "--batch", "7"]).expect_code(4);
}

#[test]
fn a_run_is_named_in_the_same_way_everywhere() {
    let test = Test::new();
    let journal = include_str!("../report/run.jsonl");
    for id in ["20261120-101500-1", "20261120-101500-2"] {
        test.write(format!(".ce/tmp/runs/{id}/events.jsonl"), journal.replace("20261120-101500-1", id));
    }
    for command in ["status", "analyze", "logs", "report", "replay"] {
        for word in ["latest", "latest:exe", "20261120-101500-1", "47"] {
            test.run([command, word]).expect_code(0);
        }
        let refused = test.run([command, "20261120"]).expect_code(4);
        refused
            .expect_stderr("several runs begin with `20261120`")
            .expect_stderr("20261120-101500-2, 20261120-101500-1");
    }
    test.run(["status", "48"]).expect_code(4).expect_stderr("there is no run of batch 48");
    test.run(["status", "--batch", "47"]).expect_code(0);
    test.run(["status", "--batch", "48"]).expect_code(4).expect_stderr("there is no run of batch 48");
}

#[test]
fn what_agents_wrote_is_read_as_a_dialogue_or_line_by_line() {
    let test = Test::new();
    let run = ".ce/tmp/runs/20261120-101500-1";
    test.write(format!("{run}/events.jsonl"), include_str!("../report/run.jsonl"));
    let line = r#"{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":"make test"}}]}}"#;
    test.write(format!("{run}/PRP-47.1.1/a1/p1/transcript.jsonl"), format!("{line}\n"));
    test.run(["logs", "47.1.1"]).expect_code(0).expect_stdout("\n$ make test\n");
    test.run(["logs", "47.1.1", "--raw"]).expect_code(0).expect_stdout(line);
    let json = test.run(["logs", "47.1.1", "--json"]).expect_code(0).json();
    assert_eq!((&json["item"], &json["line"]), (&"PRP-47.1.1".into(), &line.into()), "{json}");
    assert!(json["file"].as_str().is_some_and(|file| file.ends_with("/p1/transcript.jsonl")), "{json}");
    test.write(format!("{run}/PRP-47.1.1/checks/p1-l3-1-2-1.log"), "red\n");
    let said = test.run(["logs", "47.1.1", "--checks"]).expect_code(0);
    said.expect_stdout("p1-l3-1-2-1.log (phase 1, level 3, command 1: output 1, run 2 on the same files)");
    // Nobody wrote anything for this one: its part of the journal says why.
    let told = test.run(["logs", "latest", "47.2.1"]).expect_code(0);
    assert!(told.stderr.contains("no agent wrote anything for `PRP-47.2.1`"), "{}", told.stderr);
    assert!(
        told.stdout.lines().count() > 1 && told.stdout.lines().all(|line| line.contains("PRP-47.2.1")),
        "{}",
        told.stdout
    );
    let more = test.run(["logs", "latest", "-v"]).expect_code(0).stdout;
    assert!(more.contains("attempt ended: ok") && more.contains("level 1 passed"), "{more}");
}

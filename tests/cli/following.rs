//! A run of a team's script from its start, followed and ended from outside.

#[cfg(target_os = "linux")]
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use super::support::Test;

const SLEEP: &str = r#"//! Sleeps.

const ABOUT = "Sleep in three items";
const ARGS = #{ seconds: #{ type: "float", initial: 0.1 } };

fn main(args) {
    let dag = dag::analyze([
        #{ id: "A", title: "First" },
        #{ id: "B", title: "Second", dependencies: ["A"] },
        #{ id: "C", title: "Third", dependencies: ["A"] },
    ]);
    let seconds = args.seconds.to_string();
    dag.run(#{ command: "nap", jobs: 2, retries: 0, merge: false, level: 1 }, |item| {
        process::run(#{ argv: ["sleep", seconds] });
        if item.id == "C" { throw "no luck" }
        outcome::completed("slept")
    })
}
"#;

fn project() -> Test {
    let test = Test::with_git();
    test.write(".ce/commands/nap.rhai", SLEEP);
    test
}

#[test]
fn a_run_tells_its_states_its_result_and_the_next_command() {
    let test = project();
    let output = test.run(["nap", "--junit", "out.xml"]).expect_code(10);
    for part in [
        "A started (stage 1)",
        "B ✓ completed",
        "C ✗ failed",
        "no luck (at .ce/commands/nap.rhai:15",
        "2 completed, 0 partial, 1 failed",
    ] {
        assert!(output.stdout.contains(part), "no {part} in {}", output.stdout);
    }
    assert!(output.stdout.trim_end().ends_with("batchprp nap --junit out.xml"), "{}", output.stdout);
    assert!(test.read("out.xml").contains(r#"errors="1""#));
    test.run(["analyze"]).expect_code(0).expect_stdout("2 of 3 items completed");
    test.run(["trend"]).expect_code(0).expect_stdout("nap: 1 run");
}

#[test]
fn json_is_one_event_per_line_and_nothing_else() {
    let test = project();
    let output = test.run(["nap", "--json"]).expect_code(10);
    let kinds: Vec<String> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["event"].to_string())
        .collect();
    assert_eq!(kinds.first().map(String::as_str), Some("\"run_started\""));
    assert!(kinds.contains(&"\"run_finished\"".to_owned()), "{kinds:?}");
    assert_eq!(output.stderr, "");
}

#[test]
fn quiet_says_the_result_only() {
    let output = project().run(["nap", "-q"]).expect_code(10);
    assert!(!output.stdout.contains("started") && output.stdout.contains("Total: 3 items"), "{}", output.stdout);
}

#[test]
fn a_detached_run_is_followed_and_ended_from_elsewhere() {
    let test = project();
    let started = test.run(["nap", "--seconds", "30", "--detach", "--json"]).expect_code(0).json();
    let run = started["run"].as_str().expect("a run").to_owned();
    assert_eq!(test.run(["status", "--json"]).expect_code(0).json()["state"], "running");
    test.run(["status"]).expect_code(0).expect_stdout("is at work");
    test.run(["stop", &run, "--wait", "20s"]).expect_code(0).expect_stdout("batchprp nap --seconds 30");
    assert_eq!(test.run(["status", "--run", &run, "--json"]).expect_code(0).json()["exit_code"], 130);
    test.run(["watch", &run]).expect_code(130);
}

/// Returns how often the threads of a process went to sleep so far.
#[cfg(target_os = "linux")]
fn naps(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("threads").flatten();
    let status = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let count = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).map(str::to_owned);
        line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
    };
    status.map(count).sum()
}

/// Reads what a process says until a text comes.
#[cfg(target_os = "linux")]
fn until(out: &mut impl BufRead, wanted: &str) {
    let mut line = String::new();
    while !line.contains(wanted) {
        line.clear();
        assert!(out.read_line(&mut line).expect("text") > 0, "no `{wanted}`");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_follows_a_silent_run_sleeps_and_hears_when_it_is_killed() {
    let test = project();
    let started = test.run(["nap", "--seconds", "600", "--detach", "--json"]).expect_code(0).json();
    let pid = started["pid"].as_u64().expect("a process").to_string();
    for follow in [vec!["logs", "-f"], vec!["watch", "--progress", "lines"]] {
        let mut child = test.command(&follow).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        until(&mut out, "A started");
        // What it does after the line comes to rest; then nothing wakes it.
        let mut before = naps(child.id());
        let rests = (0..20).any(|_| {
            std::thread::sleep(Duration::from_millis(700));
            let now = naps(child.id());
            std::mem::replace(&mut before, now) == now
        });
        assert!(rests, "{follow:?} wakes up although nothing happens");
        if follow[0] == "watch" {
            assert!(Command::new("kill").args(["-9", &pid]).status().expect("kill").success());
            assert_eq!(child.wait().expect("an end").code(), Some(10), "interrupted");
        } else {
            child.kill().expect("killed");
            child.wait().expect("an end");
        }
    }
    test.run(["logs", "-f"]).expect_code(0).expect_stdout("A started");
}

#[test]
fn a_detached_command_that_cannot_start_says_why() {
    let test = Test::with_git();
    test.write(".ce/commands/bad.rhai", "//! Bad.\nconst ABOUT = \"Bad\";\nfn main(args) { throw \"no input\" }\n");
    test.run(["bad", "--detach"]).expect_code(6).expect_stderr("no input");
}

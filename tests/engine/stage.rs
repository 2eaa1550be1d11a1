//! Runs with the scripted agent, and what the journal says about them.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{Project, Ran};

/// A project whose PRPs have no gates of their own, for the scripted agent.
pub(crate) fn staged(ids: &[&str], phases: u32) -> Project {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\n");
    for id in ids {
        project.prp(id, &[], &[], phases);
    }
    project.commit("PRPs");
    project
}

/// Returns a command with the scripted agent; `script` is the value of its `items`.
pub(crate) fn faked(project: &Project, script: &str, arguments: &[&str]) -> Command {
    let file = project.tools().join("fake.json");
    fs::write(&file, format!(r#"{{"items": {script}}}"#)).expect("script");
    let mut command = project.command(arguments);
    command.args(["--agent", "fake"]).env("BATCHPRP_FAKE", file);
    command.env("BATCHPRP_FAKE_LEDGER", project.tools().join("fake.ledger"));
    command
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command) -> Ran {
    ended(command.spawn().expect("batchprp starts"))
}

pub(crate) fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().expect("ends");
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Returns the calls that the scripted agent noted, such as `PRP-47.1.1:1@1`.
pub(crate) fn calls(project: &Project) -> Vec<String> {
    let text = fs::read_to_string(project.tools().join("fake.ledger")).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("ledger"));
    let started = lines.filter(|call| call["event"] == "start");
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    started.map(|c| format!("{}:{}@{}", word(&c["item"]), word(&c["phase"]), word(&c["attempt"]))).collect()
}

/// Returns the folder of the latest run.
pub(crate) fn run_folder(project: &Project) -> Option<PathBuf> {
    let entries = fs::read_dir(project.root().join(".ce/tmp/runs")).ok()?.flatten();
    entries.map(|entry| entry.path()).max()
}

/// Returns the events of the latest run.
pub(crate) fn events(project: &Project) -> Vec<Value> {
    let folder = run_folder(project).unwrap_or_default();
    let text = fs::read_to_string(folder.join("events.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Returns the events of one kind.
pub(crate) fn told(project: &Project, kind: &str) -> Vec<Value> {
    events(project).into_iter().filter(|event| event["event"] == kind).collect()
}

/// Returns how an item ended.
pub(crate) fn status(project: &Project, item: &str) -> String {
    let last = told(project, "item_finished").into_iter().rfind(|event| event["item"] == item);
    last.map(|event| event["status"].as_str().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(40), "never came: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Returns the last line that a run said to its user.
pub(crate) fn last_line(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr).lines().last().unwrap_or_default().to_owned()
}

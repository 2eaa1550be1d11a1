//! A run followed and steered from other processes.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::project::Project;
use crate::stage::{calls, ended, faked, finish, run_folder, staged, told, until};

const SLOW: &str = r#"{"*": [{"do": "work", "seconds": 60}]}"#;
const BRIEF: &str = r#"{"*": [{"do": "work", "seconds": 2}, {"do": "write", "files": {"out/a.txt": "a\n"}}]}"#;

fn json(project: &Project, arguments: &[&str]) -> Value {
    let ran = project.run(arguments).exits(0);
    serde_json::from_str(&ran.stdout).expect("one document of JSON")
}

/// Starts a run in the background and returns its id.
fn detached(project: &Project, script: &str) -> String {
    let ran = finish(faked(project, script, &["exe", "--batch", "47", "--detach"])).exits(0);
    let run =
        ran.stdout.lines().find_map(|line| line.strip_prefix("batchprp status --run ")).expect("the next command");
    let run = run.to_owned();
    assert!(project.root().join(".ce/tmp/runs").join(&run).join("events.jsonl").exists());
    run
}

#[test]
fn a_detached_run_is_seen_followed_and_stopped_from_elsewhere() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 1);
    let run = detached(&project, SLOW);
    until("two agents", || calls(&project).len() == 2);
    let state = json(&project, &["status", "--run", &run, "--json"]);
    assert_eq!((state["state"].as_str(), state["run"].as_str()), (Some("running"), Some(run.as_str())));
    assert_eq!(state["items"][0]["status"], "running");
    project.run(&["status", "47"]).exits(0).says("PRP-47.1.1").says(&format!("batchprp stop {run}"));

    let pid = i32::try_from(state["pid"].as_i64().expect("pid")).expect("pid");
    kill(Pid::from_raw(pid), Signal::SIGHUP).expect("signal");
    let follow = project.command(&["logs", &run, "--follow"]).spawn().expect("starts");
    let watch = project.command(&["watch", &run]).spawn().expect("starts");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(json(&project, &["status", "--json"])["state"], "running", "a closed terminal does not end it");

    project.run(&["stop", &run]).exits(0).says("is stopped").says("batchprp exe --batch 47");
    ended(follow).exits(0).says("PRP-47.1.1");
    ended(watch).exits(130);
    assert_eq!(project.processes(), Vec::<u32>::new());
    assert_eq!(json(&project, &["status", "--json"])["state"], "ended");
    project.run(&["stop", &run]).exits(4);
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(0);
}

#[test]
fn watch_ends_with_the_exit_code_of_the_run() {
    let project = staged(&["PRP-47.1.1"], 1);
    let run = detached(&project, BRIEF);
    let follow = project.command(&["logs", &run, "--follow", "--json"]).spawn().expect("starts");
    project.run(&["watch", "--batch", "47"]).exits(0).says("PRP-47.1.1");
    let folder = project.root().join(".ce/tmp/runs").join(&run);
    assert!(folder.join("terminal.log").exists(), "what it says is kept beside its journal");
    let lines = ended(follow).exits(0).stdout;
    assert!(lines.lines().any(|line| line.contains("\"run_finished\"")), "{lines}");
    project.run(&["logs", &run, "PRP-47.1.1"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 1);
}

#[test]
fn what_goes_wrong_before_the_run_begins_is_said_at_once() {
    let project = staged(&["PRP-47.1.1"], 1);
    finish(faked(&project, "{}", &["exe", "--batch", "99", "--detach"])).exits(4).says("99");
    assert!(run_folder(&project).is_none());
    finish(faked(&project, "{}", &["exe", "--batch", "47", "--detach", "--dry-run"])).exits(0).says("Stage 1");
}

#[test]
fn a_run_in_the_foreground_is_steered_too() {
    let project = staged(&["PRP-47.1.1"], 1);
    let child = faked(&project, SLOW, &["exe", "--batch", "47"]).spawn().expect("starts");
    until("an agent", || calls(&project).len() == 1);
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(7).says("is being worked on").says("batchprp watch");
    project.run(&["stop", "--batch", "47", "--now"]).exits(0);
    ended(child).exits(130);
    assert_eq!(told(&project, "run_finished")[0]["exit_code"], 130);
}

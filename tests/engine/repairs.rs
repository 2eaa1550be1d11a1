//! Repairs: what a check found goes back to the agent within the run.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::project::{Project, Ran};
use crate::stage::{calls, events, faked, finish, status, told, until};

/// A project of one item with two phases, whose check looks for files named `bad…` in `out`.
fn checked() -> Project {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\nl3 = [\"! cat out/bad* 2>/dev/null\"]\n");
    project.prp("PRP-47.1.1", &[], &["out/"], 2).commit("PRPs");
    project
}

fn repaired(project: &Project, more: &[&str]) -> Ran {
    let mut arguments = vec!["exe", "--batch", "47"];
    arguments.extend(more);
    project.run_with(&arguments, &[("BATCHPRP_RUN_REPAIRS", OsStr::new("2"))])
}

/// Lets every call of phase 1 note what it was told, and do what stands under its number.
fn calls_of_phase_one(project: &Project, lines: &[&str]) {
    let tools = project.tools().display().to_string();
    let mut text = format!("n=$(($(cat {tools}/n 2>/dev/null || echo 0) + 1)); echo $n > {tools}/n\ncase $n in\n");
    for (number, line) in (1..).zip(lines) {
        writeln!(text, "{number}) {line};;").expect("text");
    }
    project.sabotage("PRP-47.1.1", 1, &(text + "esac\n"));
}

fn metrics(project: &Project) -> Value {
    serde_json::from_str(&project.read(".ce/tmp/batch-metrics-47.json")).expect("metrics")
}

#[test]
fn an_agent_that_fails_its_check_once_mends_it_in_the_same_run() {
    let project = checked();
    calls_of_phase_one(&project, &["echo wrong > out/bad", "rm out/bad"]);
    repaired(&project, &[]).exits(0).says("goes back to its agent (repair 1)");
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1", "2"]);
    let repair = &told(&project, "repair")[0];
    assert_eq!((&repair["item"], &repair["phase"], &repair["number"]), (&"PRP-47.1.1".into(), &1.into(), &1.into()));
    assert!(repair["reason"].as_str().is_some_and(|reason| reason.starts_with("L3: ")), "{repair}");
    let metrics = metrics(&project);
    assert_eq!((&metrics["repairs"], &metrics["items"][0]["repairs"]), (&1.into(), &1.into()));
    assert_eq!(metrics["items"][0]["attempts"], 1, "a repair is no attempt");
    // Both tries are checkpoints, and the prompt of the second one quotes what failed.
    let subject = "PRP-47.1.1: Phase 1 - Part 1";
    let all = project.git(&["log", "--format=%s", "main..prp-47"]);
    assert_eq!(all.lines().filter(|line| *line == subject).count(), 2, "{all}");
    let prompt =
        fs::read_to_string(crate::stage::run_folder(&project).expect("a run").join("PRP-47.1.1/a1/p1-2/prompt.md"));
    assert!(prompt.expect("a prompt").contains("Validation level 3 failed"));
}

/// What stands for Claude Code: it notes its arguments, works, and speaks as the real one does.
const CLAUDE: &str = r#"#!/bin/sh
[ "$1" != --version ] || { echo '2.1.0 (Claude Code)'; exit 0; }
cat > /dev/null
echo "$*" >> "$TOOLS/arguments"
n=$(wc -l < "$TOOLS/arguments")
mkdir -p out
echo "$n" > out/PRP-47.1.1.txt
case $n in 1) echo wrong > out/bad ;; 2) rm out/bad ;; esac
session="\"session_id\":\"session-of-call-$n\""
echo "{\"type\":\"system\",\"subtype\":\"init\",$session,\"model\":\"m\"}"
echo "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\",$session,\"num_turns\":1}"
"#;

#[test]
fn a_repair_is_sent_in_the_session_of_the_attempt_where_the_agent_can_go_on_with_one() {
    let project = checked();
    project.configure("[adapter.claude]\nenv_pass = [\"TOOLS\"]\n").commit("Claude");
    let bin = project.tools().join("bin");
    fs::create_dir(&bin).expect("a folder");
    fs::write(bin.join("claude"), CLAUDE).expect("a program");
    fs::set_permissions(bin.join("claude"), fs::Permissions::from_mode(0o755)).expect("a program");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).expect("a path");
    let set = [("PATH", path.as_os_str()), ("BATCHPRP_RUN_REPAIRS", OsStr::new("2"))];
    project.run_with(&["exe", "--batch", "47", "--agent", "claude"], &set).exits(0);
    let text = fs::read_to_string(project.tools().join("arguments")).expect("calls");
    let resumed =
        |line: &str| line.split(" --resume ").nth(1).and_then(|rest| rest.split(' ').next().map(str::to_owned));
    // The first try, its repair in that session, and the next phase in the session of the repair.
    let sessions: Vec<Option<String>> = text.lines().map(resumed).collect();
    assert_eq!(sessions, [None, Some("session-of-call-1".to_owned()), Some("session-of-call-2".to_owned())], "{text}");
    assert_eq!(told(&project, "repair").len(), 1);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]), "3");
}

#[test]
fn one_that_never_mends_stops_at_the_limit_with_its_cost_counted() {
    let project = checked();
    let script = |word: &str| {
        format!(
            r#"[{{"do":"write","files":{{"out/bad":"{word}\n"}}}}, {{"do":"usage","input":100,"output":20,"usd":0.5}}]"#
        )
    };
    // The fake agent does the same in each call; what it appends makes every failure another one.
    let steps = script("more").replace("\"files\"", "\"append\":true,\"files\"");
    let mut command = faked(&project, &format!(r#"{{"PRP-47.1.1": {steps}}}"#), &["exe", "--batch", "47"]);
    command.env("BATCHPRP_RUN_REPAIRS", "2");
    let project_check =
        "[validate]\nl2 = [\"! { test -e out/bad && seq $(wc -l < out/bad) | sed s/./x/g | tr -d '\\\\n'; }\"]\n";
    let text = project
        .read(".ce/batchprp.toml")
        .replace("l3 = [\"! cat out/bad* 2>/dev/null\"]\n", &project_check["[validate]\n".len()..]);
    project.write(".ce/batchprp.toml", &text).commit("Another check");
    finish(command).exits(10).says("2 repairs did not mend it");
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1"; 3]);
    assert_eq!(status(&project, "PRP-47.1.1"), "partial");
    let metrics = metrics(&project);
    assert_eq!((&metrics["repairs"], &metrics["cost"], &metrics["token_usage"]), (&2.into(), &1.5.into(), &360.into()));
}

#[test]
fn the_same_words_twice_end_it_at_once() {
    let project = checked();
    // Only the figures and the place differ.
    let line = "echo \"at $(date +%s.%N) $PWD/a.py:$n: wrong\" > out/bad";
    calls_of_phase_one(&project, &[line, line, line, line]);
    repaired(&project, &["--repairs", "9"]).exits(10).says("still the same after 1 repair");
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1"]);
}

#[test]
fn a_repair_that_may_go_over_the_budget_does_not_begin() {
    let project = checked();
    let steps = r#"[{"do":"write","files":{"out/bad":"wrong\n"}}, {"do":"usage","input":1,"output":1,"usd":0.6}]"#;
    let arguments = ["exe", "--batch", "47", "--max-cost", "1"];
    let mut command = faked(&project, &format!(r#"{{"PRP-47.1.1": {steps}}}"#), &arguments);
    command.env("BATCHPRP_RUN_REPAIRS", "2");
    finish(command).exits(10).says("not repaired: $0.60 of $1.00 are spent");
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1"]);
    assert_eq!(metrics(&project)["cost"], 0.6);
}

#[test]
fn what_an_agent_says_of_its_repair_proves_nothing() {
    let project = checked();
    // It claims to be done and leaves the worktree as it is.
    let quiet = "echo '{\"status\":\"success\",\"output\":{\"files\":[\"out/bad\"],\"errors\":[]}}' > \"$BATCHPRP_RESULT\"; exit 0";
    calls_of_phase_one(&project, &["echo wrong > out/bad", quiet]);
    repaired(&project, &[]).exits(10).says("the repair has nothing to show");
    assert_eq!(status(&project, "PRP-47.1.1"), "partial");
    // Nor does the word that nothing had to be done: the check says the same again.
    let project = checked();
    let idle = "echo '{\"status\":\"success\",\"output\":{\"files\":[],\"errors\":[],\"no_changes\":\"it is right\"}}' > \"$BATCHPRP_RESULT\"; exit 0";
    calls_of_phase_one(&project, &["echo wrong > out/bad", idle]);
    repaired(&project, &[]).exits(10).says("still the same after 1 repair");
    assert_eq!(status(&project, "PRP-47.1.1"), "partial");
}

#[test]
fn a_run_that_is_killed_during_a_repair_goes_on() {
    let project = checked();
    let hold = project.tools().join("hold").display().to_string();
    let wait = format!("touch {hold}; while [ -e {hold} ]; do sleep 0.05; done");
    calls_of_phase_one(&project, &["echo wrong > out/bad", &wait, "rm out/bad"]);
    let mut command = project.command(&["exe", "--batch", "47"]);
    command.env("BATCHPRP_RUN_REPAIRS", "2");
    let mut child = command.spawn().expect("starts");
    until("the repair", || project.tools().join("hold").exists());
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    fs::remove_file(&hold).expect("free");
    repaired(&project, &[]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1", "1", "2"]);
    assert_eq!(told(&project, "repair").len(), 1);
    assert_eq!(project.processes(), Vec::<u32>::new());
}

#[test]
fn what_a_refused_merge_showed_is_mended_on_the_branch_of_the_item() {
    for own in [false, true] {
        let project = Project::new();
        let line = "! { grep -q new a.txt && grep -q old b.txt; } 2>/dev/null";
        let key = if own { "merge" } else { "l3" };
        project.configure(&format!("[validate]\ngates = \"ignore\"\n{key} = [\"{line}\"]\n"));
        project.prp("PRP-47.1.1", &[], &["a.txt"], 1).prp("PRP-47.1.2", &[], &["b.txt"], 2).commit("PRPs");
        project.sabotage("PRP-47.1.1", 1, "echo new > a.txt");
        project.sabotage("PRP-47.1.2", 1, "await merge PRP-47.1.1; echo old > b.txt");
        // Mends it only where it sees the work of the other one.
        project.sabotage("PRP-47.1.2", 2, "if [ -e a.txt ]; then echo mended > b.txt; fi");
        let before = project.fingerprint();
        repaired(&project, &["--jobs", "2"]).exits(0);
        assert_eq!(project.calls_of("PRP-47.1.2"), ["1", "2", "2"], "own commands for merges: {own}");
        let rejected = events(&project).iter().position(|e| e["event"] == "merge_rejected").expect("refused");
        let repair = events(&project).iter().position(|e| e["event"] == "repair").expect("repaired");
        assert!(rejected < repair);
        assert_eq!(project.git(&["show", "prp-47:b.txt"]), "mended");
        assert_eq!(project.merges("prp-47").len(), 2);
        assert_eq!(project.fingerprint(), before);
    }
}

#[test]
fn a_merge_that_stays_refused_ends_the_item() {
    let project = Project::new();
    let line = "! { grep -q new a.txt && grep -q old b.txt; } 2>/dev/null";
    project.configure(&format!("[validate]\ngates = \"ignore\"\nl3 = [\"{line}\"]\n"));
    project.prp("PRP-47.1.1", &[], &["a.txt"], 1).prp("PRP-47.1.2", &[], &["b.txt"], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "echo new > a.txt");
    project.sabotage("PRP-47.1.2", 1, "await merge PRP-47.1.1; echo old > b.txt");
    repaired(&project, &["--jobs", "2"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.2"), "partial");
    assert_eq!(project.merges("prp-47").len(), 1);
    assert!(project.calls_of("PRP-47.1.2").len() <= 3, "{:?}", project.calls_of("PRP-47.1.2"));
}

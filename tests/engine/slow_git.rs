//! A git that takes its time delays nobody else: the loop goes on, and a stop does not wait for it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::project::Project;
use crate::stage::{faked, staged, until};

/// Hands everything to the real git, after a wait where a file with the name of the subcommand says so; writes down
/// which subcommands there were.
const WRAPPER: &str = r#"#!/bin/sh
skip=0
for word in "$@"; do
    if [ $skip = 1 ]; then skip=0; continue; fi
    case "$word" in -c) skip=1 ;; -*) ;; *) verb="$word"; break ;; esac
done
echo "$verb" >> "$SLOW/log"
[ -e "$SLOW/armed/$verb" ] || [ -e "$SLOW/armed/all" ] && echo "$verb" >> "$SLOW/waited" && sleep "$(cat "$SLOW/seconds")"
exec "$REAL_GIT" "$@"
"#;

/// Puts the wrapper before the real git; it waits for nothing yet.
fn slowed(project: &Project, mut command: Command, seconds: f64) -> Command {
    let slow = project.tools().join("slow");
    fs::create_dir_all(slow.join("armed")).expect("folder");
    fs::write(slow.join("seconds"), seconds.to_string()).expect("seconds");
    let wrapper = slow.join("git");
    fs::write(&wrapper, WRAPPER).expect("wrapper");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&wrapper, mode).expect("executable");
    let path = std::env::var("PATH").expect("PATH");
    let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.exists());
    command.env("REAL_GIT", real.expect("git")).env("SLOW", &slow).env("PATH", format!("{}:{path}", slow.display()));
    command
}

fn arm(project: &Project, verb: &str) {
    fs::write(project.tools().join("slow/armed").join(verb), "").expect("armed");
}

fn lines(project: &Project, file: &str) -> Vec<String> {
    let text = fs::read_to_string(project.tools().join("slow").join(file)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Two items that work, and one that says ten times a second that it does.
const SCRIPT: &str = r#"{
    "PRP-47.1.1": [{"do": "work", "seconds": 600}],
    "*": [{"do": "write", "files": {"out/new.txt": "new\n"}}, {"do": "succeed"}]
}"#;

/// Runs a batch with one slow subcommand, from when the first agent works, until that was waited for `waits` times.
/// Returns the longest time in which nothing was heard of the first agent; `None` when the subcommand is not used then.
fn longest_silence(verb: &str, seconds: f64, waits: usize) -> Option<f64> {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], 1);
    let command = faked(&project, SCRIPT, &["exe", "--batch", "47", "--jobs", "2", "--json", "--no-auto-review"]);
    let mut command = slowed(&project, command, seconds);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    let mut heard: Vec<f64> = Vec::new();
    let (mut left, mut settled) = (waits, None);
    for line in BufReader::new(child.stdout.take().expect("output")).lines().map_while(Result::ok) {
        let Ok(event) = serde_json::from_str::<Value>(&line) else { continue };
        let is_first = event["item"] == "PRP-47.1.1";
        match event["event"].as_str() {
            Some("attempt_started") if is_first => arm(&project, verb),
            Some("progress") if is_first => {
                heard.push(seconds_of(&event["at"]));
                let waited = lines(&project, "waited").len();
                if waited >= waits {
                    left = 0;
                }
                let others = lines(&project, "log").iter().filter(|verb| *verb == "update-ref").count();
                settled.get_or_insert((Instant::now(), others));
                // Everything that the other items do is over, or the subcommand was waited for often enough.
                let (since, before) = settled.expect("set");
                if before != others {
                    settled = Some((Instant::now(), others));
                }
                let is_over = left == 0 || since.elapsed() > Duration::from_secs_f64(seconds + 3.0);
                if is_over {
                    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL).expect("killed");
                }
            }
            _ => {}
        }
    }
    child.wait().expect("ends");
    for pid in project.processes() {
        kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).ok();
    }
    let gaps = heard.windows(2).map(|pair| pair[1] - pair[0]);
    (!lines(&project, "waited").is_empty()).then(|| gaps.fold(0.0, f64::max))
}

/// Reads the seconds within the hour; a test does not run over its end twice.
fn seconds_of(at: &Value) -> f64 {
    let text = at.as_str().expect("a time");
    let number = |range: std::ops::Range<usize>| text[range].parse::<f64>().expect("a number");
    number(11..13) * 3600.0 + number(14..16) * 60.0 + number(17..23)
}

#[test]
fn while_git_fills_a_workspace_or_merges_the_others_are_heard() {
    for verb in ["read-tree", "update-ref"] {
        let silence = longest_silence(verb, 2.0, 2).expect(verb);
        assert!(silence < 1.0, "{silence} s without a word while `git {verb}` took 2 s");
    }
}

#[test]
#[ignore = "each subcommand slow by five seconds, some minutes: cargo test --test engine -- --ignored whatever_git_does"]
fn whatever_git_does_slowly_the_others_are_heard_within_a_quarter_of_a_second() {
    let project = staged(&["PRP-47.1.1"], 1);
    let command = faked(
        &project,
        r#"{"*": [{"do": "write", "files": {"a": "b"}}, {"do": "succeed"}]}"#,
        &["exe", "--batch", "47"],
    );
    crate::stage::finish(slowed(&project, command, 0.0)).exits(0);
    let mut verbs = lines(&project, "log");
    verbs.sort();
    verbs.dedup();
    let mut tried = Vec::new();
    for verb in verbs {
        if let Some(silence) = longest_silence(&verb, 5.0, 3) {
            assert!(silence < 0.25, "{silence} s without a word while `git {verb}` took 5 s");
            tried.push((verb, silence));
        }
    }
    assert!(tried.len() >= 4, "{tried:?}");
    eprintln!("{tried:?}");
}

fn interrupted(mut child: Child) -> (Option<i32>, Duration) {
    let asked = Instant::now();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).expect("signal");
    let status = child.wait().expect("ends");
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    // A program that is ended by the signal itself, before it listens, is the same to every shell.
    (status.code().or(signal.map(|signal| 128 + signal)), asked.elapsed())
}

#[test]
fn a_stop_while_git_opens_or_closes_a_run_waits_for_nobody() {
    let write = r#"{"*": [{"do": "write", "files": {"a": "b"}}, {"do": "succeed"}]}"#;
    // Every passing of git is slow, from the start: reading what git knows, opening, making a workspace.
    for wait in [0.3, 1.2, 2.4, 5.0] {
        let project = staged(&["PRP-47.1.1"], 1);
        let mut command = slowed(&project, faked(&project, write, &["exe", "--batch", "47"]), 0.7);
        arm(&project, "all");
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_secs_f64(wait));
        let (code, took) = interrupted(child);
        assert!(took < Duration::from_millis(1500), "{took:?} after {wait} s");
        assert_eq!(code, Some(130), "after {wait} s");
        crate::stage::finish(faked(&project, write, &["exe", "--batch", "47"])).exits(0);
        assert_eq!(project.merges("prp-47").len(), 1);
    }
    // The last thing that a run does with git.
    let project = staged(&["PRP-47.1.1"], 1);
    let mut command = slowed(&project, faked(&project, write, &["exe", "--batch", "47"]), 30.0);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    until("the merge", || crate::stage::told(&project, "merge").len() == 1);
    arm(&project, "all");
    until("git is slow", || lines(&project, "waited").len() + usize::from(!alive(&child)) > 0);
    let (code, took) = interrupted(child);
    assert!(took < Duration::from_millis(1500), "{took:?}");
    assert!(code == Some(130) || code == Some(0), "{code:?}");
    assert_eq!(project.merges("prp-47").len(), 1);
}

fn alive(child: &Child) -> bool {
    fs::read_to_string(format!("/proc/{}/stat", child.id())).is_ok_and(|stat| !stat.contains(") Z "))
}

//! Signals, and that nothing survives them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::project::Project;
use crate::stage::{calls, ended, faked, last_line, staged, told, until};

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("signal");
}

/// Agents that ignore the word to stop, leave their session, or fork twice.
const STUBBORN: &str = r#"{
    "PRP-47.1.1": [{"do": "ignore_term"}, {"do": "stall"}],
    "PRP-47.1.2": [{"do": "orphan", "seconds": 600}, {"do": "sleep", "seconds": 600}],
    "PRP-47.1.3": [{"do": "orphan", "seconds": 600, "double": true}, {"do": "sleep", "seconds": 600}]
}"#;

fn stubborn(grace: &str) -> (Project, Child) {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], 1);
    project.configure(&format!("[run]\ngrace = \"{grace}\"\n"));
    let child = faked(&project, STUBBORN, &["exe", "--batch", "47"]).spawn().expect("starts");
    until("three agents", || calls(&project).len() == 3);
    until("two orphans", || project.processes().len() >= 5);
    (project, child)
}

#[test]
fn ctrl_c_ends_every_agent_within_the_grace_period_and_two_seconds() {
    let (project, child) = stubborn("1s");
    let asked = Instant::now();
    send(&child, Signal::SIGINT);
    let ran = ended(child).exits(130);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(project.processes(), Vec::<u32>::new());
    assert!(last_line(&ran).ends_with("batchprp exe --batch 47 --agent fake"), "{}", last_line(&ran));
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let (project, child) = stubborn("60s");
    send(&child, Signal::SIGINT);
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    send(&child, Signal::SIGINT);
    ended(child).exits(130);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    assert_eq!(project.processes(), Vec::<u32>::new());
}

#[test]
fn agents_hear_of_ctrl_c_within_a_tenth_of_a_second() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    for id in ["PRP-47.1.1", "PRP-47.1.2"] {
        let lines = "trap 'date +%s.%N > $TOOLS/heard.$BATCHPRP_ITEM; exit 0' TERM INT\ntouch $TOOLS/ready.$BATCHPRP_ITEM\nsleep 60 & wait $!";
        project.sabotage(id, 1, lines);
    }
    let child = project.command(&["exe", "--batch", "47"]).spawn().expect("starts");
    let files = |prefix: &str| ["PRP-47.1.1", "PRP-47.1.2"].map(|id| project.tools().join(format!("{prefix}.{id}")));
    until("two agents", || files("ready").iter().all(|file| file.exists()));
    let sent = SystemTime::now().duration_since(UNIX_EPOCH).expect("time").as_secs_f64();
    send(&child, Signal::SIGINT);
    ended(child).exits(130);
    let heard =
        files("heard").map(|file| fs::read_to_string(file).expect("heard").trim().parse::<f64>().expect("time"));
    let soonest = heard.iter().fold(f64::MAX, |a, b| a.min(*b)) - sent;
    assert!(soonest < 0.1, "after {soonest} s");
}

#[test]
fn the_other_signals_stop_cleanly_too() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let project = staged(&["PRP-47.1.1"], 2);
        let script = r#"{"PRP-47.1.1:2@1": {"do": "sleep", "seconds": 60}}"#;
        let child = faked(&project, script, &["exe", "--batch", "47"]).spawn().expect("starts");
        until("the second phase", || calls(&project).len() == 2);
        send(&child, signal);
        ended(child).exits(143);
        assert_eq!(project.processes(), Vec::<u32>::new());
        assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
        assert_eq!(told(&project, "run_finished")[0]["exit_code"], 143);
    }
}

#[test]
fn a_reader_that_goes_away_does_not_disturb_the_run() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 2);
    for how in ["lines", "none"] {
        let mut child =
            faked(&project, "{}", &["exe", "--batch", "47", "--restart", "--progress", how]).spawn().expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("output")).read_line(&mut line).expect("line");
        let ran = ended(child).exits(0);
        assert!(!ran.stderr.contains("panick") && !ran.stderr.contains("roken pipe"), "{}", ran.stderr);
        assert_eq!(project.merges("prp-47").len(), 2);
    }
}

#[test]
fn whatever_is_started_hears_signals_that_the_caller_of_the_program_ignores() {
    let project = Project::new();
    let look = |name: &str| {
        format!(
            "grep -E 'Sig(Blk|Ign)' /proc/self/status > {}",
            project.tools().join(format!("{name}.signals")).display()
        )
    };
    project.configure(&format!(
        "[validate]\nl2 = [\"{}\"]\n[worktree]\nsetup = [\"{}\"]\n",
        look("gate"),
        look("setup")
    ));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, &look("agent"));
    // A shell without job control starts what is in its background with SIGINT and SIGQUIT ignored; who ignores SIGCHLD is
    // never told how a child ended.
    let command = project.command(&["exe", "--batch", "47"]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' INT QUIT CHLD; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().expect("a folder"));
    assert!(shell.output().expect("runs").status.success());
    for name in ["agent", "gate", "setup"] {
        let signals = fs::read_to_string(project.tools().join(format!("{name}.signals"))).expect("signals");
        // Signals beyond 31 belong to the C library.
        let set = signals.split_whitespace().filter_map(|word| u64::from_str_radix(word, 16).ok());
        assert_eq!(set.map(|set| set & 0x7fff_ffff).collect::<Vec<_>>(), [0, 0], "{name}: {signals}");
    }
}

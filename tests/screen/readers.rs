//! A reader that does not read holds up neither the run nor its signals.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use batchprp::event::{Event, EventKind, RunView};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::Test;
use super::terminal::{PATIENCE, Terminal, exit_code};

/// More than all buffers between the program and its reader hold, and more than waits in memory.
const FLOOD: &str = r#"//! Says much.

const ABOUT = "Say much";
const ARGS = #{ seconds: #{ type: "text", initial: "0" }, lines: #{ type: "int", initial: 6000 } };

fn main(args) {
    let dag = dag::analyze([#{ id: "A", title: "First" }, #{ id: "B", title: "Second", dependencies: ["A"] }]);
    let long = "x";
    long.pad(1500, "x");
    dag.run(#{ command: "flood", jobs: 1, retries: 0, merge: false, level: 1 }, |item| {
        if item.id == "A" { for n in 0..args.lines { print(`${n} ${long}`); } }
        else { process::run(#{ argv: ["sleep", args.seconds] }); }
        outcome::completed("said")
    })
}
"#;

fn project() -> Test {
    let test = Test::with_git();
    test.write(".ce/commands/flood.rhai", FLOOD);
    test
}

/// Returns what the journal of the only run holds so far.
fn journal(test: &Test) -> Vec<Event> {
    let runs = std::fs::read_dir(test.path(".ce/tmp/runs")).into_iter().flatten().flatten();
    let paths = runs.map(|run| run.path().join("events.jsonl"));
    let text: String = paths.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    text.lines().filter_map(|line| Event::from_json(line).ok()).collect()
}

/// Waits until the journal holds a kind of event.
#[track_caller]
fn wait_until(test: &Test, what: impl Fn(&RunView) -> bool) {
    let begin = Instant::now();
    while !what(&RunView::of(&journal(test))) {
        assert!(begin.elapsed() < PATIENCE, "the run does not go on");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_done(run: &RunView, item: &str) -> bool {
    run.item(item).is_some_and(|item| item.status().is_some())
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts")
}

#[test]
fn a_full_pipe_does_not_stop_a_run_and_its_reader_is_told_what_it_missed() {
    let test = project();
    let mut child = start(test.command(["flood", "--json"]));
    wait_until(&test, |run| run.end.is_some());
    assert!(child.try_wait().expect("a child").is_none(), "a reader is waited for at the end");
    let mut text = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("UTF-8");
    assert_eq!(exit_code(&mut child, PATIENCE), 0);
    let shown: Vec<Event> = text.lines().map(|line| Event::from_json(line).expect("a whole event")).collect();
    let gaps: Vec<(u64, u64)> = shown
        .iter()
        .filter_map(|event| if let EventKind::Gap { from, to } = event.kind { Some((from, to)) } else { None })
        .collect();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    // What was shown and what was missed are all, each once and in order.
    let mut seen: Vec<u64> = Vec::new();
    for event in &shown {
        match event.kind {
            EventKind::Gap { from, to } => seen.extend(from..=to),
            _ => seen.push(event.seq),
        }
    }
    assert_eq!(seen, (1..=journal(&test).len() as u64).collect::<Vec<_>>());
    assert!(matches!(shown.last().expect("events").kind, EventKind::RunFinished { .. }));
}

#[test]
fn a_signal_ends_a_run_whose_pipe_is_full() {
    let test = project();
    let mut child = start(test.command(["flood", "--json", "--seconds", "60"]));
    wait_until(&test, |run| is_done(run, "A"));
    let begin = Instant::now();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("a signal");
    assert_eq!(exit_code(&mut child, PATIENCE), 143);
    assert!(begin.elapsed() < Duration::from_secs(10), "it took {:?}", begin.elapsed());
}

#[test]
fn a_stopped_terminal_does_not_stop_a_run_and_shows_the_end_once_it_goes_on() {
    let test = project();
    let mut terminal = Terminal::unread(test.command(["flood", "--lines", "16000"]), 24, 100);
    // May the scripts of the project run?
    terminal.keys("y\n");
    wait_until(&test, |run| run.end.is_some());
    terminal.read();
    assert_eq!(terminal.end(), 0);
    let rows = terminal.rows().join("\n");
    assert!(rows.contains("were not shown: they were not read in time"), "{rows}");
    assert!(rows.contains("flood: complete"), "{rows}");
}

#[test]
fn a_signal_ends_a_run_on_a_terminal_that_was_stopped() {
    let test = project();
    let mut terminal = Terminal::unread(test.command(["flood", "--seconds", "60"]), 24, 100);
    terminal.keys("y\n");
    wait_until(&test, |run| run.started.is_some());
    terminal.stop();
    wait_until(&test, |run| is_done(run, "A"));
    kill(Pid::from_raw(terminal.child.id().cast_signed()), Signal::SIGINT).expect("a signal");
    assert_eq!(exit_code(&mut terminal.child, Duration::from_secs(10)), 130);
}

/// A run whose process is there: a journal, and a process that is as old.
fn at_work(test: &Test, run: &str, batch: u32) -> Orchestrator {
    let child = Command::new("sleep").arg("600").spawn().expect("a process");
    let kind = EventKind::RunStarted {
        command: "exe".to_owned(),
        batch: Some(batch),
        pid: child.id(),
        host: batchprp::host::owner::host_name(),
        argv: vec!["batchprp".to_owned(), "exe".to_owned()],
        jobs: 1,
        merges: true,
        max_tokens: None,
        max_cost: None,
    };
    let at = jiff::Timestamp::now().to_string();
    let event = Event { seq: 1, at, run: run.to_owned(), kind };
    test.write(format!(".ce/tmp/runs/{run}/events.jsonl"), format!("{}\n", event.to_json()));
    Orchestrator(child)
}

/// A process that ends with the test.
struct Orchestrator(Child);

impl Drop for Orchestrator {
    fn drop(&mut self) {
        self.0.kill().expect("a signal");
        self.0.wait().expect("its end");
    }
}

#[test]
fn of_several_runs_at_work_none_is_stopped_that_was_not_named() {
    let test = Test::with_git();
    let (first, second) = (at_work(&test, "r1", 1), at_work(&test, "r2", 2));
    let refused = test.run(["stop"]).expect_code(2).stderr;
    assert!(refused.contains("batchprp stop r1 (exe batch 1)") && refused.contains("batchprp stop r2"), "{refused}");
    let status = test.run(["status"]).expect_code(0);
    assert!(status.stdout.contains("run r2 is at work"), "{}", status.stdout);
    assert!(status.stderr.contains("also at work: batchprp status r1"), "{}", status.stderr);
    // The one that was started last ends: without a word the other one is meant from now on.
    drop(second);
    let status = test.run(["status"]).expect_code(0);
    assert!(status.stdout.contains("run r1 is at work") && status.stderr.is_empty(), "{}", status.stdout);
    drop(first);
}

#[test]
fn items_of_a_run_that_was_killed_are_interrupted() {
    let test = project();
    let mut child = start(test.command(["flood", "--json", "--lines", "1", "--seconds", "60"]));
    wait_until(&test, |run| is_done(run, "A") && run.item("B").is_some_and(|item| item.started.is_some()));
    child.kill().expect("a signal");
    child.wait().expect("its end");
    let shown = test.run(["status"]).expect_code(0).stdout;
    assert!(shown.contains("1 interrupted") && shown.contains("[INTERRUPTED]"), "{shown}");
    assert!(!shown.contains("at work"), "{shown}");
    let document = test.run(["status", "--json"]).expect_code(0).json();
    assert_eq!(document["items"][1]["status"], "interrupted", "{document}");
    assert!(document["resume"].as_str().is_some_and(|resume| resume.contains("flood")), "{document}");
    // Every view says the same of it, and none that it goes on.
    for (args, says) in [
        (&["report"][..], "interrupted, its process is gone"),
        (&["report", "--md", "-"], "| interrupted: the process of its run is gone |"),
        (&["report", "--junit", "-"], "type=\"interrupted\""),
        (&["report", "--github"], "::error "),
        (&["runs"], "interrupted"),
    ] {
        let shown = test.run(args.iter().copied()).expect_code(0).stdout;
        assert!(shown.contains(says) && !shown.contains("still running"), "{args:?}: {shown}");
    }
}

#[test]
fn a_run_whose_output_cannot_be_written_says_so() {
    let test = project();
    let mut command = test.command(["flood", "--lines", "1"]);
    command.stdout(std::fs::File::create("/dev/full").expect("a full disk"));
    let ended = command.output().expect("its end");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write the output") && said.contains("batchprp status"), "{said}");
}

//! Ctrl-Z and what else leaves the board: whoever gets the terminal next finds it as it was.

use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::Test;
use super::terminal::Terminal;

const PLAN: &str = "# One\n\nOne thing.\n\n### Phase 1: Schema\n\n**Goal**: Schema works\n\n**Estimated Hours**: 1\n\n\
    **Complexity**: low\n\n**Files Modified**:\n- schema.sql\n\n**Dependencies**: None\n\n**Implementation Steps**:\n\
    1. Write it\n\n**Validation Gates**:\n- L1: `test -d .`\n";

/// A batch whose only agent works for as long as anybody looks.
fn project() -> Test {
    let test = Test::with_git();
    test.write("PLAN.md", PLAN);
    let steps = serde_json::json!([{ "do": "progress", "text": "Edit schema.sql" }, { "do": "sleep", "seconds": 600 }]);
    test.write("fake.json", serde_json::json!({ "items": { "PRP-1.1.1": steps } }).to_string());
    test.run(["gen", "PLAN.md", "--agent", "template"]).expect_code(0);
    test.commit("plan");
    test
}

fn exe(test: &Test) -> Command {
    let mut command = test.command(["exe", "--batch", "1", "--agent", "fake", "--level", "1"]);
    command.env("BATCHPRP_FAKE", test.path("fake.json"));
    command
}

/// Starts a shell with job control whose terminal this is, in the place and with the environment of a program.
fn shell(program: &Command) -> Terminal {
    let mut shell = Command::new("setsid");
    shell.args(["--ctty", "--wait", "bash", "--norc", "--noprofile", "-i"]).env_clear();
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("PS1", "$ ");
    shell.current_dir(program.get_current_dir().expect("a folder"));
    Terminal::start(shell, 24, 100)
}

/// Returns a program as somebody types it.
fn typed(program: &Command) -> String {
    let words = std::iter::once(program.get_program()).chain(program.get_args());
    let words: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    words.join(" ") + "\n"
}

/// Returns the process of the only `exe`.
fn process(test: &Test) -> Pid {
    let runs = std::fs::read_dir(test.path(".ce/tmp/runs")).expect("runs").flatten();
    let mut journals = runs.filter_map(|run| std::fs::read_to_string(run.path().join("events.jsonl")).ok());
    let journal = journals.find(|text| text.contains(r#""command":"exe""#)).expect("a journal");
    let first: serde_json::Value = serde_json::from_str(journal.lines().next().expect("an event")).expect("JSON");
    Pid::from_raw(i32::try_from(first["pid"].as_i64().expect("a pid")).expect("a pid"))
}

fn hides(terminal: &Terminal, wanted: bool) {
    terminal.wait_until(|screen| screen.hide_cursor() == wanted);
}

/// Types a run into a shell, and waits until its agent works.
fn at_work(test: &Test) -> Terminal {
    let program = exe(test);
    let mut terminal = shell(&program);
    terminal.keys(&typed(&program));
    terminal.wait_for("Edit schema.sql");
    hides(&terminal, true);
    terminal
}

#[test]
fn a_run_that_is_stopped_by_ctrl_z_leaves_the_terminal_and_takes_it_again() {
    let test = project();
    let mut terminal = at_work(&test);
    terminal.keys("\x1a");
    terminal.wait_for("Stopped");
    hides(&terminal, false);
    let screen = terminal.with_screen(vt100::Screen::contents);
    assert!(!screen.contains("BATCH 1: exe"), "the board is taken down:\n{screen}");
    terminal.keys("stty -a | tr ' ' '\\n' | grep -xc -e icanon -e echo | sed s/^/modes/\n");
    terminal.wait_for("modes2");
    terminal.keys("fg\n");
    hides(&terminal, true);
    // Keys are read again, and none of them is echoed or moves the board.
    terminal.keys("\n\n?");
    terminal.wait_for("fold what is finished");
    let rows = terminal.rows();
    assert_eq!(rows.iter().filter(|row| row.starts_with("BATCH 1: exe")).count(), 1, "{}", rows.join("\n"));
    assert!(rows.iter().any(|row| row.contains("modes2")), "{}", rows.join("\n"));
    terminal.keys("\x03");
    terminal.wait_for("Batch 1 exe: stopped");
    hides(&terminal, false);
    terminal.keys("exit\n");
}

#[test]
fn every_signal_that_ends_a_run_shows_the_cursor_again() {
    let test = project();
    for signals in [&[Signal::SIGTERM][..], &[Signal::SIGINT, Signal::SIGINT], &[Signal::SIGHUP]] {
        let mut terminal = Terminal::start(exe(&test), 24, 100);
        terminal.wait_for("Edit schema.sql");
        hides(&terminal, true);
        for signal in signals {
            kill(Pid::from_raw(terminal.child.id().cast_signed()), *signal).expect("a signal");
        }
        assert_ne!(terminal.end(), 0);
        hides(&terminal, false);
        let rows = terminal.rows();
        assert!(!rows.iter().any(|row| row.starts_with("BATCH 1: exe  0/0")), "{}", rows.join("\n"));
    }
}

#[test]
fn whoever_types_ctrl_backslash_gets_the_terminal_back() {
    let test = project();
    let mut terminal = at_work(&test);
    // As the key does, but for the core dump, and for the agent, which goes with the program.
    kill(process(&test), Signal::SIGQUIT).expect("a signal");
    terminal.wait_for("Quit");
    hides(&terminal, false);
    terminal.keys("stty -a | tr ' ' '\\n' | grep -xc -e icanon -e echo | sed s/^/modes/\n");
    terminal.wait_for("modes2");
    terminal.keys("exit\n");
}

#[test]
fn ctrl_c_in_the_pager_is_the_pagers_and_a_run_that_is_told_to_end_closes_it() {
    let test = project();
    let pager = "#!/bin/sh\ntrap 'echo heard >/dev/tty' INT\ncat >/dev/null\nstty raw -echo isig </dev/tty\n\
        echo paging >/dev/tty\nuntil read line </dev/tty; do :; done\n";
    test.write("pager.sh", pager);
    let mut command = exe(&test);
    command.env("PAGER", "sh ./pager.sh");
    let mut terminal = shell(&command);
    terminal.keys(&typed(&command));
    terminal.wait_for("Edit schema.sql");
    terminal.keys("jl");
    terminal.wait_for("paging");
    terminal.keys("\x03");
    terminal.wait_for("heard");
    terminal.keys("\n");
    terminal.wait_for("BATCH 1: exe");
    hides(&terminal, true);
    // A key is read, so the run goes on and has the terminal.
    terminal.keys("?");
    terminal.wait_for("fold what is finished");
    terminal.keys("l");
    hides(&terminal, false);
    kill(process(&test), Signal::SIGTERM).expect("a signal");
    terminal.wait_for("Batch 1 exe: stopped");
    // What is typed before is a key of the board.
    terminal.wait_until(|screen| screen.contents().trim_end().ends_with("\n$"));
    terminal.keys("stty -a | tr ' ' '\\n' | grep -xc -e icanon -e echo | sed s/^/modes/\n");
    terminal.wait_for("modes2");
    terminal.keys("exit\n");
}

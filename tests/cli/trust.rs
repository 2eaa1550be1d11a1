//! Scripts that a project brings along: a person at a terminal is asked once.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use nix::pty::openpty;

use super::support::Test;

const HELLO: &str = "const ABOUT = \"Greet\";\nconst ARGS = #{};\n\nfn main(args) { 0 }\n";

/// Runs a command at a terminal where `answer` is typed; returns its exit code and what the terminal showed.
fn at_a_terminal(test: &Test, args: &[&str], answer: &str) -> (Option<i32>, String) {
    let pty = openpty(None, None).expect("a terminal");
    let mut command = test.command(args);
    let slave = || Stdio::from(pty.slave.try_clone().expect("a stream"));
    let mut child = command.stdin(slave()).stdout(slave()).stderr(slave()).spawn().expect("the program");
    drop((command, pty.slave));
    let mut master = File::from(pty.master);
    master.write_all(answer.as_bytes()).expect("an answer");
    let mut shown = Vec::new();
    // Reading ends with an error when the last stream of the other side is closed.
    drop(master.read_to_end(&mut shown));
    (child.wait().expect("the end").code(), String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn scripts_of_a_cloned_project_run_after_a_yes_that_is_kept() {
    let test = Test::new();
    test.write(".ce/commands/hello.rhai", HELLO);
    let (code, shown) = at_a_terminal(&test, &["hello"], "n\n");
    assert_eq!(code, Some(12), "{shown}");
    assert!(shown.contains(".ce/commands/hello.rhai") && shown.contains("[y/N]"), "{shown}");
    let (code, shown) = at_a_terminal(&test, &["hello"], "y\n");
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = at_a_terminal(&test, &["hello"], "");
    assert_eq!((code, shown.contains("[y/N]")), (Some(0), false), "{shown}");
}

#[test]
fn nobody_is_asked_without_a_terminal_or_about_scripts_of_ones_own() {
    let test = Test::new();
    test.write(".ce/commands/hello.rhai", HELLO);
    test.run(["hello"]).expect_code(0);
    let own = Test::new();
    own.run(["new", "hello"]).expect_code(0);
    let (code, shown) = at_a_terminal(&own, &["hello", "--help"], "");
    assert_eq!((code, shown.contains("[y/N]")), (Some(0), false), "{shown}");
    let (_, shown) = at_a_terminal(&own, &["hello", "--batch", "1"], "");
    assert!(!shown.contains("[y/N]"), "{shown}");
}

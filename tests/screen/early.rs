//! What works without a run of its own is seen and ended from another terminal like a run.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::support::Test;

/// A batch whose checks go on until a file is there.
fn project() -> Test {
    let test = Test::with_git();
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    let go = test.home().join("go");
    test.write(
        ".ce/batchprp.toml",
        format!("[validate]\nl3 = [\"until [ -e '{}' ]; do sleep 0.05; done\"]\n", go.display()),
    );
    test.commit("plan");
    test
}

fn go(test: &Test, is_so: bool) {
    let go = test.home().join("go");
    if is_so { std::fs::write(go, "").expect("a file") } else { std::fs::remove_file(go).expect("no file") }
}

fn start(test: &Test, args: &[&str]) -> Child {
    test.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// Waits until a command says a text.
#[track_caller]
fn says(test: &Test, args: &[&str], text: &str) -> String {
    let begin = Instant::now();
    loop {
        let output = test.run(args);
        if output.stdout.contains(text) {
            return output.stdout;
        }
        assert!(begin.elapsed() < super::terminal::PATIENCE, "no {text:?} in {}{}", output.stdout, output.stderr);
        std::thread::sleep(Duration::from_millis(50));
    }
}

const EXE: [&str; 5] = ["exe", "--batch", "1", "--agent", "runbook"];

#[test]
fn the_checks_before_a_batch_are_seen_and_stopped_from_elsewhere() {
    let test = project();
    let mut exe = start(&test, &EXE);
    let said = says(&test, &["status"], "exe of batch 1 is at work since");
    assert!(said.contains("end: batchprp stop"), "{said}");
    let json = test.run(["status", "--json"]).expect_code(0).json();
    assert_eq!((&json["run"], &json["state"], &json["batch_id"]), (&None::<&str>.into(), &"running".into(), &1.into()));
    test.run::<&str>([]).expect_code(0).expect_stdout("At work: exe batch 1");
    test.run(["stop", "--batch", "2"]).expect_code(4);
    test.run(["stop"])
        .expect_code(0)
        .expect_stdout("exe of batch 1 is stopped\nbatchprp exe --batch 1 --agent runbook\n");
    assert_eq!(exe.wait().expect("an end").code(), Some(130));
    test.run(["stop"]).expect_code(4);
    assert!(!test.run(["status"]).stdout.contains("is at work"));
    assert_eq!(test.git(["status", "--porcelain"]), "", "what is noted for others is not the user's");
}

#[test]
fn a_landing_is_seen_and_followed_and_offered_no_more() {
    let test = project();
    go(&test, true);
    test.run(EXE).expect_code(0).expect_stdout("batchprp land 1");
    for show in [&["status"][..], &["report"], &[]] {
        test.run(show).expect_code(0).expect_stdout("batchprp land 1");
    }
    go(&test, false);
    // The base has a commit of its own, so what lands is another tree than what was checked before.
    test.write("base.txt", "x\n");
    test.commit("meanwhile");
    let mut land = start(&test, &["land", "1", "--strategy", "squash"]);
    says(&test, &["status"], "land of batch 1 is at work since");
    let watch = test.command(["watch"]).stdout(Stdio::piped()).spawn().expect("the program starts");
    go(&test, true);
    assert_eq!(land.wait().expect("an end").code(), Some(0));
    let watched = watch.wait_with_output().expect("an end");
    assert!(String::from_utf8_lossy(&watched.stdout).ends_with("land of batch 1 is over\n"), "{watched:?}");
    for show in [&["status"][..], &["report"], &["report", "--md", "-"], &["report", "--html", "-"], &[]] {
        let said = test.run(show).expect_code(0).stdout;
        assert!(!said.contains("batchprp land 1"), "{show:?} offers what is done: {said}");
    }
    test.run::<&str>([]).expect_stdout("landed on main");
}

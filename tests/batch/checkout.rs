//! The user's checkout stays as it is, whatever happens to the run.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::project::Project;

fn batch() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.2", &[], &[], 2).commit("PRPs");
    // What a person has open: a changed file, a staged one, an untracked one.
    project.write("README.md", "# Changed\n").write("staged.txt", "staged\n");
    project.git(&["add", "staged.txt"]);
    project.write("notes.txt", "mine\n");
    project
}

#[test]
fn a_whole_run_leaves_head_index_files_and_times_alone() {
    let project = batch();
    let before = project.fingerprint();
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn a_failing_run_leaves_the_checkout_alone() {
    let project = batch();
    project.sabotage("PRP-47.1.1", 2, "rm -rf out; exit 1");
    let before = project.fingerprint();
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn ctrl_c_stops_cleanly_names_the_way_on_and_leaves_the_checkout_alone() {
    let project = batch();
    let before = project.fingerprint();
    let child = project.command(&["exe", "--batch", "47"]).env("WORK", "30").spawn().expect("starts");
    let begin = Instant::now();
    while project.calls().len() < 2 && begin.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(20));
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), nix::sys::signal::Signal::SIGINT)
        .expect("signal");
    let asked = Instant::now();
    let output = child.wait_with_output().expect("ends");
    assert!(asked.elapsed() < Duration::from_secs(12), "{:?}", asked.elapsed());
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains("batchprp exe --batch 47"), "{text}");
    assert_eq!(project.fingerprint(), before);
    assert_eq!(project.processes(), Vec::<u32>::new());
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 2);
}

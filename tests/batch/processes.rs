//! How many processes a run starts: git writes and looks at working trees, everything else is read in process.

use std::fs;

use crate::programs::{Programs, counted};
use crate::project::{Project, Ran};

/// An agent that starts nothing itself.
const AGENT: &str = r#"
while read -r line; do :; done
[ -f "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE" ] && . "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE"
echo "phase $BATCHPRP_PHASE" >> "out/$BATCHPRP_ITEM.txt"
"#;

/// Most processes of a run of one PRP with one phase: git, agent, check.
const MOST: usize = 24;
/// Most processes until it is decided what is left to do.
const MOST_TO_DECIDE: usize = 5;

fn project() -> Project {
    let project = Project::new();
    fs::write(project.tools().join("agent.sh"), AGENT).expect("agent");
    project.write("out/README.md", "What the items write.\n");
    project
}

/// Runs the program where only git and a shell can be started.
fn run(project: &Project, programs: &Programs, arguments: &[&str]) -> Ran {
    project.run_with(arguments, &[("PATH", programs.path().as_os_str())])
}

#[test]
fn a_run_of_one_phase_starts_few_processes() {
    let project = project();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let programs = Programs::of(&["git", "sh"]);
    run(&project, &programs, &["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 1);
    let starts = programs.take();
    assert!(starts.len() <= MOST, "{} processes: {:#?}\nin order: {starts:#?}", starts.len(), counted(&starts));
    let counts = counted(&starts);
    assert_eq!(counts.get("sh"), Some(&2), "the agent and its check: {counts:#?}");
    for reads in ["rev-list", "merge-base", "ls-tree", "cat-file", "symbolic-ref", "for-each-ref", "diff-tree", "var"] {
        assert_eq!(counts.get(&*format!("git {reads}")), None, "{counts:#?}");
    }
}

#[test]
fn what_is_left_of_a_batch_is_decided_with_few_processes_whatever_the_number_of_items() {
    let project = project();
    for item in 1..=6 {
        project.prp(&format!("PRP-47.1.{item}"), &[], &[], 2);
    }
    project.commit("PRPs");
    project.sabotage("PRP-47.1.5", 2, "exit 1").sabotage("PRP-47.1.6", 1, "exit 1");
    let programs = Programs::of(&["git", "sh"]);
    run(&project, &programs, &["exe", "--batch", "47"]).exits(10);
    assert_eq!(project.merges("prp-47").len(), 4);
    programs.take();

    run(&project, &programs, &["exe", "--batch", "47", "--dry-run"]).exits(0).says("PRP-47.1.4 is merged as");
    let starts = programs.take();
    assert!(starts.len() <= MOST_TO_DECIDE, "{starts:#?}");

    project.mend("PRP-47.1.5", 2).mend("PRP-47.1.6", 1);
    run(&project, &programs, &["exe", "--batch", "47"]).exits(0).says("PRP-47.1.4 is merged as");
    let starts = programs.take();
    let until_work = starts.iter().take_while(|start| *start != "git update-ref").count();
    assert!(until_work <= MOST_TO_DECIDE, "{starts:#?}");
    assert_eq!(project.merges("prp-47").len(), 6);
}

#[test]
fn closing_a_run_takes_as_many_processes_whatever_the_number_of_merged_items() {
    let after_the_last_check = |items: u32| {
        let project = project();
        for item in 1..=items {
            project.prp(&format!("PRP-47.1.{item}"), &[], &[], 1);
        }
        project.commit("PRPs");
        let programs = Programs::of(&["git", "sh"]);
        run(&project, &programs, &["exe", "--batch", "47", "--jobs", "1"]).exits(0);
        assert_eq!(project.merges("prp-47").len(), items as usize);
        assert!(!project.root().join("../repo-worktrees/prp-47-1-1").exists(), "what is merged is removed");
        let starts = programs.take();
        starts.iter().rev().take_while(|start| *start != "sh").cloned().collect::<Vec<_>>()
    };
    assert_eq!(after_the_last_check(2), after_the_last_check(9));
}

#[test]
fn a_run_opens_no_journal_of_an_old_one() {
    let project = project();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    let runs = project.root().join(".ce/tmp/runs");
    let old = fs::read_dir(&runs).expect("runs").flatten().next().expect("a run").path();
    for number in 0..50 {
        let copy = runs.join(format!("20200101T0000{number:02}000-aaa"));
        fs::create_dir(&copy).expect("a folder");
        // Whoever opens it waits for ever, because nobody writes into it.
        nix::unistd::mkfifo(&copy.join("events.jsonl"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    }
    fs::remove_file(old.join("events.jsonl")).expect("removed");
    nix::unistd::mkfifo(&old.join("events.jsonl"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let mut child = project.command(&["exe", "PRP-47.1.2"]).spawn().expect("starts");
    let begin = std::time::Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begin.elapsed() > std::time::Duration::from_secs(60) {
            child.kill().expect("killed");
            break child.wait().expect("gone");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(ended.code(), Some(0), "it opened the journal of an old run");
}

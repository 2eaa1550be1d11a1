//! What a worktree gets besides its commit, and what people are told about their checkout.

use std::fs;

use crate::project::Project;
use crate::stage::{told, until};

fn pair() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project
}

fn text(project: &Project, name: &str) -> String {
    fs::read_to_string(project.tools().join(name)).unwrap_or_default().trim().to_owned()
}

#[test]
fn worktrees_are_set_up_and_have_slots_of_their_own() {
    let project = pair();
    project.configure(
        r#"[git]
validate_merge = false

[validate]
env_pass = ["TOOLS"]
l1 = ["echo $BATCHPRP_SLOT > $TOOLS/validated.$BATCHPRP_ITEM"]

[worktree]
copy = [".env"]
setup = ["echo $BATCHPRP_SLOT > $TOOLS/set-up.$BATCHPRP_ITEM", "cat .env >> $TOOLS/set-up.$BATCHPRP_ITEM"]
"#,
    );
    project.write(".env", "PORT=1\n");
    for (id, other) in [("PRP-47.1.1", "PRP-47.1.2"), ("PRP-47.1.2", "PRP-47.1.1")] {
        let work = "echo $BATCHPRP_SLOT > $TOOLS/worked.$BATCHPRP_ITEM\ngrep -q PORT .env || exit 1";
        project.sabotage(id, 1, &format!("{work}\nawait attempt_started {other}"));
    }
    project.run(&["exe", "--batch", "47"]).exits(0);
    let slots = ["PRP-47.1.1", "PRP-47.1.2"].map(|id| {
        let slot = text(&project, &format!("worked.{id}"));
        assert_eq!(text(&project, &format!("validated.{id}")), slot);
        assert_eq!(text(&project, &format!("set-up.{id}")), format!("{slot}\nPORT=1"));
        slot
    });
    let mut sorted = slots.clone();
    sorted.sort();
    assert_eq!(sorted, ["0", "1"], "{slots:?}");
    let files = project.git(&["ls-tree", "-r", "--name-only", "prp-47"]);
    assert!(!files.contains(".env"), "what was copied is never committed: {files}");
}

#[test]
fn a_set_up_that_failed_is_done_again() {
    let project = pair();
    project.configure(
        "[worktree]\nsetup = [\"echo x >> $TOOLS/tries; test -f $TOOLS/works || { echo no network >&2; exit 1; }\"]\n",
    );
    project.run(&["exe", "PRP-47.1.1"]).exits(10).says("no network").says("set-up line");
    assert!(project.calls().is_empty());
    fs::write(project.tools().join("works"), "").expect("mended");
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    assert_eq!(text(&project, "tries").lines().count(), 2);
}

#[test]
fn a_set_up_is_done_once_however_often_the_work_is_taken_up_again() {
    let project = pair();
    project.configure("[worktree]\nsetup = [\"echo x >> $TOOLS/set-ups\"]\n");
    project.sabotage("PRP-47.1.1", 1, "exit 3");
    for _ in 0..2 {
        project.run(&["exe", "PRP-47.1.1"]).exits(10);
    }
    project.mend("PRP-47.1.1", 1);
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1", "1"]);
    assert_eq!(text(&project, "set-ups").lines().count(), 1, "all three worked in the same worktree");
}

#[test]
fn a_set_up_that_hangs_ends_with_the_run() {
    let project = pair();
    project.configure("[run]\ngrace = \"500ms\"\n[worktree]\nsetup = [\"touch $TOOLS/began; sleep 600\"]\n");
    let child = project.command(&["exe", "PRP-47.1.1"]).spawn().expect("starts");
    until("the set-up", || project.tools().join("began").exists());
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("signal");
    crate::stage::ended(child).exits(130);
    assert_eq!(project.processes(), Vec::<u32>::new());
}

#[test]
fn people_are_told_what_is_not_part_of_the_batch() {
    let project = pair();
    let path = "PRPs/feature-requests/PRP-47.1.1-work.md";
    project.write(path, &(project.read(path) + "\n## Notes\n\nMore.\n"));
    project.write("README.md", "# Changed\n").write("draft.txt", "mine\n");
    project.prp("PRP-47.1.3", &[], &[], 1);
    let untracked = "PRPs/feature-requests/PRP-47.1.3-work.md";
    let before = project.read(untracked);
    project.run(&["exe", "--batch", "47"]).exits(0);
    let notes = told(&project, "note").into_iter().filter_map(|note| Some(note["text"].as_str()?.to_owned()));
    let notes: Vec<String> =
        notes.filter(|text| text.contains("base commit") || text.contains("uncommitted")).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("PRP-47.1.1-work.md"), "{notes:?}");
    assert!(notes[1].contains("2 files such as"), "{notes:?}");

    assert_eq!(project.read(untracked), before, "the only copy keeps every byte");
    project.run(&["status", "47"]).exits(0).says("PRP-47.1.3-work  ✓ completed");
    let tracked = "PRPs/feature-requests/PRP-47.1.2-work.md";
    assert!(project.read(tracked).contains("status: planning"), "a tracked one is left alone here");
    assert!(project.git(&["show", &format!("prp-47:{tracked}")]).contains("status: completed"));
}

#[test]
fn two_batches_of_one_repository_run_at_the_same_time_in_slots_of_their_own() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-48.1.1", &[], &[], 1).commit("PRPs");
    for (id, other) in [("PRP-47.1.1", "PRP-48.1.1"), ("PRP-48.1.1", "PRP-47.1.1")] {
        let work = "echo $BATCHPRP_SLOT > $TOOLS/worked.$BATCHPRP_ITEM";
        let both = format!("until [ -s $TOOLS/worked.{other} ]; do sleep 0.05; done");
        project.sabotage(id, 1, &format!("{work}\n{both}"));
    }
    let first = project.command(&["exe", "--batch", "47"]).spawn().expect("starts");
    until("the first batch", || project.tools().join("worked.PRP-47.1.1").exists());
    project.run(&["exe", "--batch", "48"]).exits(0);
    crate::stage::ended(first).exits(0);
    let slots = ["47", "48"].map(|batch| text(&project, &format!("worked.PRP-{batch}.1.1")));
    // The number between them is for the merged trees of the first one.
    assert_eq!(slots, ["0", "2"]);
    assert_eq!((project.merges("prp-47").len(), project.merges("prp-48").len()), (1, 1));
}

#[test]
fn agents_are_started_in_the_sandbox_that_is_configured() {
    let project = pair();
    project.configure("[run]\nsandbox = \"bwrap\"\n");
    let path = project.tools().join("path");
    fs::create_dir(&path).expect("folder");
    let programs = std::env::var_os("PATH").unwrap_or_default();
    let find = |name: &str| std::env::split_paths(&programs).map(|f| f.join(name)).find(|file| file.exists());
    for name in ["git", "sh", "date", "mkdir", "sleep", "cat", "true"] {
        std::os::unix::fs::symlink(find(name).expect(name), path.join(name)).expect("link");
    }
    let run = || {
        let mut command = project.command(&["exe", "PRP-47.1.1"]);
        command.env("PATH", &path);
        crate::stage::finish(command)
    };
    run().exits(3).says("no program `bwrap`");
    let stand_in = "#!/bin/sh\n[ -z \"$BATCHPRP_SPEC\" ] || echo \"$*\" > $TOOLS/sandboxed\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";
    fs::write(path.join("bwrap"), stand_in).expect("program");
    fs::set_permissions(path.join("bwrap"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
    run().exits(0);
    let line = text(&project, "sandboxed");
    let worktree = fs::canonicalize(project.root()).expect("root").with_file_name("repo-worktrees/prp-47-1-1");
    let worktree = worktree.display();
    assert!(line.contains("--ro-bind / /") && line.contains(&format!("--bind {worktree} {worktree}")), "{line}");
    assert!(line.contains("repo/.git"), "git needs its folder: {line}");
}

#[test]
fn agents_have_a_limit_of_processes() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "grep 'Max processes' /proc/self/limits > \"$TOOLS/limits\"");
    project.command(&["exe", "--batch", "47"]).env("BATCHPRP_RUN_MAX_PROCESSES", "700").output().expect("batchprp");
    let limits = fs::read_to_string(project.tools().join("limits")).expect("limits");
    let soft: u64 = limits.split_whitespace().nth(2).and_then(|word| word.parse().ok()).expect("a number");
    assert!((700..100_000).contains(&soft), "{limits}");
}

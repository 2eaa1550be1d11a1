//! Merged trees that are validated before the batch branch moves: who is to blame when they fail.

use std::fs;

use serde_json::Value;

use crate::project::Project;
use crate::stage::{ended, events, status, told, until};

/// Two items of three phases that start from the same commit; the second one is merged later. A third needs it.
fn pair(configuration: &str) -> Project {
    let project = Project::new();
    project.configure(&format!("[validate]\ngates = \"ignore\"\n{configuration}"));
    project.prp("PRP-47.1.1", &[], &["a.txt"], 3).prp("PRP-47.1.2", &[], &["b.txt"], 3);
    project.prp("PRP-47.2.1", &["PRP-47.1.2"], &[], 1).commit("PRPs");
    let begun = project.tools().join("begun").display().to_string();
    // The workspace has a repository of its own, which does not see what becomes of the batch branch.
    let root = project.root().display().to_string();
    let merged = format!("git -C {root} rev-parse -q --verify prp-47^2 >/dev/null");
    project.sabotage("PRP-47.1.1", 1, &format!("until [ -e {begun} ]; do sleep 0.05; done"));
    project.sabotage("PRP-47.1.1", 2, "echo new > a.txt");
    project.sabotage("PRP-47.1.2", 1, &format!("touch {begun}; until {merged}; do sleep 0.05; done"));
    project.sabotage("PRP-47.1.2", 2, "echo old > b.txt");
    project
}

fn rejected(project: &Project) -> Value {
    told(project, "merge_rejected").into_iter().next().unwrap_or_default()
}

fn nothing_is_left(project: &Project) {
    assert!(!project.root().join(".git/batchprp/workspaces/prp-47.candidate").exists());
    let place = project.root().join("../repo-worktrees/prp-47.candidate");
    assert!(!place.exists(), "{}", place.display());
    assert_eq!(project.processes(), Vec::<u32>::new());
    project.git(&["fsck", "--strict"]);
}

#[test]
fn work_that_passes_alone_and_fails_together_is_not_merged_and_both_phases_are_named() {
    let project = pair("l3 = [\"! { grep -q new a.txt && grep -q old b.txt; } 2>/dev/null\"]\n");
    let before = project.fingerprint();
    let ran = project.run(&["exe", "--batch", "47", "--jobs", "2"]).exits(10);
    let ran = ran.says("passes alone and fails together with PRP-47.1.1");
    ran.says("phase 2 of PRP-47.1.2 and phase 2 of PRP-47.1.1");
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    assert_eq!(status(&project, "PRP-47.1.2"), "partial");
    assert_eq!(status(&project, "PRP-47.2.1"), "blocked");
    assert_eq!(project.merges("prp-47").len(), 1, "the batch branch never held the broken tree");
    let guilty = &rejected(&project)["guilty"];
    assert_eq!((&guilty[0]["item"], &guilty[0]["phase"]), (&"PRP-47.1.2".into(), &2.into()), "{guilty}");
    assert_eq!((&guilty[1]["item"], &guilty[1]["phase"]), (&"PRP-47.1.1".into(), &2.into()), "{guilty}");
    nothing_is_left(&project);
    // A person mends it on the branch of the item; nothing is done again.
    let worktree = project.root().join("../repo-worktrees/prp-47-1-2");
    fs::write(worktree.join("b.txt"), "mended\n").expect("mended");
    project.git(&["-C", &worktree.display().to_string(), "commit", "-q", "-am", "Mend"]);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.2").len(), 3);
    assert_eq!(project.merges("prp-47").len(), 3);
    assert_eq!(project.fingerprint(), before);
    nothing_is_left(&project);
}

#[test]
fn a_merged_tree_that_passed_already_is_not_validated_again_and_nothing_is_where_that_is_switched_off() {
    let asked = |project: &Project| {
        let notes = told(project, "note").into_iter().filter(|e| e.to_string().contains("validating the merged tree"));
        notes.filter_map(|event| Some(event["item"].as_str()?.to_owned())).collect::<Vec<_>>()
    };
    let project = pair("l3 = [\"true\"]\n");
    project.run(&["exe", "--batch", "47", "--jobs", "2"]).exits(0);
    // The first one is merged into where it started, and so is what needs the second one.
    assert_eq!(asked(&project), ["PRP-47.1.2"]);
    nothing_is_left(&project);
    let project = pair("l3 = [\"! { grep -q new a.txt && grep -q old b.txt; } 2>/dev/null\"]\n");
    project.configure("[git]\nvalidate_merge = false\n");
    project.run(&["exe", "--batch", "47", "--jobs", "2", "--no-auto-review"]).exits(10);
    assert_eq!(project.merges("prp-47").len(), 2);
    assert_eq!(asked(&project), [""; 0]);
}

#[test]
fn work_that_fails_by_itself_is_named_with_its_first_bad_phase() {
    let project = pair("merge = [\"true\", \"! grep -q old b.txt 2>/dev/null\"]\n");
    project.run(&["exe", "--batch", "47"]).exits(10).says("PRP-47.1.2 fails by itself since its phase 2");
    assert_eq!(rejected(&project)["guilty"].as_array().map(Vec::len), Some(1));
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    nothing_is_left(&project);
}

#[test]
fn a_phase_that_is_half_done_is_not_taken_for_the_one_that_does_not_go_together() {
    let project = pair("merge = [\"! grep -qs half b.txt && ! { grep -qs new a.txt && grep -qs old b.txt; }\"]\n");
    // Alone its first phase fails, its second one passes; only the third one fails because of the other item.
    let begun = project.tools().join("begun").display().to_string();
    let first = format!("touch {begun}; await item_finished PRP-47.1.1; echo half > b.txt");
    project.sabotage("PRP-47.1.2", 1, &first);
    project.sabotage("PRP-47.1.2", 2, "echo fine > b.txt");
    project.sabotage("PRP-47.1.2", 3, "echo old > b.txt");
    let ran = project.run(&["exe", "--batch", "47", "--jobs", "2"]).exits(10);
    ran.says("phase 3 of PRP-47.1.2 and phase 2 of PRP-47.1.1");
    nothing_is_left(&project);
}

#[test]
fn what_an_earlier_merge_broke_is_not_blamed_on_a_later_item() {
    let project = Project::new();
    project.configure("[validate]\nmerge = [\"! grep -q new a.txt 2>/dev/null\"]\n");
    project.prp("PRP-47.1.1", &[], &["a.txt"], 3).prp("PRP-47.1.2", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-47.1.1", 3, "echo new > a.txt");
    let off = [("BATCHPRP_GIT_VALIDATE_MERGE", "false".as_ref())];
    project.run_with(&["exe", "--prps", "PRP-47.1.1"], &off).exits(0);
    let ran = project.run(&["exe", "--batch", "47"]).exits(10);
    ran.says("PRP-47.1.1, merged before, breaks the batch branch since its phase 3");
    assert_eq!(status(&project, "PRP-47.1.2"), "partial");
    nothing_is_left(&project);
}

#[test]
fn a_run_that_ends_while_a_merged_tree_is_validated_leaves_nothing_and_goes_on() {
    let project = Project::new();
    let hold = project.tools().join("hold").display().to_string();
    project
        .configure(&format!("[validate]\nmerge = [\"touch {hold}.seen; while [ -e {hold} ]; do sleep 0.05; done\"]\n"));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let arguments = ["exe", "--batch", "47", "--validate-merge"];
    let seen = project.tools().join("hold.seen");
    for kill in [true, false] {
        fs::write(&hold, "").expect("hold");
        let mut child = project.command(&arguments).spawn().expect("starts");
        until("the validation of the merged tree", || seen.exists());
        if kill {
            child.kill().expect("kill -9");
            child.wait().expect("gone");
        } else {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("pid"));
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("Ctrl-C");
            ended(child).exits(130);
            assert_eq!(status(&project, "PRP-47.1.1"), "cancelled");
            nothing_is_left(&project);
        }
        assert_eq!(project.git(&["rev-list", "--count", "main..prp-47"]), "0", "the branch did not move");
        fs::remove_file(&seen).expect("seen");
    }
    fs::remove_file(&hold).expect("free");
    project.run(&arguments).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1"]);
    assert_eq!(project.merges("prp-47").len(), 1);
    assert!(events(&project).iter().any(|e| e["event"] == "merge"));
    nothing_is_left(&project);
}

#[test]
fn checks_that_pass_because_of_what_git_ignores_do_not_make_the_work_done() {
    let project = || {
        let project = Project::new();
        project.write("gen/.gitignore", "*\n!.gitignore\n").write("gen/README.md", "What is generated.\n");
        project
    };
    // Left by the agent: its checks pass, and nobody else's would.
    let left = project();
    left.configure("[run]\nrepairs = 0\n[validate]\ngates = \"ignore\"\nl3 = [\"test -f gen/table.txt\"]\n");
    left.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    left.sabotage(
        "PRP-47.1.1",
        1,
        "echo made > gen/table.txt; mkdir -p gen/__pycache__; echo x > gen/__pycache__/a.pyc",
    );
    let ran = left.run(&["exe", "--batch", "47"]).exits(10);
    ran.says("its own checks ran beside `gen/table.txt`, which git ignores and no commit has");
    assert_eq!(status(&left, "PRP-47.1.1"), "partial");
    assert_eq!(left.merges("prp-47"), Vec::<String>::new());
    nothing_is_left(&left);
    // Also when a later run takes it up, without calling an agent again.
    left.run(&["exe", "--batch", "47", "--repairs", "0"]).exits(10).says("`gen/table.txt`, which git ignores");
    assert_eq!(left.merges("prp-47"), Vec::<String>::new());
    // Where it is committed, or where no check needs it, the work is done.
    for lines in ["echo made > gen/table.txt; git add -f gen/table.txt", "echo made > gen/other.txt"] {
        let project = project();
        project.write("gen/table.txt", "old\n");
        project.git(&["add", "-f", "gen/table.txt"]);
        project.configure("[validate]\ngates = \"ignore\"\nl3 = [\"test -f gen/table.txt\"]\n");
        project.prp("PRP-47.1.1", &[], &["gen/table.txt"], 1).commit("PRPs");
        project.sabotage("PRP-47.1.1", 1, lines);
        project.run(&["exe", "--batch", "47"]).exits(0);
        assert_eq!(project.merges("prp-47").len(), 1, "{lines}");
    }
    // What set-up and checks make themselves is there for everybody.
    for (setup, check) in [("touch gen/table.txt", "test -f gen/table.txt"), ("true", "touch gen/a && test -f gen/a")] {
        let project = project();
        project.configure(&format!(
            "[worktree]\nsetup = [\"{setup}\"]\n[validate]\ngates = \"ignore\"\nl3 = [\"{check}\"]\n"
        ));
        project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
        project.run(&["exe", "--batch", "47"]).exits(0);
        assert_eq!(project.merges("prp-47").len(), 1);
        assert!(!project.root().join(".git/batchprp/workspaces/prp-47.candidate").exists());
        let notes = told(&project, "note");
        let tried = notes.iter().filter(|note| note["text"].as_str().is_some_and(|text| text.contains("merged tree")));
        assert_eq!(tried.count(), 0, "nothing is validated twice: {notes:?}");
    }
}

//! Merge conflicts: seen early, parked, resolved by a person or by an agent.

use std::fs;

use crate::project::Project;
use crate::stage::{events, status, told, until};

/// Two items change one file that neither declares; the second one later. A third needs the second.
fn clash() -> Project {
    let project = Project::new();
    project.configure("[guard]\nforeign_file = \"note\"\n\n[validate]\nl2 = [\"! grep -qs BAD *.txt\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.1.3", &[], &[], 1);
    project.prp("PRP-47.2.1", &["PRP-47.1.2"], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "echo one > shared.txt");
    project.sabotage("PRP-47.1.2", 1, "await item_finished PRP-47.1.1; echo two > shared.txt");
    project
}

#[test]
fn a_conflict_is_warned_of_parked_and_finished_by_a_person() {
    let project = clash();
    let before = project.fingerprint();
    project.run(&["exe", "--batch", "47"]).exits(10).says("shared.txt").says("batchprp resolve PRP-47.1.2");
    assert_eq!(status(&project, "PRP-47.1.2"), "conflict");
    assert_eq!(status(&project, "PRP-47.1.3"), "completed");
    assert_eq!(status(&project, "PRP-47.2.1"), "blocked");
    assert!(project.calls_of("PRP-47.2.1").is_empty());
    let warned = told(&project, "conflict_warning");
    assert!(warned.iter().any(|e| e["item"] == "PRP-47.1.2" && e["files"][0] == "shared.txt"), "{warned:?}");
    let at = |kind: &str| events(&project).iter().position(|e| e["event"] == kind && e["item"] == "PRP-47.1.2");
    assert!(at("conflict_warning") < at("conflict"), "the warning comes before the merge");
    let drift = told(&project, "scope_drift");
    assert!(drift.iter().any(|e| e["item"] == "PRP-47.1.1" && e["files"][0] == "shared.txt"), "{drift:?}");
    assert_eq!(project.checkpoints("prp-47-1-2").len(), 1, "the branch is kept");

    let ran = project
        .run(&["resolve", "PRP-47.1.2"])
        .exits(0)
        .says("shared.txt: PRP-47.1.2 and PRP-47.1.1")
        .says("PRP-47.1.1: Work of PRP-47.1.1")
        .says("PRP-47.1.2: Work of PRP-47.1.2")
        .says("Nothing is there.")
        .says("phase 1: Part 1")
        .says("Do part 1.")
        .says("shared.txt:1")
        .says("    <<<<<<<")
        .says("--continue");
    let worktree = ran.stdout.lines().next().unwrap_or_default().to_owned();
    let file = std::path::Path::new(&worktree).join("shared.txt");
    assert!(fs::read_to_string(&file).expect("file").contains("<<<<<<<"));
    project.run(&["resolve", "PRP-47.1.2", "--continue"]).exits(7).says("conflict markers are left");
    project.run(&["exe", "--batch", "47"]).exits(10).says("being resolved");
    fs::write(&file, "BAD\n").expect("edited");
    project.run(&["resolve", "PRP-47.1.2", "--continue"]).exits(10).says("level 2 failed");
    project.run(&["resolve", "PRP-47.1.2", "--abort"]).exits(0).says("refs/batchprp/rescue/");
    project.run(&["resolve", "PRP-47.1.2"]).exits(0);
    fs::write(&file, "one and two\n").expect("edited");
    project.run(&["resolve", "PRP-47.1.2", "--continue"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:shared.txt"]), "one and two");
    assert_eq!(project.merges("prp-47").len(), 3);

    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.2"), ["1"], "work that stands is not done again");
    assert_eq!(project.calls_of("PRP-47.2.1"), ["1"]);
    assert_eq!(project.merges("prp-47").len(), 4);
    assert_eq!(project.fingerprint(), before);
    project.git(&["fsck", "--strict"]);

    project.run(&["clean", "--older-than", "1h"]).exits(0).says("younger");
    project.run(&["clean", "--dry-run"]).exits(0).says("would remove prp-47-1-2");
    assert!(project.git(&["branch", "--list", "prp-47-1-2"]).contains("prp-47-1-2"));
    project.run(&["clean"]).exits(0).says("removed prp-47-1-2");
    assert_eq!(project.git(&["branch", "--list", "prp-47-1-2"]), "");
    assert!(project.git(&["branch", "--list", "prp-47"]).contains("prp-47"), "the batch branch stays");
}

#[test]
fn a_conflict_is_resolved_in_the_editor_or_in_the_merge_tool_of_the_user() {
    let both = "for file in \"$@\"; do printf 'one\\ntwo\\n' > \"$file\"; done";
    for (setting, flag) in [("core.editor", "--edit"), ("tool", "--tool"), ("tool", "--tool=mine")] {
        let project = clash();
        project.run(&["exe", "--batch", "47"]).exits(10);
        let named = ["resolve", "PRP-47.1.2", flag];
        project.run(&named).exits(if flag == "--tool=mine" { 10 } else { 3 }).says("shared.txt");
        let script = project.tools().join("editor.sh");
        fs::write(&script, format!("{both}\n")).expect("written");
        if setting == "tool" {
            project.git(&["config", "merge.tool", "mine"]);
            project.git(&["config", "mergetool.mine.cmd", &format!("sh {} \"$MERGED\"", script.display())]);
            project.git(&["config", "mergetool.mine.trustExitCode", "true"]);
        } else {
            project.git(&["config", "core.editor", &format!("sh {}", script.display())]);
        }
        project.run(&named).exits(0).says("no conflict markers are left");
        project.run(&["resolve", "PRP-47.1.2", "--continue"]).exits(0);
        assert_eq!(project.git(&["show", "prp-47:shared.txt"]), "one\ntwo", "{flag}");
        assert!(!project.git(&["ls-tree", "-r", "--name-only", "prp-47"]).contains(".orig"), "{flag}");
    }
}

#[test]
fn clean_keeps_what_is_not_merged() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "exit 1");
    project.run(&["exe", "--batch", "47"]).exits(10);
    project.run(&["clean"]).exits(0).says("kept prp-47-1-1");
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
}

#[test]
fn after_a_conflict_nothing_starts_with_the_policy_stop() {
    let project = Project::new();
    project.configure("[guard]\nforeign_file = \"note\"\n");
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.1.3", &[], &[], 1);
    project.prp("PRP-47.2.1", &["PRP-47.1.3"], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "echo one > shared.txt");
    project.sabotage("PRP-47.1.2", 1, "await item_finished PRP-47.1.1; echo two > shared.txt");
    project.sabotage("PRP-47.1.3", 1, "await item_finished PRP-47.1.2");
    project.run(&["exe", "--batch", "47", "--on-conflict", "stop"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.2"), "conflict");
    assert_eq!(status(&project, "PRP-47.1.3"), "completed", "what runs goes on to its end");
    assert!(project.calls_of("PRP-47.2.1").is_empty());
    assert_eq!(status(&project, "PRP-47.2.1"), "pending");
}

/// What the agent does when it is called without a phase: as resolver.
fn resolver(project: &Project, lines: &str) {
    fs::write(project.tools().join("PRP-47.1.2."), format!("{lines}\nexit 0\n")).expect("resolver");
}

#[test]
fn an_agent_resolves_a_conflict_and_its_result_is_validated_and_merged() {
    let project = clash();
    resolver(&project, "printf 'one\\ntwo\\n' > shared.txt");
    project.run(&["exe", "--batch", "47", "--on-conflict", "agent"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:shared.txt"]), "one\ntwo");
    assert_eq!(project.calls_of("PRP-47.1.2"), ["1", ""]);
    assert_eq!(status(&project, "PRP-47.2.1"), "completed");
    assert_eq!(project.merges("prp-47").len(), 4);
}

#[test]
fn what_an_agent_resolves_badly_stays_parked_after_one_try() {
    let project = clash();
    resolver(&project, "echo BAD > shared.txt");
    project.run(&["exe", "--batch", "47", "--on-conflict", "agent"]).exits(10).says("not resolved");
    assert_eq!(status(&project, "PRP-47.1.2"), "conflict");
    assert_eq!(project.calls_of("PRP-47.1.2"), ["1", ""], "it is tried once");
    assert_eq!(project.git(&["show", "prp-47:shared.txt"]), "one");
    project.run(&["resolve", "PRP-47.1.2"]).exits(0);
}

#[test]
fn a_run_that_is_killed_while_an_agent_resolves_leaves_nothing_in_the_way() {
    let project = clash();
    resolver(&project, "sleep 60");
    let mut child = project.command(&["exe", "--batch", "47", "--on-conflict", "agent"]).spawn().expect("starts");
    until("the resolver", || project.calls_of("PRP-47.1.2").len() == 2);
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    resolver(&project, "printf 'one\\ntwo\\n' > shared.txt");
    project.run(&["exe", "--batch", "47", "--on-conflict", "agent"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:shared.txt"]), "one\ntwo");
    assert_eq!(project.merges("prp-47").len(), 4);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1"]);
    assert_eq!(project.processes(), Vec::<u32>::new());
}

#[test]
fn an_item_whose_checks_failed_has_nothing_to_resolve_and_is_told_how_to_go_on() {
    let project = Project::new();
    project.configure("[validate]\nl2 = [\"! grep -qs BAD *.txt\"]\n");
    project.prp("PRP-47.1.1", &[], &["a.txt"], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "echo BAD > a.txt");
    project.run(&["exe", "--batch", "47"]).exits(10);
    let ran = project
        .run(&["resolve", "PRP-47.1.1"])
        .exits(0)
        .says("nothing to resolve")
        .says("batchprp take PRP-47.1.1")
        .says("batchprp exe --prps PRP-47.1.1");
    // What it says works.
    let folder = ran.stdout.split(" in ").nth(1).and_then(|rest| rest.split(',').next()).expect("a folder").to_owned();
    fs::write(std::path::Path::new(&folder).join("a.txt"), "good\n").expect("mended");
    project.git(&["-C", &folder, "commit", "-q", "-am", "Mend"]);
    project.run(&["exe", "--prps", "PRP-47.1.1", "--batch", "47"]).exits(0);
    assert_eq!((status(&project, "PRP-47.1.1"), project.calls_of("PRP-47.1.1").len()), ("completed".to_owned(), 1));
}

//! A phase that a person carries out: runs leave it to them, and what they hand in is checked like the work of an agent.

use std::fs;
use std::path::PathBuf;

use crate::project::Project;
use crate::stage::{ended, events, until};

/// Two items of which the second needs the first, and one that needs nobody; the check is red while `red` is there.
fn begun() -> Project {
    let project = Project::new();
    project.configure("[validate]\nl1 = [\"echo looked; test ! -e red || { echo it is red; exit 1; }\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    project.commit("PRPs");
    project
}

fn workspace(project: &Project, item: &str) -> PathBuf {
    project.root().with_file_name("repo-worktrees").join(item.to_lowercase().replace('.', "-"))
}

/// Works in the workspace of an item as a person does.
fn work(project: &Project, item: &str, text: &str) {
    let file = workspace(project, item).join(format!("out/{item}.txt"));
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, text).expect("written");
}

fn hands(project: &Project) -> String {
    project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/hand"])
}

#[test]
fn a_taken_item_is_left_to_its_person_and_what_they_hand_in_is_a_checkpoint_like_any_other() {
    let project = begun();
    let taken = project.run(&["take", "47.1.1"]).exits(0).says("Do part 1.").says("batchprp give PRP-47.1.1");
    let place = workspace(&project, "PRP-47.1.1");
    assert!(taken.stdout.contains(&place.display().to_string()), "{}", taken.stdout);
    project.run(&["take", "PRP-47.1.1"]).exits(0).says("Do part 1.");

    let ran = project.run(&["exe", "--batch", "47"]).exits(10).says("PRP-47.1.1 is in the hands of Tester");
    ran.says("PRP-47.2.1 waits for a person").says("batchprp give PRP-47.1.1");
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.2: Work of PRP-47.1.2"]);
    assert!(project.calls_of("PRP-47.1.1").is_empty());
    project.run(&["exe", "--prps", "PRP-47.2.1"]).exits(10).says("in the hands of a person");

    // Nothing was made yet, then something red, then what is right.
    project.run(&["give", "PRP-47.1.1"]).exits(10).says("nothing");
    work(&project, "PRP-47.1.1", "by hand\n");
    fs::write(place.join("red"), "").expect("written");
    project.run(&["give", "PRP-47.1.1"]).exits(6).says("it is red").says("still in your hands");
    assert!(hands(&project).ends_with("/prp-47-1-1"));
    project.run(&["exe", "--batch", "47"]).exits(10).says("nothing can run");
    assert!(place.join("red").exists() && project.calls_of("PRP-47.1.1").is_empty(), "it is left as it is");
    fs::remove_file(place.join("red")).expect("mended");
    project.run(&["give", "PRP-47.1.1"]).exits(0).says("phase 1 is handed in by Tester").says("exe --prps PRP-47.1.1");
    assert_eq!(hands(&project), "");
    let said = project.git(&["log", "-1", "--format=%B", "prp-47-1-1"]);
    assert!(said.contains("Batchprp-By: Tester <tester@example.org>") && said.contains("agent=person"), "{said}");
    assert!(!project.git(&["ls-tree", "-r", "--name-only", "prp-47-1-1"]).contains("red"));

    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["2"], "only the phase that is left");
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]), "by hand\nphase 2");
    assert_eq!(project.merges("prp-47").len(), 3);
    project.run(&["take", "PRP-47.1.1"]).exits(4).says("nothing to take");
    project.run(&["give", "PRP-47.1.1"]).exits(4).says("nobody's hands");
}

#[test]
fn what_is_let_go_is_kept_and_an_agent_does_the_phase() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "half of it\n");
    project.run(&["give", "PRP-47.1.2", "--abandon"]).exits(0).says("refs/batchprp/rescue");
    assert_eq!(hands(&project), "");
    let kept = project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/rescue"]);
    let kept = kept.lines().next().expect("something is kept").to_owned();
    assert_eq!(project.git(&["show", &format!("{kept}:out/PRP-47.1.2.txt")]), "half of it");
    assert!(project.checkpoints("prp-47-1-2").is_empty());
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.2.txt"]), "phase 1");
}

#[test]
fn commits_of_the_person_stay_beneath_the_checkpoint_and_the_last_phase_is_merged_at_once() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    project.run(&["shell", "PRP-47.1.2", "--", "git", "add", "-A"]).exits(0);
    let commit =
        ["shell", "PRP-47.1.2", "--", "git", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "Mine"];
    project.run(&commit).exits(0);
    project.run(&["give", "PRP-47.1.2", "--merge"]).exits(0).says("merged as");
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.2: Work of PRP-47.1.2"]);
    assert!(project.git(&["log", "--format=%s", "prp-47"]).contains("Mine"));
    assert!(project.git(&["log", "--format=%B", "prp-47"]).contains("Batchprp-By: Tester"));
}

#[test]
fn the_guard_looks_at_the_work_of_a_person_too() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    let flow = workspace(&project, "PRP-47.1.2").join(".github/workflows/ci.yml");
    fs::create_dir_all(flow.parent().expect("a folder")).expect("a folder");
    fs::write(flow, "on: push\n").expect("written");
    project.run(&["give", "PRP-47.1.2", "--merge"]).exits(10).says("batchprp approve PRP-47.1.2");
    assert_eq!(hands(&project), "", "its checks passed: it waits for an approval and for nobody's hands");
    project.run(&["approve", "PRP-47.1.2", "--merge"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 1);
}

#[test]
fn an_item_is_in_the_hands_of_one_person() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    let mut other = project.command(&["take", "PRP-47.1.2"]);
    other.env("GIT_AUTHOR_NAME", "Another").env("GIT_AUTHOR_EMAIL", "another@example.org");
    ended(other.spawn().expect("starts"))
        .exits(7)
        .says("in the hands of Tester <tester@example.org>")
        .says("--abandon");
    assert_eq!(hands(&project).lines().count(), 1);
    // What it builds on comes first, and a taken item is no such thing.
    project.run(&["take", "PRP-47.2.1"]).exits(5).says("PRP-47.1.1");
}

#[test]
fn an_item_is_taken_and_handed_in_beside_a_run_that_has_not_come_to_it() {
    let project = begun();
    project.sabotage("PRP-47.1.1", 1, "until [ -e \"$TOOLS/go\" ]; do sleep 0.02; done");
    let run = project.command(&["exe", "--batch", "47", "--jobs", "1"]).spawn().expect("starts");
    until("the first agent", || project.calls_of("PRP-47.1.1").len() == 1);
    project.run(&["take", "PRP-47.1.1"]).exits(7).says("PRP-47.1.1 is being worked on by run");
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    project.run(&["give", "PRP-47.1.2", "--merge"]).exits(7).says("is being worked on by");
    fs::write(project.tools().join("go"), "").expect("written");
    let ran = ended(run).exits(10).says("in the hands of Tester");
    assert!(project.calls_of("PRP-47.1.2").is_empty(), "{}", ran.stdout);
    assert_eq!(project.merges("prp-47").len(), 2);
    project.run(&["give", "PRP-47.1.2"]).exits(0);
    assert!(events(&project).iter().any(|event| event["event"] == "hand" && event["deed"] == "given"));
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 3);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.2.txt"]), "by hand");
}

/// Commits a file on the branch of an item in a worktree of the user's own.
fn commit_beside(project: &Project, branch: &str, file: &str, text: &str) {
    let beside = project.tools().join("beside").display().to_string();
    project.git(&["worktree", "add", "-q", &beside, branch]);
    let path = project.tools().join("beside").join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("written");
    project.git(&["-C", &beside, "add", file]);
    project.git(&["-C", &beside, "commit", "-q", "-m", "A fix"]);
    project.git(&["worktree", "remove", &beside]);
}

/// Commits what is in the workspace of an item there.
fn commit_inside(project: &Project, prp: &str) {
    let place = workspace(project, prp).display().to_string();
    project.git(&["-C", &place, "add", "--all"]);
    project.git(&["-C", &place, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "-m", "Mine"]);
}

#[test]
fn commits_of_the_workspace_and_of_the_branch_are_merged() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    commit_inside(&project, "PRP-47.1.2");
    let mine = project.git(&["-C", &workspace(&project, "PRP-47.1.2").display().to_string(), "rev-parse", "HEAD"]);
    commit_beside(&project, "prp-47-1-2", "fix.txt", "a fix\n");
    let fix = project.git(&["rev-parse", "prp-47-1-2"]);
    let given = project.run(&["give", "PRP-47.1.2"]).exits(0);
    assert!(!format!("{}{}", given.stdout, given.stderr).contains("rewrote"), "{}", given.stderr);
    project.run(&["exe", "--batch", "47"]).exits(0);
    let files = project.git(&["ls-tree", "-r", "--name-only", "prp-47"]);
    assert!(files.contains("fix.txt") && files.contains("out/PRP-47.1.2.txt"), "{files}");
    for commit in [mine, fix] {
        project.git(&["merge-base", "--is-ancestor", &commit, "prp-47"]);
    }
}

#[test]
fn commits_of_the_workspace_that_the_branch_has_in_another_way_are_no_rewriting() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    commit_inside(&project, "PRP-47.1.2");
    let mine = project.git(&["-C", &workspace(&project, "PRP-47.1.2").display().to_string(), "rev-parse", "HEAD"]);
    commit_beside(&project, "prp-47-1-2", "out/PRP-47.1.2.txt", "by hand\n");
    project.run(&["give", "PRP-47.1.2"]).exits(0);
    project.git(&["merge-base", "--is-ancestor", &mine, "prp-47-1-2"]);
    assert_eq!(project.git(&["for-each-ref", "refs/batchprp/rescue"]), "");
}

#[test]
fn commits_that_changed_the_same_lines_on_both_sides_are_told_and_kept() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    work(&project, "PRP-47.1.2", "by hand\n");
    commit_inside(&project, "PRP-47.1.2");
    commit_beside(&project, "prp-47-1-2", "out/PRP-47.1.2.txt", "somebody else's\n");
    let ran = project.run(&["give", "PRP-47.1.2"]).exits(0);
    ran.says("same lines of out/PRP-47.1.2.txt").says("refs/batchprp/rescue");
    assert_eq!(project.git(&["show", "prp-47-1-2:out/PRP-47.1.2.txt"]), "by hand");
    let log = project.git(&["log", "--format=%s", "prp-47-1-2"]);
    assert!(log.contains("A fix"), "{log}");
    let kept = project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/rescue"]);
    assert_eq!(project.git(&["log", "-1", "--format=%s", &kept]), "Mine");
}

#[test]
fn what_somebody_commits_on_the_branch_meanwhile_stays_when_the_item_is_handed_in() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    commit_beside(&project, "prp-47-1-2", "fix.txt", "a fix\n");
    work(&project, "PRP-47.1.2", "by hand\n");
    project.run(&["give", "PRP-47.1.2"]).exits(0);
    let files = project.git(&["ls-tree", "-r", "--name-only", "prp-47-1-2"]);
    assert!(files.contains("fix.txt") && files.contains("out/PRP-47.1.2.txt"), "{files}");
    project.run(&["exe", "--batch", "47"]).exits(0);
    let files = project.git(&["ls-tree", "-r", "--name-only", "prp-47"]);
    assert!(files.contains("fix.txt") && files.contains("out/PRP-47.1.2.txt"), "{files}");
}

#[test]
fn what_was_committed_by_hand_and_abandoned_is_kept_and_goes_nowhere() {
    let project = begun();
    project.run(&["take", "PRP-47.1.2"]).exits(0);
    fs::write(workspace(&project, "PRP-47.1.2").join("mine.txt"), "mine\n").expect("written");
    commit_inside(&project, "PRP-47.1.2");
    project.run(&["give", "PRP-47.1.2", "--abandon"]).exits(0).says("refs/batchprp/rescue");
    let kept = project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/rescue"]);
    assert_eq!(project.git(&["show", &format!("{kept}:mine.txt")]), "mine");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert!(!project.git(&["ls-tree", "-r", "--name-only", "prp-47"]).contains("mine.txt"));
}

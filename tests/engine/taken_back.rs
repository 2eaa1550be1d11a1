//! Work of a batch that was taken back where it landed: it is missed, done again, and lands again.

use crate::project::Project;

/// A batch of two items that write a file each and a line of one file that they share, finished.
fn finished() -> Project {
    let project = Project::new();
    let lines: Vec<String> = (1..=20).map(|n| format!("line {n}\n")).collect();
    project.write("shared.txt", &lines.concat());
    let shared = &["shared.txt"][..];
    project.prp("PRP-47.1.1", &[], shared, 1).prp("PRP-47.2.1", &["PRP-47.1.1"], shared, 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "sed -i 's/^line 2$/line 2 of one/' shared.txt");
    project.sabotage("PRP-47.2.1", 1, "sed -i 's/^line 18$/line 18 of two/' shared.txt");
    project.run(&["exe", "--batch", "47"]).exits(0).says("batchprp land 47");
    project
}

fn commits(project: &Project, file: &str, text: &str) {
    project.write(file, text);
    project.git(&["add", file]);
    project.git(&["commit", "-q", "-m", "Of a person", "--", file]);
}

/// Reverts a commit of the branch that is checked out.
fn revert(project: &Project, commit: &str) {
    let is_merge = project.git(&["rev-list", "--parents", "-1", commit]).split(' ').count() > 2;
    let mainline = if is_merge { &["-m", "1"][..] } else { &[] };
    project.git(&[&["revert", "--no-edit"], mainline, &[commit]].concat());
}

/// Finds the merge of an item.
fn merge_of(project: &Project, id: &str) -> String {
    project.git(&["log", "--all", "--format=%H", "--grep", &format!("^Merge {id}"), "-1"])
}

fn is_whole(project: &Project) -> bool {
    let shared = project.read("shared.txt");
    ["PRP-47.1.1", "PRP-47.2.1"].iter().all(|id| project.root().join(format!("out/{id}.txt")).exists())
        && shared.contains("line 2 of one\n")
        && shared.contains("line 18 of two\n")
}

const WAYS: [&[&str]; 3] = [&[], &["--strategy", "squash"], &["--strategy", "rebase"]];

#[test]
fn work_that_was_taken_back_and_done_again_lands_beside_what_people_wrote() {
    for how in WAYS {
        let project = finished();
        commits(&project, "other.txt", "meanwhile\n");
        let before = project.git(&["rev-parse", "main"]);
        project.run(&[&["land", "47"], how].concat()).exits(0);
        assert!(is_whole(&project));
        let landed = project.git(&["rev-list", "--first-parent", &format!("{before}..main")]);
        landed.lines().for_each(|commit| revert(&project, commit));
        // Another line of the same file: it is not what it was before the landing either.
        let shared = project.read("shared.txt").replace("line 10\n", "line 10 of a person\n");
        commits(&project, "shared.txt", &shared);
        let missed = project.run(&[&["land", "47"], how].concat()).exits(10);
        missed.says("exe --redo PRP-47.1.1,PRP-47.2.1");
        project.run(&["exe", "--redo", "PRP-47.1.1,PRP-47.2.1"]).exits(0);
        project.run(&[&["land", "47"], how].concat()).exits(0);
        assert!(is_whole(&project), "{how:?}: {}", project.read("shared.txt"));
        assert!(project.read("shared.txt").contains("line 10 of a person\n"));
        assert!(project.read("PRPs/feature-requests/PRP-47.1.1-work.md").contains("status: completed"));
    }
}

#[test]
fn work_that_was_done_again_stays_when_the_base_is_merged_in() {
    let project = finished();
    commits(&project, "other.txt", "meanwhile\n");
    project.run(&["land", "47"]).exits(0);
    revert(&project, "main");
    project.run(&["exe", "--redo", "PRP-47.1.1,PRP-47.2.1"]).exits(0);
    project.run(&["exe", "--batch", "47", "--update-base"]).exits(0);
    project.run(&["land", "47"]).exits(0);
    assert!(is_whole(&project));
}

#[test]
fn work_that_somebody_wrote_anew_otherwise_is_a_conflict() {
    let project = finished();
    commits(&project, "other.txt", "meanwhile\n");
    project.run(&["land", "47"]).exits(0);
    revert(&project, "main");
    commits(&project, "shared.txt", &project.read("shared.txt").replace("line 18\n", "line 18 of a person\n"));
    project.run(&["exe", "--redo", "PRP-47.1.1,PRP-47.2.1"]).exits(0);
    project.run(&["land", "47"]).exits(7).says("shared.txt");
}

#[test]
fn one_item_that_was_taken_back_is_missed_wherever_people_are() {
    let project = finished();
    project.run(&["land", "47"]).exits(0);
    revert(&project, &merge_of(&project, "PRP-47.2.1"));
    project.git(&["switch", "-q", "-c", "elsewhere", "main~1"]);
    project.run(&["land", "47"]).exits(10).says("PRP-47.2.1 landed on `main` and was taken back");
    project.git(&["switch", "-q", "main"]);
    project.run(&["land", "47", "--partial"]).exits(0);
    assert!(!project.root().join("out/PRP-47.2.1.txt").exists(), "what is taken back on purpose may stay away");
}

#[test]
fn an_item_that_was_reverted_is_not_called_completed_and_every_way_leads_on() {
    let project = finished();
    project.run(&["land", "47"]).exits(0);
    revert(&project, &merge_of(&project, "PRP-47.2.1"));
    project.run(&["exe", "--batch", "47"]).exits(10).says("batchprp exe --redo PRP-47.2.1");
    // Its own merge of the base takes the work out of the batch as well.
    project.run(&["exe", "--batch", "47", "--update-base"]);
    project.run(&["exe", "--redo", "PRP-47.2.1"]).exits(0);
    project.run(&["land", "47"]).exits(0);
    assert!(is_whole(&project), "{}", project.read("shared.txt"));
}

#[test]
fn a_checkpoint_that_was_reverted_is_missed_by_the_landing() {
    let project = finished();
    project.run(&["land", "47"]).exits(0);
    let checkpoint = project.git(&["log", "--format=%H", "--grep", "^PRP-47.2.1: Phase 1", "-1"]);
    revert(&project, &checkpoint);
    project.run(&["land", "47"]).exits(10).says("exe --redo PRP-47.2.1");
    project.run(&["exe", "--redo", "PRP-47.2.1"]).exits(0);
    project.run(&["land", "47"]).exits(0);
    assert!(is_whole(&project));
}

#[test]
fn a_batch_branch_that_was_made_anew_takes_nothing_back_that_landed() {
    let project = finished();
    let old = project.git(&["rev-parse", "main"]);
    project.run(&["land", "47"]).exits(0);
    project.git(&["branch", "-q", "-D", "prp-47"]);
    project.prp("PRP-47.3.1", &[], &[], 1).commit("One more");
    project.run(&["exe", "--prps", "PRP-47.3.1", "--base", &old]).exits(0);
    project.run(&["land", "47", "--partial"]).exits(0);
    assert!(is_whole(&project) && project.root().join("out/PRP-47.3.1.txt").exists());
}

//! `context-update` in clones that know nothing but the rewritten main branch.

use super::project::{Project, Ran};
use super::reviewed;

/// A batch with an id that begins like another one, executed and not landed.
fn finished() -> Project {
    let project = reviewed();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.10", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(0);
    project
}

/// Updates the documents in a fresh clone of main: no branches, no notes, no runs.
fn update(project: &Project) -> (Ran, Vec<String>) {
    drop(std::fs::remove_dir_all(project.root().with_file_name("clone")));
    let clone = project.root().with_file_name("clone");
    let path = clone.to_string_lossy().into_owned();
    project.git(&["clone", "-q", "--single-branch", "--branch", "main", "--no-local", ".", &path]);
    let ran = project.run(&["-C", &path, "context-update", "--batch", "47"]);
    let folder = clone.join("PRPs/executed");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    (ran, names)
}

const BOTH: [&str; 2] = ["PRP-47.1.1-work.md", "PRP-47.1.10-work.md"];

#[test]
fn a_squash_of_the_batch_shows_both() {
    let project = finished();
    project.git(&["merge", "--squash", "prp-47"]);
    project.git(&["commit", "-q", "--no-edit"]);
    let (ran, names) = update(&project);
    ran.exits(0).says("its files are hidden in a squash");
    assert_eq!(names, BOTH);
}

#[test]
fn a_rebase_of_the_batch_shows_both_with_their_new_commits() {
    let project = finished();
    project.write("README.md", "# Elsewhere\n").commit("Meanwhile");
    project.git(&["switch", "-q", "-c", "copy", "prp-47"]);
    project.git(&["rebase", "-q", "main"]);
    project.git(&["switch", "-q", "main"]);
    project.git(&["merge", "-q", "--ff-only", "copy"]);
    let (ran, names) = update(&project);
    ran.exits(0);
    assert_eq!(names, BOTH);
    let text =
        std::fs::read_to_string(project.root().with_file_name("clone").join("PRPs/executed/PRP-47.1.10-work.md"));
    let commit = project.git(&["log", "main", "--format=%h", "--abbrev=7", "--grep", "^PRP-47.1.10: Phase"]);
    assert!(text.expect("document").contains(&commit), "{commit}");
}

#[test]
fn a_cherry_picked_item_is_executed_and_its_sibling_is_not() {
    let project = finished();
    let commits = project.git(&["log", "--reverse", "--format=%H", "prp-47", "--grep", "^PRP-47.1.10: Phase"]);
    for commit in commits.lines() {
        project.git(&["cherry-pick", commit]);
    }
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.1-work", "not executed yet");
    assert_eq!(names, BOTH[1..]);
}

#[test]
fn a_half_cherry_picked_item_is_partial() {
    let project = finished();
    let commits = project.git(&["log", "--reverse", "--format=%H", "prp-47", "--grep", "^PRP-47.1.1: Phase"]);
    project.git(&["cherry-pick", commits.lines().next().expect("a checkpoint")]);
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.1-work", "partial: 1 of 2 phases committed");
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn a_reverted_merge_takes_one_back_and_leaves_the_other() {
    let project = finished();
    project.git(&["merge", "-q", "--ff-only", "prp-47"]);
    let merge = project.git(&["log", "--merges", "--format=%H", "--grep", "^Merge PRP-47.1.1:"]);
    project.git(&["revert", "--no-edit", "-m", "1", &merge]);
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.1-work", "not executed yet");
    assert_eq!(names, BOTH[1..]);
}

/// Reads a line of a document in the clone.
fn line(project: &Project, id: &str, key: &str) -> Option<String> {
    let path = project.root().with_file_name("clone").join(format!("PRPs/executed/{id}-work.md"));
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().find(|line| line.starts_with(key)).map(str::to_owned)
}

#[test]
fn a_revert_of_a_squash_takes_all_of_it_back_and_its_revert_brings_it_again() {
    let project = finished();
    project.git(&["merge", "--squash", "prp-47"]);
    project.git(&["commit", "-q", "--no-edit"]);
    project.git(&["revert", "--no-edit", "HEAD"]);
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.1-work", "not executed yet").says_of("PRP-47.1.10-work", "not executed yet");
    assert!(names.is_empty(), "{names:?}");
    project.git(&["revert", "--no-edit", "HEAD"]);
    let (ran, names) = update(&project);
    ran.exits(0);
    assert_eq!(names, BOTH);
}

#[test]
fn a_reverted_landing_of_the_whole_batch_takes_every_item_back() {
    let project = finished();
    project.git(&["merge", "-q", "--no-ff", "-m", "Land batch 47", "prp-47"]);
    let (ran, names) = update(&project);
    ran.exits(0);
    assert_eq!(names, BOTH);
    project.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.1-work", "not executed yet").says_of("PRP-47.1.10-work", "not executed yet");
    assert!(names.is_empty(), "{names:?}");
    project.git(&["revert", "--no-edit", "HEAD"]);
    let (ran, names) = update(&project);
    ran.exits(0);
    assert_eq!(names, BOTH, "a reverted revert brings the work again");
}

#[test]
fn a_reverted_revert_of_one_item_brings_it_again() {
    let project = finished();
    project.git(&["merge", "-q", "--ff-only", "prp-47"]);
    let merge = project.git(&["log", "--merges", "--format=%H", "--grep", "^Merge PRP-47.1.1:"]);
    project.git(&["revert", "--no-edit", "-m", "1", &merge]);
    project.git(&["revert", "--no-edit", "HEAD"]);
    let (ran, names) = update(&project);
    ran.exits(0);
    assert_eq!(names, BOTH);
}

#[test]
fn reordered_and_amended_commits_count_as_they_are_now() {
    let project = finished();
    let commits = project.git(&["log", "--reverse", "--no-merges", "--format=%H", "main..prp-47", "--grep", ": Phase"]);
    let of = |id: &str| {
        let belongs =
            |commit: &&str| project.git(&["log", "-1", "--format=%s", commit]).starts_with(&format!("{id}: "));
        commits.lines().filter(belongs).map(str::to_owned).collect::<Vec<_>>()
    };
    // The later item first, and its commit amended with a file that nobody declared.
    for commit in of("PRP-47.1.10").iter().chain(&of("PRP-47.1.1")) {
        project.git(&["cherry-pick", commit]);
        if of("PRP-47.1.10").contains(commit) {
            project.write("out/more.txt", "more\n").git(&["add", "out/more.txt"]);
            project.git(&["commit", "-q", "--amend", "--no-edit"]);
        }
    }
    let (ran, names) = update(&project);
    ran.exits(0).says_of("PRP-47.1.10-work", "executed, drift 100 %, critical: 1 changed but not declared");
    assert_eq!(names, BOTH);
    assert_eq!(line(&project, "PRP-47.1.10", "drift:").as_deref(), Some("drift: 1"));
    assert_eq!(line(&project, "PRP-47.1.1", "drift:").as_deref(), Some("drift: 0"));
    let amended = project.git(&["log", "main", "--format=%h", "--abbrev=7", "--grep", "^PRP-47.1.10: Phase"]);
    assert!(line(&project, "PRP-47.1.10", "commits:").is_some_and(|line| line.contains(&amended)), "{amended}");
    assert_eq!(line(&project, "PRP-47.1.10", "actual_hours:"), None, "a clone that measured nothing says nothing");
}

#[test]
fn a_document_that_got_another_name_and_a_batch_without_branches_are_found() {
    let project = finished();
    project.git(&["merge", "-q", "--ff-only", "prp-47"]);
    let folder = "PRPs/feature-requests";
    project.git(&["mv", &format!("{folder}/PRP-47.1.1-work.md"), &format!("{folder}/PRP-47.1.1-better.md")]);
    project.commit("A better name");
    for branch in project.git(&["branch", "--format=%(refname:short)", "--list", "prp-47*"]).lines() {
        project.git(&["branch", "-q", "-D", branch]);
    }
    project
        .run(&["context-update", "--batch", "47"])
        .exits(0)
        .says_of("PRP-47.1.1-better", "executed, drift 0 %, moved");
    assert!(project.read("PRPs/executed/PRP-47.1.1-better.md").contains("actual_hours: "), "it was measured here");
    assert!(project.read("PRPs/executed/PRP-47.1.10-work.md").contains("status: executed"));
}

//! `--no-merge`: what builds on other items has their work all the same.

use crate::project::Project;
use crate::stage::{status, told};

/// Two items, one that needs both, one that needs that one, and one apart.
fn diamond() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.1.3", &[], &[], 1);
    project.prp("PRP-47.2.1", &["PRP-47.1.1", "PRP-47.1.2"], &[], 1);
    project.prp("PRP-47.3.1", &["PRP-47.2.1"], &[], 1).commit("PRPs");
    project
}

#[test]
fn items_start_from_the_unmerged_branches_of_what_they_need() {
    let project = diamond();
    let before = project.fingerprint();
    let needs =
        "for f in out/PRP-47.1.1.txt out/PRP-47.1.2.txt; do [ -e $f ] || exit 1; done; [ ! -e out/PRP-47.1.3.txt ]";
    project.sabotage("PRP-47.2.1", 1, &format!("({needs}) || exit 1"));
    project.sabotage("PRP-47.3.1", 1, &format!("({needs} && [ -e out/PRP-47.2.1.txt ]) || exit 1"));
    project.run(&["exe", "--batch", "47", "--no-merge"]).exits(0);
    assert_eq!(project.git(&["rev-list", "--count", "main..prp-47"]), "0", "nothing is merged");
    for branch in ["prp-47-1-1", "prp-47-1-2"] {
        project.git(&["merge-base", "--is-ancestor", branch, "prp-47-2-1"]);
    }
    project.git(&["merge-base", "--is-ancestor", "prp-47-2-1", "prp-47-3-1"]);
    let own = project.checkpoints("prp-47-2-1").into_iter().filter(|subject| subject.starts_with("PRP-47.2.1:"));
    assert_eq!(own.count(), 1);

    // Later everything is merged, each item once, and nothing is done again.
    let calls = project.calls().len();
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls().len(), calls);
    assert_eq!(project.merges("prp-47").len(), 5);
    assert_eq!(project.git(&["ls-tree", "--name-only", "prp-47", "out/"]).lines().count(), 5);
    project.git(&["fsck", "--strict"]);
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn branches_that_conflict_are_named_and_block_only_what_needs_both() {
    let project = diamond();
    project.sabotage("PRP-47.1.1", 1, "echo one > shared.txt").sabotage("PRP-47.1.2", 1, "echo two > shared.txt");
    let ran = project.run(&["exe", "--batch", "47", "--no-merge"]).exits(10);
    ran.says("which conflict in shared.txt").says("without `--no-merge`");
    // The printed command is not the one that met the conflict, and goes on.
    let end = told(&project, "run_finished").pop().expect("an end");
    assert_eq!(end["resume"], "batchprp exe --batch 47");
    assert_eq!(status(&project, "PRP-47.2.1"), "failed");
    assert_eq!(status(&project, "PRP-47.3.1"), "blocked");
    assert_eq!(status(&project, "PRP-47.1.3"), "completed");
    assert!(project.calls_of("PRP-47.2.1").is_empty());
    assert_eq!(told(&project, "merge").len(), 0);

    project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(10).says("batchprp approve PRP-47.1.2");
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    project.run(&["approve", "PRP-47.1.2"]).exits(0);
    project.run(&["exe", "--batch", "47"]).exits(10).says("batchprp resolve PRP-47.1.2");
    assert_eq!(status(&project, "PRP-47.1.2"), "conflict");
}

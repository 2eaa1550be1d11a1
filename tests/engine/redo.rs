//! Merged work and what others build on it: restarts that lose nothing, items that are done again, phases that came later.

use crate::project::{Project, prp};
use crate::stage::{status, told};

/// Two items and one that builds on the first; everything is merged.
fn merged() -> Project {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.1.2", &[], &[], 1);
    project.prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "1"]).exits(0);
    project
}

fn notes(project: &Project) -> String {
    let notes = told(project, "note");
    notes.iter().filter_map(|note| note["text"].as_str()).collect::<Vec<_>>().join(
        "
",
    )
}

/// Commits a file on the batch branch as a person would, in a worktree of its own.
fn by_hand(project: &Project, branch: &str, file: &str, text: &str) {
    let place = project.root().with_file_name("by-hand");
    let at = place.display().to_string();
    project.git(&["worktree", "add", "-q", &at, branch]);
    std::fs::create_dir_all(place.join(file).parent().expect("parent")).expect("folder");
    std::fs::write(place.join(file), text).expect("file");
    project.git(&["-C", &at, "add", "-A"]);
    project.git(&["-C", &at, "commit", "-q", "-m", "By hand"]);
    project.git(&["worktree", "remove", &at]);
}

/// Tells whether git is new enough (2.40) to take a merge back without a working tree.
fn git_reverts_merges() -> bool {
    let version = std::process::Command::new("git").arg("version").output().expect("git").stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(2), Some(40))
}

#[test]
fn a_restart_of_a_merged_item_is_refused_and_names_the_way() {
    let project = merged();
    let tip = project.git(&["rev-parse", "prp-1"]);
    for flags in [
        &["--prps", "PRP-1.2.1", "--restart"][..],
        &["--batch", "1", "--stage", "2", "--restart"],
        &["PRP-1.1.1", "PRP-1.1.2", "--restart"],
        &["--batch", "1", "--from", "PRP-1.2.1", "--restart"],
        &["--batch", "1", "--from", "PRP-1.1.2:1"],
        &["--from", "PRP-1.2.1:1"],
    ] {
        let ran = project.run(&[&["exe"], flags].concat()).exits(7);
        ran.says(" merged").says("batchprp exe --redo PRP-1.");
        assert_eq!(project.git(&["rev-parse", "prp-1"]), tip, "{flags:?}");
    }
    assert_eq!(project.calls().len(), 3);
}

#[test]
fn unmerged_items_start_over_from_the_present_batch_branch() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 2);
    project.prp("PRP-1.2.2", &["PRP-1.1.1"], &[], 1).commit("PRPs");
    project.sabotage("PRP-1.2.1", 2, "exit 1").sabotage("PRP-1.2.2", 1, "exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    by_hand(&project, "prp-1", "mended.txt", "mended\n");
    let tip = project.git(&["rev-parse", "prp-1"]);
    let has_all = "[ -e out/PRP-1.1.1.txt ] && [ -e mended.txt ] || exit 1";
    project.sabotage("PRP-1.2.1", 1, has_all).sabotage("PRP-1.2.1", 2, has_all).sabotage("PRP-1.2.2", 1, has_all);
    project.run(&["exe", "--prps", "PRP-1.2.1", "--restart"]).exits(0);
    project.run(&["exe", "--batch", "1", "--stage", "2", "--restart"]).exits(7).says("PRP-1.2.1 is merged");
    project.run(&["exe", "--prps", "PRP-1.2.2", "--restart"]).exits(0);
    project.git(&["merge-base", "--is-ancestor", &tip, "prp-1"]);
    assert_eq!(project.merges("prp-1").len(), 3);
    assert_eq!(project.calls_of("PRP-1.2.1"), ["1", "2", "1", "2"]);
    assert_eq!(project.calls_of("PRP-1.1.1"), ["1"]);
}

#[test]
fn a_dependency_that_came_later_is_in_the_branch_before_the_next_phase() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.1.2", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 3);
    project.commit("PRPs");
    project.sabotage("PRP-1.2.1", 2, "exit 1").sabotage("PRP-1.1.2", 1, "exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    project.prp("PRP-1.2.1", &["PRP-1.1.1", "PRP-1.1.2"], &[], 3).mend("PRP-1.1.2", 1);
    project.sabotage("PRP-1.2.1", 2, "[ -e out/PRP-1.1.2.txt ] || exit 1");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let notes = notes(&project);
    assert!(notes.contains("`prp-1-2-1` was 2 commits behind `prp-1`, among them PRP-1.1.2"), "{notes}");
    assert_eq!(project.calls_of("PRP-1.2.1"), ["1", "2", "2", "3"], "nothing is done twice");
    let validated: Vec<_> = told(&project, "validation").into_iter().filter(|e| e["item"] == "PRP-1.2.1").collect();
    assert!(validated.iter().any(|event| event["phase"] == 1), "what was merged in is validated: {validated:?}");
    project.git(&["fsck", "--strict"]);
}

#[test]
fn what_a_person_mends_on_the_batch_branch_reaches_an_item_that_goes_on() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 2).commit("PRPs");
    project.sabotage("PRP-1.2.1", 2, "[ -e mended.txt ] || exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    by_hand(&project, "prp-1", "mended.txt", "mended\n");
    project.run(&["exe", "--batch", "1"]).exits(0);
    assert_eq!(project.git(&["show", "prp-1:mended.txt"]), "mended");
    assert_eq!(project.merges("prp-1").len(), 2);
}

#[test]
fn an_item_without_work_of_its_own_simply_starts_where_the_others_are() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 1).commit("PRPs");
    project.sabotage("PRP-1.2.1", 1, "[ -e mended.txt ] || exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    by_hand(&project, "prp-1", "mended.txt", "mended\n");
    project.run(&["exe", "--batch", "1"]).exits(0);
    assert!(notes(&project).contains("it starts there now"), "{}", notes(&project));
    let parents = project.git(&["log", "--format=%s", "prp-1-2-1"]);
    assert!(!parents.contains("Bring "), "{parents}");
}

#[test]
fn what_others_merged_meanwhile_is_no_reason_to_change_a_branch() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 2).prp("PRP-1.1.2", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-1.1.1", 2, "exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    project.mend("PRP-1.1.1", 2);
    project.run(&["exe", "--batch", "1"]).exits(0);
    assert!(!notes(&project).contains("behind"), "{}", notes(&project));
    assert!(!project.git(&["log", "--format=%s", "prp-1-1-1"]).contains("Bring "));
}

#[test]
fn an_item_that_conflicts_with_what_it_builds_on_says_so_before_an_agent_is_paid() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.2.1", &["PRP-1.1.1"], &["shared.txt"], 2).commit("PRPs");
    project.sabotage("PRP-1.2.1", 1, "echo item > shared.txt").sabotage("PRP-1.2.1", 2, "exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    by_hand(&project, "prp-1", "shared.txt", "person\n");
    let calls = project.calls().len();
    let ran = project.run(&["exe", "--batch", "1"]).exits(10);
    ran.says("behind `prp-1`").says("conflicts in shared.txt").says("batchprp resolve PRP-1.2.1");
    assert_eq!(project.calls().len(), calls);
    assert_eq!(status(&project, "PRP-1.2.1"), "failed");
    project.mend("PRP-1.2.1", 2);
    project.run(&["resolve", "PRP-1.2.1"]).exits(0);
    let place = project.root().with_file_name("repo-worktrees").join("prp-1-2-1/shared.txt");
    std::fs::write(place, "both\n").expect("resolved");
    project.run(&["resolve", "PRP-1.2.1", "--continue"]).exits(0);
    assert_eq!(project.git(&["show", "prp-1:shared.txt"]), "both");
    assert_eq!(project.calls_of("PRP-1.2.1").last().map(String::as_str), Some("2"));
}

#[test]
fn merged_work_is_done_again_when_that_is_asked_for_and_what_builds_on_it_is_checked() {
    if !git_reverts_merges() {
        return;
    }
    let project = merged();
    project.sabotage("PRP-1.1.1", 1, "[ -e out/PRP-1.1.1.txt ] && exit 1; echo again > again.txt");
    let ran = project.run(&["exe", "--redo", "PRP-1.1.1"]).exits(0);
    ran.says("PRP-1.2.1: builds on it and stays merged").says("--with-dependents");
    assert_eq!(project.git(&["show", "prp-1:again.txt"]), "again");
    assert_eq!(project.calls_of("PRP-1.1.1"), ["1", "1"]);
    assert_eq!(project.calls_of("PRP-1.2.1"), ["1"]);
    let log = project.git(&["log", "--first-parent", "--format=%s", "main..prp-1"]);
    let wanted = ["Merge PRP-1.1.1: ", "Revert \"Merge PRP-1.1.1: ", "Merge PRP-1.2.1: "];
    assert!(log.lines().zip(wanted).all(|(line, start)| line.starts_with(start)), "{log}");
    project.run(&["exe", "--batch", "1"]).exits(0).says("nothing to do");
    project.run(&["context-update", "--batch", "1"]).exits(0);
    assert!(project.root().join("PRPs/executed/PRP-1.1.1-work.md").exists());
    project.git(&["fsck", "--strict"]);
}

#[test]
fn with_dependents_everything_that_builds_on_it_is_done_again_too() {
    if !git_reverts_merges() {
        return;
    }
    let project = merged();
    project.sabotage("PRP-1.2.1", 1, "[ -e out/PRP-1.2.1.txt ] && exit 1; [ -e out/PRP-1.1.1.txt ] || exit 1");
    project.run(&["exe", "--redo", "PRP-1.1.1", "--with-dependents"]).exits(0);
    assert_eq!(project.calls_of("PRP-1.2.1"), ["1", "1"]);
    assert_eq!(project.calls_of("PRP-1.1.2"), ["1"]);
    let old = project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/old"]);
    assert!(
        old.contains("/heads/prp-1-1-1") && old.contains("/heads/prp-1-2-1") && !old.contains("prp-1-1-2"),
        "{old}"
    );
}

#[test]
fn a_dependent_that_does_not_pass_on_the_new_tree_keeps_the_new_work_out() {
    if !git_reverts_merges() {
        return;
    }
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1);
    let gated = prp("PRP-1.2.1", &["PRP-1.1.1"], &[], 1).replace("test -d out", "grep -q first api.txt");
    project.write("PRPs/feature-requests/PRP-1.2.1-work.md", &gated).commit("PRPs");
    project.sabotage("PRP-1.1.1", 1, "echo first > api.txt");
    project.run(&["exe", "--batch", "1"]).exits(0);
    project.sabotage("PRP-1.1.1", 1, "echo second > api.txt");
    project.run(&["exe", "--redo", "PRP-1.1.1"]).exits(10).says("the merged tree fails level 1");
    project.sabotage("PRP-1.1.1", 1, "echo first again > api.txt");
    project.run(&["exe", "--prps", "PRP-1.1.1", "--restart"]).exits(0);
    assert_eq!(project.git(&["show", "prp-1:api.txt"]), "first again");
}

#[test]
fn what_was_changed_later_is_named_and_nothing_is_taken_out() {
    if !git_reverts_merges() {
        return;
    }
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &["shared.txt"], 1);
    project.prp("PRP-1.2.1", &["PRP-1.1.1"], &["shared.txt"], 1).commit("PRPs");
    project.sabotage("PRP-1.1.1", 1, "echo one > shared.txt").sabotage("PRP-1.2.1", 1, "echo two > shared.txt");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let before = project.git(&["for-each-ref"]);
    let ran = project.run(&["exe", "--redo", "PRP-1.1.1"]).exits(7);
    ran.says("shared.txt changed later").says("batchprp exe --redo PRP-1.1.1,PRP-1.2.1");
    assert_eq!(project.git(&["for-each-ref"]), before);
    project.run(&["exe", "--redo", "PRP-1.1.1,PRP-1.2.1", "--dry-run"]).exits(0).says("runs, 1 phase");
    assert_eq!(project.git(&["for-each-ref"]), before);
    project.run(&["exe", "--redo", "PRP-1.1.1,PRP-1.2.1"]).exits(0);
    project.run(&["exe", "--redo", "PRP-1.3.1"]).exits(4);
}

#[test]
fn what_was_deleted_again_later_does_not_come_back_with_the_work_that_made_it() {
    if !git_reverts_merges() {
        return;
    }
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &["old.txt", "new.txt"], 1);
    project.prp("PRP-1.2.1", &["PRP-1.1.1"], &["old.txt", "other.txt"], 1).commit("PRPs");
    project.sabotage("PRP-1.1.1", 1, "echo one > old.txt; echo one > new.txt");
    project.sabotage("PRP-1.2.1", 1, "rm old.txt; echo two > other.txt");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let before = project.git(&["for-each-ref"]);
    let ran = project.run(&["exe", "--redo", "PRP-1.1.1"]).exits(7);
    ran.says("old.txt changed later").says("batchprp exe --redo PRP-1.1.1,PRP-1.2.1");
    assert_eq!(project.git(&["for-each-ref"]), before);
    project.run(&["exe", "--redo", "PRP-1.1.1,PRP-1.2.1"]).exits(0);
    assert_eq!(project.git(&["ls-tree", "--name-only", "prp-1", "old.txt"]), "");
    assert_eq!(project.git(&["show", "prp-1:other.txt"]), "two");
}

#[test]
fn work_that_was_taken_out_is_not_done_whatever_its_document_says() {
    if !git_reverts_merges() {
        return;
    }
    let project = merged();
    project.sabotage("PRP-1.1.1", 1, "exit 1");
    project.run(&["exe", "--redo", "PRP-1.1.1", "--with-dependents"]).exits(10);
    project.run(&["context-update", "--batch", "1"]);
    assert!(!project.root().join("PRPs/executed/PRP-1.1.1-work.md").exists());
    let text = project.read("PRPs/feature-requests/PRP-1.1.1-work.md").replace("status: planning", "status: executed");
    project.write("PRPs/feature-requests/PRP-1.1.1-work.md", &text).mend("PRP-1.1.1", 1);
    // The same command goes on; so would `exe --batch 1`.
    project.run(&["exe", "--redo", "PRP-1.1.1", "--with-dependents"]).exits(0);
    assert_eq!(project.merges("prp-1").len(), 5, "three, and two again");
}

#[test]
fn phases_that_came_after_the_merge_are_told_and_carried_out_alone() {
    let project = merged();
    project.prp("PRP-1.1.1", &[], &[], 3).prp("PRP-1.1.2", &[], &[], 1);
    let text = project.read("PRPs/feature-requests/PRP-1.1.2-work.md").replace("Do part 1.", "Do part 1 well.");
    project.write("PRPs/feature-requests/PRP-1.1.2-work.md", &text);
    let ran = project.run(&["exe", "--batch", "1"]).exits(0);
    let ran = ran.says("PRP-1.1.1 changed after its merge: phase 2 is new, phase 3 is new");
    let ran = ran.says("`batchprp exe --new-phases PRP-1.1.1` carries out phase 2 and phase 3");
    ran.says("PRP-1.1.2 changed after its merge: phase 1 has another text").says("batchprp exe --redo PRP-1.1.2");
    project.run(&["exe", "--new-phases", "PRP-1.1.2"]).exits(4).says("has no phase that is not merged");
    project.sabotage("PRP-1.1.1", 2, "[ -e out/PRP-1.2.1.txt ] || exit 1").sabotage("PRP-1.1.1", 3, "exit 1");
    project.run(&["exe", "--new-phases", "PRP-1.1.1"]).exits(10);
    project.mend("PRP-1.1.1", 3);
    project.run(&["exe", "--new-phases", "PRP-1.1.1"]).exits(0);
    assert_eq!(project.calls_of("PRP-1.1.1"), ["1", "2", "3", "3"]);
    assert!(told(&project, "disagreement").is_empty(), "{:?}", told(&project, "disagreement"));
    assert_eq!(project.git(&["show", "prp-1:out/PRP-1.1.1.txt"]), "phase 1\nphase 2\nphase 3");
    project.run(&["exe", "--batch", "1"]).exits(0).says("nothing to do");
}

#[test]
fn a_phase_that_was_reverted_after_its_merge_is_not_executed() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 2).prp("PRP-1.1.2", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-1.1.1", 2, "echo two > two.txt");
    project.run(&["exe", "--batch", "1"]).exits(0);
    let phase = project.git(&["log", "--format=%H", "--grep", "PRP-1.1.1: Phase 2", "prp-1"]);
    let place = project.root().with_file_name("by-hand").display().to_string();
    project.git(&["worktree", "add", "-q", &place, "prp-1"]);
    project.git(&["-C", &place, "revert", "--no-edit", &phase]);
    project.git(&["worktree", "remove", &place]);
    let ran = project.run(&["exe", "--batch", "1"]).exits(10);
    ran.says("PRP-1.1.1 changed after its merge: phase 2 was reverted").says("--new-phases PRP-1.1.1");
    project.run(&["context-update", "--batch", "1"]).says("1 of 2 phases committed, phase 2 reverted");
    assert!(!project.root().join("PRPs/executed/PRP-1.1.1-work.md").exists());
    assert!(project.root().join("PRPs/executed/PRP-1.1.2-work.md").exists());
    project.run(&["exe", "--new-phases", "PRP-1.1.1"]).exits(0);
    assert_eq!(project.calls_of("PRP-1.1.1"), ["1", "2", "2"]);
    assert_eq!(project.git(&["show", "prp-1:two.txt"]), "two");
    project.run(&["context-update", "--batch", "1"]).exits(0);
    assert!(project.root().join("PRPs/executed/PRP-1.1.1-work.md").exists());
}

#[test]
fn what_was_reverted_on_the_base_lands_again_once_it_is_done_again() {
    if !git_reverts_merges() {
        return;
    }
    for more in [&[][..], &["--strategy", "squash"], &["--strategy", "rebase"]] {
        for agent in ["true", "echo again >> out/PRP-1.1.2.txt"] {
            let project = merged();
            project.run(&["land", "1"]).exits(0);
            let merge = project.git(&["rev-list", "--first-parent", "-1", "--grep", "^Merge PRP-1.1.2", "main"]);
            project.git(&["revert", "--no-edit", "-m", "1", &merge]);
            assert!(!project.root().join("out/PRP-1.1.2.txt").exists());
            project.sabotage("PRP-1.1.2", 1, agent);
            project.run(&["exe", "--redo", "PRP-1.1.2"]).exits(0);
            assert_eq!(project.calls_of("PRP-1.1.2"), ["1", "1"]);
            project.run(&[&["land", "1"], more].concat()).exits(0);
            let work = project.git(&["show", "prp-1:out/PRP-1.1.2.txt"]);
            assert_eq!(project.git(&["show", "main:out/PRP-1.1.2.txt"]), work, "{more:?} {agent}");
            let document = "PRPs/feature-requests/PRP-1.1.2-work.md";
            assert!(project.read(document).contains("status: completed"), "{}", project.read(document));
            project.run(&["exe", "--batch", "1"]).exits(0).says("nothing to do");
        }
    }
}

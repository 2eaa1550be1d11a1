//! The base of a batch moves on while the batch is there.

use crate::project::Project;
use crate::stage::told;

fn notes(project: &Project) -> String {
    let notes = told(project, "note");
    notes.iter().filter_map(|note| note["text"].as_str()).collect::<Vec<_>>().join(
        "
",
    )
}

/// A batch with one merged item and one that is open, whose base has moved on since.
fn moved() -> Project {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.1.2", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-1.1.2", 2, "[ -e later.txt ] || exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    project.write("later.txt", "later\n").commit("Later");
    project
}

#[test]
fn a_batch_branch_without_work_of_its_own_follows_the_base() {
    let project = Project::new();
    project.prp("PRP-1.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-1.1.1", 1, "[ -e later.txt ] || exit 1");
    project.run(&["exe", "--batch", "1"]).exits(10);
    project.write("later.txt", "later\n").commit("Later");
    project.run(&["exe", "--batch", "1"]).exits(0);
    assert!(notes(&project).contains("`prp-1` had no work of its own yet"), "{}", notes(&project));
    assert_eq!(project.git(&["show", "prp-1:later.txt"]), "later");
    // Also after history of the base was rewritten.
    let other = Project::new();
    other.prp("PRP-1.1.1", &[], &[], 1).commit("PRPs").sabotage("PRP-1.1.1", 1, "exit 1");
    other.run(&["exe", "--batch", "1"]).exits(10);
    other.write("more.txt", "more\n").git(&["add", "-A"]);
    other.git(&["commit", "-q", "--amend", "-m", "Amended"]);
    other.mend("PRP-1.1.1", 1).run(&["exe", "--batch", "1"]).exits(0);
    other.git(&["merge-base", "--is-ancestor", "main", "prp-1"]);
}

#[test]
fn a_batch_branch_with_work_says_that_it_is_behind_and_is_brought_up_on_demand() {
    let project = moved();
    project.run(&["exe", "--batch", "1"]).exits(10).says("`prp-1` is 1 commit behind `main`").says("--update-base");
    let before = project.git(&["rev-parse", "prp-1"]);
    project.run(&["exe", "--batch", "1", "--update-base", "--dry-run"]).exits(0);
    assert_eq!(project.git(&["rev-parse", "prp-1"]), before);
    project.run(&["exe", "--batch", "1", "--update-base"]).exits(0).says("1 new commit of `main`, validated");
    project.git(&["merge-base", "--is-ancestor", "main", "prp-1"]);
    assert_eq!(project.merges("prp-1").iter().filter(|line| line.starts_with("Merge PRP-")).count(), 2);
    assert_eq!(project.calls_of("PRP-1.1.2"), ["1", "2", "2", "2"]);
    assert_eq!(project.git(&["worktree", "list"]).lines().count(), 1);
    // Also when nothing else is left to do.
    project.write("last.txt", "last\n").commit("Last");
    project.run(&["exe", "--batch", "1", "--update-base"]).exits(0).says("nothing to do");
    assert_eq!(project.git(&["show", "prp-1:last.txt"]), "last");
}

#[test]
fn a_base_that_conflicts_or_breaks_the_batch_leaves_it_where_it_is() {
    let project = moved();
    let before = project.git(&["rev-parse", "prp-1"]);
    project.write("out/PRP-1.1.1.txt", "mine\n").commit("Clash");
    let ran = project.run(&["exe", "--batch", "1", "--update-base"]).exits(7);
    ran.says("conflicts in out/PRP-1.1.1.txt").says("git merge main");
    assert_eq!(project.git(&["rev-parse", "prp-1"]), before);
    project.git(&["rm", "-q", "-r", "out"]);
    project.configure("[validate]\nl2 = [\"test ! -e later.txt\"]\n").commit("No clash, and a check that is red");
    let calls = project.calls().len();
    project.run(&["exe", "--batch", "1", "--update-base"]).exits(6).says("fails level 2");
    assert_eq!(project.git(&["rev-parse", "prp-1"]), before);
    assert_eq!(project.calls().len(), calls, "no agent is paid for what cannot be merged");
}

#[test]
fn the_base_is_the_branch_on_which_the_batch_began_whatever_is_checked_out_since() {
    let project = moved();
    project.git(&["switch", "-q", "-c", "other"]);
    project.write("other.txt", "of somebody else\n").commit("Other");
    project.run(&["exe", "--batch", "1", "--update-base"]).exits(0).says("1 new commit of `main`");
    project.run(&["land", "1"]).exits(0).says("`main` is at");
    assert!(project.git(&["ls-tree", "--name-only", "main"]).contains("later.txt"));
    assert!(!project.git(&["ls-tree", "--name-only", "main"]).contains("other.txt"));
}

#[test]
fn a_clone_of_a_repository_with_a_batch_is_told_how_to_get_it_and_goes_on_then() {
    let project = moved();
    let clone = project.root().with_file_name("a clone").display().to_string();
    project.git(&["clone", "-q", ".", &clone]);
    for (name, value) in [("user.name", "Somebody"), ("user.email", "somebody@example.org")] {
        project.git(&["-C", &clone, "config", name, value]);
    }
    let refused = project.run(&["-C", &clone, "exe", "--batch", "1"]).exits(7);
    let refused = refused.says("`origin/prp-1` has work of this batch");
    let line = refused.stderr.split('`').find(|part| part.starts_with("git fetch")).expect("a command").to_owned();
    let words: Vec<String> = line.split(' ').skip(1).map(|word| word.replace('\'', "")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    project.git(&[&["-C", clone.as_str()], &words[..]].concat());
    project.run(&["-C", &clone, "exe", "--batch", "1", "--update-base"]).exits(0).says("PRP-1.1.1 is merged");
    assert_eq!(project.calls_of("PRP-1.1.1"), ["1"], "nobody is paid for it again");
    assert_eq!(project.calls_of("PRP-1.1.2"), ["1", "2", "2"], "its first phase stands");
}

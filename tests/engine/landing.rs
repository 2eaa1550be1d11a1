//! The last mile: a finished batch lands on the branch on which it began, or nothing moves.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::project::{Project, Ran};

/// A batch of two items that write a file each, finished.
fn finished() -> Project {
    let project = begun();
    project.run(&["exe", "--batch", "47"]).exits(0).says("batchprp land 47");
    project
}

fn begun() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 2).commit("PRPs");
    project
}

/// Lets the base get a commit of its own.
fn base_moves(project: &Project, file: &str, text: &str) {
    project.write(file, text);
    project.git(&["add", file]);
    project.git(&["commit", "-q", "-m", "Meanwhile", "--", file]);
}

fn commit_of(project: &Project, revision: &str) -> String {
    project.git(&["rev-parse", revision])
}

/// Tells whether a landing validated the very tree of a commit: its record is that of the batch, and of no single item.
fn is_validated(project: &Project, revision: &str) -> bool {
    let tree = project.git(&["rev-parse", &format!("{revision}^{{tree}}")]);
    let notes = project.git(&["notes", "--ref=batchprp", "list"]);
    notes.lines().filter_map(|line| line.split(' ').nth(1)).any(|commit| {
        let record = project.git(&["notes", "--ref=batchprp", "show", commit]);
        record.contains(r#""prp":"prp-47""#)
            && !record.contains(r#""result":"failed""#)
            && project.git(&["rev-parse", &format!("{commit}^{{tree}}")]) == tree
    })
}

/// Lands on a branch: what is there then is what was validated.
#[track_caller]
fn lands(project: &Project, onto: &str, more: &[&str]) -> Ran {
    let ran = project.run(&[&["land", "47"], more].concat()).exits(0);
    assert!(is_validated(project, onto), "the tree of `{onto}` is not the one that was validated");
    ran
}

fn is_clean(project: &Project) -> bool {
    project.git(&["status", "--porcelain", "--untracked-files=no"]).is_empty()
}

#[test]
fn a_finished_batch_moves_its_base_forward_and_asked_again_says_so() {
    let project = finished();
    project.run(&["land", "47", "--dry-run"]).exits(0);
    assert_ne!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
    lands(&project, "main", &[]).says("`main` is at").says("moved forward");
    assert_eq!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
    assert!(project.root().join("out/PRP-47.2.1.txt").exists() && is_clean(&project));
    project.run(&["land", "--batch", "47"]).exits(0).says("has everything");
    project.run(&["exe", "--batch", "47", "--land"]).exits(0).says("nothing to do").says("has everything");
}

#[test]
fn a_run_lands_what_it_finished_and_ends_as_the_landing_does() {
    let project = begun();
    project.write("README.md", "# Changed\n");
    project.run(&["exe", "--batch", "47", "--land"]).exits(7).says("README.md").says("batchprp land 47");
    assert_eq!(project.merges("prp-47").len(), 2, "the work is done all the same");
    assert_eq!(project.read("README.md"), "# Changed\n");
    project.git(&["checkout", "-q", "README.md"]);
    project.run(&["exe", "--batch", "47", "--land"]).exits(0).says("`main` is at");
    assert!(is_validated(&project, "main"));
    assert_eq!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
}

#[test]
fn a_base_that_moved_is_merged_rebased_or_squashed_and_the_items_count_as_executed() {
    for (strategy, parents) in [("auto", 2), ("merge", 2), ("rebase", 1), ("squash", 1)] {
        let project = finished();
        base_moves(&project, "other.txt", "of the base\n");
        let base = commit_of(&project, "main");
        project.run(&["land", "47", "--strategy", "ff"]).exits(7).says("1 commit").says("--strategy merge");
        lands(&project, "main", &["--strategy", strategy]).says("`main` is at");
        let found = project.git(&["rev-list", "--parents", "-1", "main"]);
        assert_eq!(found.split(' ').count() - 1, parents, "{strategy}");
        project.git(&["merge-base", "--is-ancestor", &base, "main"]);
        assert!(project.root().join("out/PRP-47.2.1.txt").exists() && is_clean(&project), "{strategy}");
        assert!(project.root().join("other.txt").exists());
        assert!(is_validated(&project, "main"), "{strategy}");
        lands(&project, "main", &["--strategy", strategy]).says("has everything");
        project.run(&["context-update", "--batch", "47"]).exits(0);
        assert!(project.root().join("PRPs/executed/PRP-47.2.1-work.md").exists() || executed(&project), "{strategy}");
    }
}

fn executed(project: &Project) -> bool {
    let folder = fs::read_dir(project.root().join("PRPs/executed")).into_iter().flatten().flatten();
    folder.filter(|entry| entry.file_name().to_string_lossy().starts_with("PRP-47.")).count() == 2
}

#[test]
fn a_base_that_moves_while_the_tree_is_validated_is_met_again() {
    let project = finished();
    base_moves(&project, "other.txt", "of the base\n");
    let root = project.root().display().to_string();
    let line = format!(
        "n=$(cat '{root}/.git/moves' 2>/dev/null || echo 0); test $n = 3 || \
         {{ echo $((n + 1)) > '{root}/.git/moves'; git -C '{root}' commit -q --allow-empty -m moved; }}"
    );
    project.configure(&format!("[validate]\nl3 = [{line:?}]\n")).commit("A check");
    lands(&project, "main", &[]).says("`main` is at");
    assert_eq!(project.git(&["log", "--format=%s", "-4", "--first-parent", "main"]).matches("moved").count(), 3);
    assert!(is_validated(&project, "main"));
    let said = project.git(&["rev-parse", "main^1^{tree}"]);
    assert_ne!(said, project.git(&["rev-parse", "main^{tree}"]));
}

#[test]
fn a_conflict_with_the_base_moves_nothing_and_the_printed_way_leads_on() {
    let project = finished();
    base_moves(&project, "out/PRP-47.1.1.txt", "of the base\n");
    let base = commit_of(&project, "main");
    project.run(&["land", "47"]).exits(7).says("out/PRP-47.1.1.txt").says("git worktree add");
    project.run(&["land", "47", "--strategy", "rebase"]).exits(7).says("out/PRP-47.1.1.txt");
    assert_eq!(commit_of(&project, "main"), base);
    let place = project.root().with_file_name("update");
    project.git(&["worktree", "add", "-q", &place.display().to_string(), "prp-47"]);
    let there = |arguments: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(&place).args(arguments).output().expect("git");
        done.status.success()
    };
    assert!(!there(&["merge", "-q", "main"]));
    fs::write(place.join("out/PRP-47.1.1.txt"), "both\n").expect("written");
    assert!(there(&["commit", "-qam", "Merge main"]));
    project.git(&["worktree", "remove", &place.display().to_string()]);
    lands(&project, "main", &[]).says("`main` is at");
    assert_eq!(project.read("out/PRP-47.1.1.txt"), "both\n");
}

#[test]
fn what_is_red_on_the_base_does_not_land() {
    let project = finished();
    base_moves(&project, "other.txt", "of the base\n");
    project.configure("[validate]\nl3 = [\"test ! -e other.txt\"]\n").commit("A check");
    let base = commit_of(&project, "main");
    project.run(&["land", "47"]).exits(6).says("fails level 3").says("batchprp land 47");
    assert_eq!(commit_of(&project, "main"), base);
}

#[test]
fn what_passed_at_a_lower_level_or_as_one_item_is_validated_before_it_lands() {
    let project = begun();
    project.configure("[validate]\nl3 = [\"test ! -e out/PRP-47.2.1.txt\"]\n").commit("A check");
    project.run(&["exe", "--batch", "47", "--level", "1"]).exits(0);
    let base = commit_of(&project, "main");
    project.run(&["land", "47"]).exits(6).says("fails level 3");
    assert_eq!(commit_of(&project, "main"), base);
    lands(&project, "main", &["--level", "2"]);
}

#[test]
fn a_batch_with_open_items_lands_only_in_part() {
    let project = begun();
    project.sabotage("PRP-47.2.1", 1, "exit 1");
    project.run(&["exe", "--batch", "47", "--land"]).exits(10);
    let base = commit_of(&project, "main");
    project.run(&["land", "47"]).exits(10).says("PRP-47.2.1").says("--partial");
    assert_eq!(commit_of(&project, "main"), base);
    lands(&project, "main", &["--partial"]);
    assert!(project.root().join("out/PRP-47.1.1.txt").exists());
    project.mend("PRP-47.2.1", 1);
    project.run(&["exe", "--batch", "47", "--land"]).exits(0).says("`main` is at");
    assert!(is_validated(&project, "main"));
    assert!(project.root().join("out/PRP-47.2.1.txt").exists());
    project.run(&["land", "48"]).exits(4);
    project.run(&["land"]).exits(2).says("batchprp land 1");
}

#[test]
fn the_base_is_the_branch_on_which_the_batch_began_wherever_it_is_checked_out() {
    // Detached, on another branch, in a linked worktree; and with the batch branch checked out somewhere.
    let project = finished();
    project.git(&["switch", "-q", "--detach"]);
    lands(&project, "main", &[]).says("`main` is at");
    assert_eq!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
    assert_ne!(commit_of(&project, "HEAD"), commit_of(&project, "main"), "the checkout is left alone");

    let project = finished();
    project.git(&["switch", "-q", "-c", "elsewhere"]);
    let place = project.root().with_file_name("linked");
    project.git(&["worktree", "add", "-q", &place.display().to_string(), "main"]);
    lands(&project, "main", &[]);
    assert!(place.join("out/PRP-47.2.1.txt").exists() && !project.root().join("out").exists());
    lands(&project, "elsewhere", &["--onto", "elsewhere"]).says("`elsewhere` is at");
    assert!(project.root().join("out/PRP-47.2.1.txt").exists());
    project.run(&["land", "47", "--onto", "nowhere"]).exits(4).says("nowhere");

    let project = finished();
    let place = project.root().with_file_name("linked");
    project.git(&["worktree", "add", "-q", &place.display().to_string(), "prp-47"]);
    lands(&project, "main", &[]);
    assert_eq!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
}

#[test]
fn nothing_of_the_user_is_overwritten_in_the_checkout() {
    for (mine, named) in [("out/PRP-47.1.1.txt", "out/PRP-47.1.1.txt"), ("out", "out")] {
        let project = finished();
        fs::write(project.root().join(".git/info/exclude"), "out\n").expect("written");
        project.write(mine, "the only copy");
        project.run(&["land", "47"]).exits(7).says(named).says(".mine");
        assert_eq!(project.read(mine), "the only copy");
        fs::rename(project.root().join(named), project.root().join(format!("{named}.mine"))).expect("put aside");
        lands(&project, "main", &[]);
        assert!(!project.read("out/PRP-47.1.1.txt").is_empty());
    }
    let project = finished();
    base_moves(&project, "other.txt", "of the base\n");
    let other = commit_of(&project, "main^");
    fs::write(project.root().join(".git/MERGE_HEAD"), other + "\n").expect("written");
    project.run(&["land", "47"]).exits(7).says("MERGE_HEAD");
}

#[test]
fn protected_branches_and_hooks_of_the_user_refuse_with_their_words() {
    let project = finished();
    let base = commit_of(&project, "main");
    let hook = project.root().join(".git/hooks/reference-transaction");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    let text = "#!/bin/sh\nwhile read old new name; do\n[ \"$1$name\" != preparedrefs/heads/main ] || \
                { echo 'main is frozen' >&2; exit 1; }\ndone\n";
    fs::write(&hook, text).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("executable");
    project.run(&["land", "47"]).exits(12).says("main is frozen");
    assert_eq!(commit_of(&project, "main"), base);
    assert!(is_clean(&project) && !project.root().join("out").exists(), "the files are as they were");
    project.run(&["land", "47", "--undo"]).exits(4).says("was not landed");
    project.git(&["switch", "-q", "--detach"]);
    project.run(&["land", "47"]).exits(12).says("main is frozen");
    assert_eq!(commit_of(&project, "main"), base);
    fs::remove_file(&hook).expect("removed");
    project.git(&["switch", "-q", "main"]);
    lands(&project, "main", &[]);
    assert!(project.root().join("out/PRP-47.1.1.txt").exists() && is_clean(&project));

    let project = begun();
    project.configure("[git]\nprotected = [\"ma*\"]\n").commit("Protected");
    project.run(&["exe", "--batch", "47", "--land"]).exits(12).says("`ma*`").says("--onto");
    assert_ne!(commit_of(&project, "main"), commit_of(&project, "prp-47"));
}

#[test]
fn a_landing_is_taken_back_while_nothing_was_built_on_it() {
    let project = finished();
    project.run(&["land", "47", "--undo"]).exits(4).says("was not landed");
    let base = commit_of(&project, "main");
    lands(&project, "main", &[]);
    project.run(&["land", "47", "--undo"]).exits(0).says("`main` is at");
    assert_eq!(commit_of(&project, "main"), base);
    assert!(!project.root().join("out/PRP-47.1.1.txt").exists() && is_clean(&project));
    project.run(&["land", "47", "--undo"]).exits(4).says("was not landed");
    // What was validated by other checks is validated by those of now.
    let red = [("BATCHPRP_VALIDATE_L3", OsStr::new("[\"false\"]"))];
    project.run_with(&["land", "47"], &red).exits(6);
    lands(&project, "main", &[]);
    base_moves(&project, "later.txt", "built on it\n");
    let refused = project.run(&["land", "47", "--undo"]).exits(7).says("git revert");
    let line = refused.stderr.split('`').find(|part| part.starts_with("git revert")).expect("a command");
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    project.git(&[&words[..1], &["--no-edit"], &words[1..]].concat());
    assert!(!project.root().join("out/PRP-47.1.1.txt").exists() && project.root().join("later.txt").exists());
}

#[test]
fn a_landing_that_is_refused_leaves_the_earlier_one_to_be_taken_back() {
    let project = finished();
    project.git(&["branch", "line/one"]);
    let base = commit_of(&project, "line/one");
    lands(&project, "line/one", &["--onto", "line/one"]);
    project.run(&["exe", "--prps", "PRP-47.1.1", "--redo", "PRP-47.1.1"]).exits(0);
    project.git(&["switch", "-q", "line/one"]);
    let hook = project.root().join(".git/hooks/reference-transaction");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    let text =
        "#!/bin/sh\nwhile read old new name; do\n[ \"$1$name\" != preparedrefs/heads/line/one ] || exit 1\ndone\n";
    fs::write(&hook, text).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("executable");
    project.run(&["land", "47", "--onto", "line/one"]).exits(12);
    fs::remove_file(&hook).expect("removed");
    project.run(&["land", "47", "--onto", "line/one", "--undo"]).exits(0);
    assert_eq!(commit_of(&project, "line/one"), base);
    // The name of a branch may become a folder of names.
    project.git(&["switch", "-q", "main"]);
    project.git(&["branch", "-m", "line/one", "line/one/more"]);
    lands(&project, "line/one/more", &["--onto", "line/one/more"]);
    project.run(&["land", "47", "--onto", "line/one/more", "--undo"]).exits(0);
    assert_eq!(commit_of(&project, "line/one/more"), base);
}

#[test]
fn commits_that_were_taken_off_the_base_do_not_come_back_in_silence() {
    let project = begun();
    base_moves(&project, "dropped.txt", "a mistake\n");
    project.run(&["exe", "--batch", "47"]).exits(0);
    project.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let base = commit_of(&project, "main");
    lands(&project, "main", &[]).says("1 commit of these the batch did not make").says("--undo");
    project.run(&["land", "47", "--undo"]).exits(0);
    assert_eq!(commit_of(&project, "main"), base);
}

#[test]
fn a_branch_that_somebody_rebases_or_bisects_is_left_alone_until_they_are_done() {
    let project = finished();
    let base = commit_of(&project, "main");
    base_moves(&project, "other.txt", "of the base\n");
    project.git(&["switch", "-q", "-c", "side", &base]);
    base_moves(&project, "other.txt", "of the side\n");
    project.git(&["switch", "-q", "main"]);
    let moved = commit_of(&project, "main");
    let rebase = std::process::Command::new("git").args(["rebase", "-q", "side"]).current_dir(project.root()).output();
    assert!(!rebase.expect("git").status.success(), "it stops at the conflict");
    project.run(&["land", "47"]).exits(7).says("`main` is being rebased").says("finish that there");
    assert_eq!(commit_of(&project, "main"), moved);
    project.git(&["rebase", "--abort"]);
    project.git(&["bisect", "start", "HEAD", &base]);
    project.git(&["checkout", "-q", "--detach", "HEAD"]);
    project.run(&["land", "47"]).exits(7).says("`main` is being bisected");
    project.git(&["bisect", "reset"]);
    lands(&project, "main", &[]);
    project.run(&["land", "47", "--undo"]).exits(0);
    assert_eq!(commit_of(&project, "main"), moved);
}

#[test]
fn what_is_changed_in_a_linked_worktree_is_stashed_there_by_the_printed_command() {
    let project = finished();
    project.git(&["switch", "-q", "--detach"]);
    let place = project.root().with_file_name("a linked one");
    project.git(&["worktree", "add", "-q", &place.display().to_string(), "main"]);
    fs::write(place.join("README.md"), "# Changed\n").expect("written");
    let ran = project.run(&["land", "47"]).exits(7).says("`README.md` is changed");
    let line = ran.stderr.lines().find_map(|line| line.split_once("commit them, or: ")).expect("a way").1.to_owned();
    let line = line.replace("batchprp ", concat!("'", env!("CARGO_BIN_EXE_batchprp"), "' "));
    let mut shell = project.command(&[]);
    let mut typed = std::process::Command::new("sh");
    typed
        .args(["-c", &line])
        .current_dir(project.root())
        .envs(shell.env("LANG", "C").get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = typed.output().expect("sh starts");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(is_validated(&project, "main"));
    assert_eq!(fs::read_to_string(place.join("README.md")).expect("a file"), "# Changed\n");
    assert!(place.join("out/PRP-47.2.1.txt").exists());
}

#[test]
fn the_branch_of_an_item_is_no_place_to_land_on() {
    let project = finished();
    let before = commit_of(&project, "prp-47-1-1");
    project.run(&["land", "47", "--onto", "prp-47-1-1"]).exits(7).says("branch of an item");
    project.run(&["land", "47", "--onto", "prp-47"]).exits(7).says("batch branch itself");
    assert_eq!(commit_of(&project, "prp-47-1-1"), before);
    for strategy in ["ff", "merge", "rebase", "squash"] {
        let project = finished();
        let base = commit_of(&project, "main");
        lands(&project, "main", &["--strategy", strategy]);
        project.run(&["land", "47", "--undo"]).exits(0);
        assert_eq!(commit_of(&project, "main"), base, "{strategy}");
        lands(&project, "main", &["--strategy", strategy]);
        lands(&project, "main", &["--strategy", strategy]).says("has everything");
    }
}

#[test]
fn documents_that_were_brought_up_to_date_before_the_landing_do_not_conflict() {
    let project = finished();
    base_moves(&project, "other.txt", "meanwhile\n");
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(0);
    // A person writes into one of them as well.
    let path = "PRPs/executed/PRP-47.1.1-work.md";
    let text = project.read(path) + "\nA note of a person.\n";
    base_moves(&project, path, &text);
    lands(&project, "main", &[]);
    let landed = project.read(path);
    assert_eq!(landed, text, "what was written last");
    assert!(!project.root().join("PRPs/feature-requests/PRP-47.1.1-work.md").exists());
    project.run(&["context-update", "--batch", "47"]).exits(0).says("up to date");
    assert!(is_clean(&project));
}

#[test]
fn a_project_that_is_a_submodule_of_another_one_lands_too() {
    let project = begun();
    let root = project.root().display().to_string();
    let outer = project.tools().join("outer");
    fs::create_dir(&outer).expect("a folder");
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.arg("-C").arg(&outer).args([
            "-c",
            "protocol.file.allow=always",
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@e",
        ]);
        let output = command.args(arguments).output().expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    git(&["submodule", "--quiet", "add", &root, "inner"]);
    let inner = outer.join("inner");
    let within = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.current_dir(&inner);
        crate::stage::finish(command)
    };
    within(&["exe", "--batch", "47"]).exits(0);
    within(&["land", "47"]).exits(0).says("is landed");
    assert!(inner.join("out/PRP-47.1.1.txt").exists() && inner.join("out/PRP-47.2.1.txt").exists());
    git(&["-C", "inner", "diff", "--quiet", "HEAD"]);
    // A linked worktree of it finds the main one.
    git(&["-C", "inner", "worktree", "add", "-q", "-b", "beside", "../beside", "main~1"]);
    git(&["-C", "inner", "reset", "-q", "--hard", "main~1"]);
    let mut command = project.command(&["land", "47"]);
    command.current_dir(outer.join("beside"));
    crate::stage::finish(command).exits(0).says("is landed");
    git(&["-C", "inner", "diff", "--quiet", "HEAD"]);
}

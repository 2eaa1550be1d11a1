//! `context-update`: documents say what git shows, once.

use std::fs;

use super::project::Project;
use super::{prescribe, reviewed, roles};

const CONTEXT: &str = "# Mine\n\n<!-- batchprp:executed-prps -->\nold\n<!-- /batchprp:executed-prps -->\n\nKeep me.\n\n\
                       <!-- batchprp:file-map -->\n<!-- /batchprp:file-map -->\n";

fn requests(id: &str) -> String {
    format!("PRPs/feature-requests/{id}-work.md")
}

fn executed(id: &str) -> String {
    format!("PRPs/executed/{id}-work.md")
}

/// A batch that is executed and landed.
fn landed() -> Project {
    let project = reviewed();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.10", &[], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1);
    project.write("CLAUDE.md", CONTEXT).commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(0);
    project.git(&["merge", "-q", "--ff-only", "prp-47"]);
    project
}

#[test]
fn executed_prps_get_what_git_shows_and_move_and_a_second_run_changes_nothing() {
    let project = landed();
    project.run(&["context-update", "--batch", "47"]).exits(0).says("executed, drift 0 %, moved to PRPs/executed");
    let text = project.read(&executed("PRP-47.1.1"));
    let commits = project.git(&["log", "--reverse", "--format=%h", "--abbrev=7", "--grep", "^PRP-47.1.1: Phase"]);
    for (line, commit) in
        text.lines().filter(|line| line.starts_with("commits")).flat_map(|line| commits.lines().map(move |c| (line, c)))
    {
        assert!(line.contains(commit), "{line} lacks {commit}");
    }
    for line in [
        "status: executed",
        "completed: 20",
        "actual_hours: ",
        "commits: [",
        "drift: 0\n",
        "updated_by: batchprp context-update",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let body = |text: &str| text.split_once("\n---\n").map(|(_, body)| body.to_owned());
    let before = project.git(&["show", &format!("HEAD:{}", requests("PRP-47.1.1"))]) + "\n";
    assert_eq!(body(&text), body(&before), "the body is not touched");
    assert!(!project.root().join(requests("PRP-47.1.1")).exists());
    let context = project.read("CLAUDE.md");
    assert!(
        context.starts_with("# Mine\n\n<!-- batchprp:executed-prps -->\n- PRP-47.1.1: Work of PRP-47.1.1"),
        "{context}"
    );
    assert!(
        context.contains("\nKeep me.\n") && context.contains("- `out/PRP-47.1.10.txt`: PRP-47.1.10\n"),
        "{context}"
    );

    let before = project.fingerprint();
    project.run(&["context-update", "--batch", "47"]).exits(0).says("up to date");
    project.run(&["context-update", "--batch", "47", "--rebuild"]).exits(0);
    assert_eq!(project.fingerprint(), before, "no byte and no time of a file may change");
}

#[test]
fn a_claim_without_work_is_told_and_one_without_a_merge_is_set_back() {
    let project = reviewed();
    project
        .prp("PRP-47.1.1", &[], &[], 2)
        .prp("PRP-47.1.2", &[], &[], 1)
        .prp("PRP-47.1.10", &[], &[], 1)
        .commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "exit 1\n");
    project.run(&["exe", "PRP-47.1.1", "PRP-47.1.10"]).exits(10);
    let claim = |id: &str| project.read(&requests(id)).replace("status: planning", "status: completed");
    project.write(&requests("PRP-47.1.2"), &claim("PRP-47.1.2"));
    project.write(&executed("PRP-47.1.1"), &claim("PRP-47.1.1"));
    fs::remove_file(project.root().join(requests("PRP-47.1.1"))).expect("moved");

    let ran = project.run(&["context-update", "--batch", "47"]).exits(10);
    let ran =
        ran.says("PRP-47.1.2-work unproven: it is marked completed, but git shows neither a merge nor a checkpoint");
    ran.says("set back to partial: 1 of 2 phases committed, not merged");
    assert!(project.read(&requests("PRP-47.1.1")).contains("status: partial"));
    assert!(!project.root().join(executed("PRP-47.1.1")).exists());
    assert_eq!(project.read(&requests("PRP-47.1.2")).matches("status: completed").count(), 1, "a person decides");
    assert!(project.read(&executed("PRP-47.1.10")).contains("status: executed"), "47.1.10 is not 47.1.1");
}

#[test]
fn executed_work_on_a_dependency_that_is_gone_is_told() {
    let project = landed();
    project.run(&["context-update", "--batch", "47"]).exits(0);
    let merge = project.git(&["log", "--merges", "--format=%H", "--grep", "^Merge PRP-47.1.1:"]);
    project.commit("Documents");
    // The document has moved since; only the work goes back.
    project.git(&["revert", "--no-edit", "-m", "1", "-X", "ours", &merge]);
    let ran = project.run(&["context-update", "--batch", "47"]).exits(0);
    ran.says("PRP-47.2.1 is executed but builds on PRP-47.1.1").says("set back to partial");
    assert!(project.read(&requests("PRP-47.1.1")).contains("status: partial"));
    assert!(project.read(&executed("PRP-47.2.1")).contains("status: executed"));
    assert!(!project.read("CLAUDE.md").contains("PRP-47.1.1:"));
    let before = project.fingerprint();
    project.run(&["context-update", "--batch", "47"]).exits(0);
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn a_crash_between_the_edit_and_the_move_is_mended_by_the_next_run() {
    let project = landed();
    project.run(&["context-update", "--batch", "47"]).exits(0);
    let done = project.read(&executed("PRP-47.1.1"));
    // The state after the edit: the document says the truth, in its old folder.
    fs::rename(project.root().join(executed("PRP-47.1.1")), project.root().join(requests("PRP-47.1.1"))).expect("back");
    project.run(&["context-update", "--batch", "47"]).exits(0);
    assert_eq!(project.read(&executed("PRP-47.1.1")), done);
    assert!(!project.root().join(requests("PRP-47.1.1")).exists());
}

#[test]
fn commit_takes_the_documents_and_nothing_else() {
    let project = landed();
    project.write("PRPs/feature-requests/PRP-48.1.1-draft.md", "# a draft\n").write("README.md", "# Staged\n");
    project.git(&["add", "README.md"]);
    project.run(&["context-update", "--batch", "47", "--no-move"]).exits(0);
    assert!(project.read(&requests("PRP-47.1.1")).contains("status: executed"));
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(0).says("committed 7 changed paths");
    let files = project.git(&["show", "--no-renames", "--format=", "--name-only", "HEAD"]);
    assert_eq!(files.lines().count(), 7, "{files}");
    assert!(files.lines().all(|file| file == "CLAUDE.md" || file.contains("PRP-47.")), "{files}");
    assert_eq!(project.git(&["status", "--porcelain"]), "M  README.md\n?? PRPs/feature-requests/");
    let head = project.git(&["rev-parse", "HEAD"]);
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(0);
    assert_eq!(project.git(&["rev-parse", "HEAD"]), head);
}

#[test]
fn other_sections_are_written_by_the_updater_role_when_something_was_executed() {
    let project = landed();
    let own = "\n<!-- batchprp:overview -->\nOld words.\n<!-- /batchprp:overview -->\n";
    project.write("CLAUDE.md", &format!("{CONTEXT}{own}"));
    prescribe(&project, "answer", "New words.\nTwo lines.");
    project.run(&["context-update", "--batch", "47"]).exits(0);
    let context = project.read("CLAUDE.md");
    assert!(
        context.ends_with("<!-- batchprp:overview -->\nNew words.\nTwo lines.\n<!-- /batchprp:overview -->\n"),
        "{context}"
    );
    let prompt = fs::read_to_string(project.tools().join("prompt.overview")).expect("prompt");
    assert!(prompt.contains("Old words.") && prompt.contains("PRP-47.1.10: Work of PRP-47.1.10"), "{prompt}");
    project.run(&["context-update", "--batch", "47"]).exits(0);
    assert_eq!(roles(&project), ["context-update overview"], "nothing new was executed");
}

#[test]
fn a_document_whose_marks_do_not_fit_is_left_alone_and_named() {
    let project = landed();
    let broken = "# Mine\n<!-- batchprp:executed-prps -->\nno end\n";
    project.write("CLAUDE.md", broken);
    project.run(&["context-update", "--batch", "47"]).exits(0).says("in line 2 is never closed");
    assert_eq!(project.read("CLAUDE.md"), broken);
}

#[test]
fn rebuild_without_a_choice_goes_over_all_batches() {
    let project = landed();
    project.prp("PRP-48.1.1", &[], &[], 1).commit("More");
    project.run(&["exe", "--batch", "48"]).exits(0);
    project.git(&["merge", "-q", "--ff-only", "prp-48"]);
    let old = project.read(&requests("PRP-48.1.1")).replace("PRP-48.1.1", "PRP-3");
    project.write(&executed("PRP-3"), &old.replace("status: completed", "status: executed"));
    project.write(&requests("PRP-49.1.1"), "---\nprp_id: PRP-49.1.1\n---\n# Without anything\n");
    project.run(&["context-update"]).exits(2);
    let ran = project.run(&["context-update", "--rebuild"]).exits(0);
    let ran = ran.says("PRP-49.1.1-work.md is left as it is");
    ran.says("git shows nothing of 1 PRP marked executed: PRP-3");
    let context = project.read("CLAUDE.md");
    for text in ["- PRP-3: ", "- PRP-47.1.10: ", "- PRP-48.1.1: ", "- `out/PRP-48.1.1.txt`: PRP-48.1.1\n"] {
        assert!(context.contains(text), "no {text:?} in\n{context}");
    }
    assert!(project.read(&executed("PRP-48.1.1")).contains("status: executed"));
    let before = project.fingerprint();
    project.run(&["context-update", "--rebuild"]).exits(0);
    assert_eq!(project.fingerprint(), before, "a second run changes nothing");
}

#[test]
fn a_document_that_cannot_be_read_does_not_keep_its_siblings_from_being_updated() {
    let project = landed();
    let text = project.read(&requests("PRP-47.2.1")).replace("prp_id: PRP-47.2.1", "prp_id: nobody knows");
    project.write(&requests("PRP-47.2.1"), &text);
    let ran = project.run(&["context-update", "--batch", "47"]).exits(5);
    ran.says("⚠ PRPs/feature-requests/PRP-47.2.1-work.md is left as it is: line 2:");
    assert!(project.read(&executed("PRP-47.1.1")).contains("status: executed"));
    assert_eq!(project.read(&requests("PRP-47.2.1")), text);
    project.run(&["context-update", &requests("PRP-47.2.1")]).exits(5).says("none of the chosen PRPs can be read");
}

#[test]
fn commit_goes_on_where_a_killed_one_left_everything_in_the_index() {
    let project = landed();
    project.run(&["context-update", "--batch", "47"]).exits(0);
    project.git(&["add", "--all", "PRPs", "CLAUDE.md"]);
    let lock = project.root().join(".git/index.lock");
    fs::write(&lock, "").expect("a lock");
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(7).says(&format!("rm {}", lock.display()));
    fs::remove_file(&lock).expect("unlocked");
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(0).says("committed 7 changed paths");
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

/// Makes a hook that refuses every commit, and signing that no program can do.
fn refusing(project: &Project) {
    let hook = project.root().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    fs::write(&hook, "#!/bin/sh\nexit 1\n").expect("a hook");
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
    project.git(&["config", "commit.gpgSign", "true"]);
    project.git(&["config", "gpg.program", "/nowhere/gpg"]);
}

#[test]
fn commit_runs_no_hook_and_signs_nothing_unless_that_is_asked_for() {
    let project = landed();
    refusing(&project);
    project.run(&["context-update", "--batch", "47", "--commit"]).exits(0).says("committed 7 changed paths");
    assert_eq!(project.git(&["status", "--porcelain"]), "");
    assert_eq!(project.git(&["log", "-1", "--format=%s"]), "Update PRP status and context");
    // A hook that was asked for has the last word, and what it leaves is said.
    project.write("CLAUDE.md", &format!("{CONTEXT}\nMore.\n")).configure("[git]\nhooks = true\n");
    let ran = project.run(&["context-update", "--batch", "47", "--commit"]).exits(7);
    ran.says("`git commit` failed: exit code 1").says("the files are written and staged");
    assert_eq!(project.git(&["log", "-1", "--format=%s"]), "Update PRP status and context");
}

#[test]
fn a_checkout_that_cannot_take_a_commit_is_refused_before_anything_is_written() {
    let project = landed();
    project.git(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    project.write("README.md", "# Theirs\n").commit("Theirs");
    project.git(&["checkout", "-q", "main"]);
    project.write("README.md", "# Ours\n").commit("Ours");
    let merge = std::process::Command::new("git")
        .args(["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "merge", "other"])
        .current_dir(project.root())
        .output();
    assert!(!merge.expect("git").status.success());
    let before = project.fingerprint();
    let ran = project.run(&["context-update", "--batch", "47", "--commit"]).exits(7);
    ran.says("a merge is in progress in the checkout").says("git merge --abort");
    assert_eq!(project.fingerprint(), before);
}

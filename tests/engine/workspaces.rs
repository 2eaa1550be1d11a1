//! The private repository of each item, through the real program: what an agent does in it stays there, what a person
//! commits in it is taken and judged, and nothing of others gets in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::project::{Project, Ran};
use crate::stage::{status, told};

/// Commits as an agent does.
const COMMIT: &str = "git -c user.name=a -c user.email=a@b commit -q";

/// PRPs of one phase each, without gates.
fn batch(ids: &[&str]) -> Project {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\n");
    for id in ids {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    project
}

fn workspace(project: &Project, branch: &str) -> PathBuf {
    project.root().with_file_name("repo-worktrees").join(branch)
}

fn commit_there(project: &Project, branch: &str, message: &str) {
    let place = workspace(project, branch).display().to_string();
    project.git(&["-C", &place, "add", "-A"]);
    project.git(&["-C", &place, "commit", "-q", "-m", message]);
}

fn files(project: &Project) -> String {
    project.git(&["ls-tree", "-r", "--name-only", "prp-47"])
}

fn exe(project: &Project) -> Ran {
    project.run(&["exe", "--batch", "47"])
}

#[test]
fn an_agent_that_leaves_its_branch_brings_no_commit_of_others_and_its_files_wait_for_a_person() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2"]);
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    project.write("user.txt", "of the user\n").commit("User work");
    let main = project.git(&["rev-parse", "main"]);
    project.sabotage(
        "PRP-47.1.2",
        1,
        &format!("git checkout -q main && echo own > own.txt && git add own.txt && {COMMIT} -m own && mkdir -p out"),
    );
    project.run(&["exe", "PRP-47.1.2"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.2"), "needs_approval");
    let findings = serde_json::to_string(&told(&project, "guard")).expect("text");
    assert!(findings.contains("foreign_commit") && findings.contains("User work"), "{findings}");
    assert_eq!(project.git(&["rev-parse", "main"]), main);
    let log = project.git(&["log", "--format=%s", "prp-47-1-2"]);
    assert!(!log.contains("User work") && !log.lines().any(|line| line == "own"), "{log}");
    project.run(&["approve", "PRP-47.1.2", "--merge"]).exits(0);
    assert!(files(&project).contains("own.txt"));
}

#[test]
fn stash_references_and_configuration_are_each_agents_own_and_nobody_beside_is_blamed() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2"]);
    project.write("README.md", "mine\n").git(&["stash", "-q"]);
    let facts = |project: &Project| {
        let refs = project.git(&[
            "for-each-ref",
            "--format=%(refname) %(objectname)",
            "refs/heads/main",
            "refs/tags",
            "refs/stash",
        ]);
        (refs, project.read(".git/config"), project.git(&["stash", "list"]), project.fingerprint())
    };
    let before = facts(&project);
    for (own, other) in [("1", "2"), ("2", "1")] {
        let lines = format!(
            "echo {own} > own.{own}\ngit stash -q -u || exit 3\ntouch $TOOLS/stashed.{own}\n\
             until [ -e $TOOLS/stashed.{other} ]; do sleep 0.05; done\ngit stash pop -q || exit 4; mkdir -p out\n\
             git config user.name evil; git config core.hooksPath /evil; git remote add evil /evil; git tag v1\n\
             git update-ref refs/heads/main HEAD; git branch -q aside\n"
        );
        project.sabotage(&format!("PRP-47.1.{own}"), 1, &lines);
    }
    exe(&project).exits(0);
    for own in ["1", "2"] {
        assert_eq!(project.git(&["show", &format!("prp-47-1-{own}:own.{own}")]), own);
        assert!(!project.git(&["ls-tree", "--name-only", &format!("prp-47-1-{own}^")]).contains("own."));
    }
    assert_eq!(facts(&project), before);
    assert_eq!(told(&project, "disagreement"), Vec::<serde_json::Value>::new());
}

#[test]
fn work_in_a_submodule_is_committed_and_kept_or_refused_before_an_agent_is_paid() {
    let project = Project::new();
    let library = project.root().with_file_name("library");
    let at = library.display().to_string();
    project.git(&["init", "-q", "-b", "main", &at]);
    fs::write(library.join("x.txt"), "one\n").expect("file");
    project.git(&["-C", &at, "add", "-A"]);
    project.git(&["-C", &at, "commit", "-q", "-m", "one"]);
    project.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &at, "lib"]);
    project.configure("[validate]\ngates = \"ignore\"\n[guard]\nsubmodule = \"note\"\n");
    project.prp("PRP-47.1.1", &[], &["lib/x.txt"], 1).prp("PRP-47.1.2", &[], &["lib/y.txt"], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "echo two >> lib/x.txt");
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    let commit = project.git(&["rev-parse", "prp-47:lib"]);
    assert_eq!(project.git(&["-C", "lib", "show", &format!("{commit}:x.txt")]), "one\ntwo");

    project.git(&["submodule", "--quiet", "deinit", "-f", "lib"]);
    fs::remove_dir_all(project.root().join(".git/modules/lib")).expect("removed");
    let refused = project.run(&["exe", "PRP-47.1.2"]).exits(10);
    refused.says("`lib/y.txt` in the submodule `lib`, which is not initialised");
    assert!(project.calls_of("PRP-47.1.2").is_empty());
}

#[test]
fn what_set_up_made_is_neither_work_nor_in_a_commit() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2"]);
    project.configure(
        "[worktree]\nsetup = [\"ln -s /nowhere node_modules; echo KEY=1 > .env.local; mkdir gen; echo x > gen/x\"]\n",
    );
    project.commit("Configuration");
    // It does nothing at all, and says that it is done.
    fs::write(project.tools().join("PRP-47.1.2.1"), "exit 0\n").expect("sabotage");
    exe(&project).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "completed");
    assert_eq!(status(&project, "PRP-47.1.2"), "unproven");
    let files = files(&project);
    assert!(files.contains("out/PRP-47.1.1.txt"), "{files}");
    for made in ["node_modules", ".env.local", "gen/"] {
        assert!(!files.contains(made), "{made} in {files}");
    }
}

#[test]
fn only_what_was_validated_is_merged_and_what_is_newer_is_validated_first() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2"]);
    project.configure("l1 = [\"! test -e broken\"]\n");
    project.commit("Configuration");
    project.sabotage("PRP-47.1.2", 1, "exit 1");
    project.run(&["exe", "--batch", "47", "--no-merge"]).exits(10);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
    fs::write(workspace(&project, "prp-47-1-1").join("broken"), "x\n").expect("file");
    commit_there(&project, "prp-47-1-1", "After the validation");
    project.run(&["exe", "PRP-47.1.1"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "partial");
    assert_eq!(project.merges("prp-47"), Vec::<String>::new());
    fs::remove_file(workspace(&project, "prp-47-1-1").join("broken")).expect("removed");
    commit_there(&project, "prp-47-1-1", "Mended");
    let calls = project.calls_of("PRP-47.1.1");
    project.run(&["exe", "PRP-47.1.1"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 1);
    assert!(project.git(&["log", "--format=%s", "prp-47"]).contains("After the validation"));
    assert!(!files(&project).contains("broken"));
    assert_eq!(project.calls_of("PRP-47.1.1").len(), calls.len(), "a person's commit needs no agent");
}

#[test]
fn a_commit_that_is_made_while_validation_runs_is_not_merged_and_not_lost() {
    let project = batch(&["PRP-47.1.1"]);
    let gate = format!("echo late > late.txt; git add late.txt; {COMMIT} -m late");
    project.configure(&format!("l1 = [\"\"\"{gate}\"\"\"]\n")).commit("Configuration");
    exe(&project).exits(0).says("stays");
    assert!(!files(&project).contains("late.txt"));
    let place = workspace(&project, "prp-47-1-1").display().to_string();
    assert_eq!(project.git(&["-C", &place, "log", "-1", "--format=%s"]), "late");
}

#[test]
fn a_broken_reference_concerns_its_item_alone_and_is_put_back_to_the_last_good_state() {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\n");
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "exit 1").sabotage("PRP-47.1.2", 1, "exit 1");
    exe(&project).exits(10);
    project.mend("PRP-47.1.1", 2).mend("PRP-47.1.2", 1);
    // As a power failure leaves it.
    fs::write(project.root().join(".git/refs/heads/prp-47-1-1"), "\0".repeat(41)).expect("broken");
    let before = project.calls_of("PRP-47.1.1").len();
    exe(&project).exits(0).says("`prp-47-1-1` was broken");
    assert_eq!(project.merges("prp-47").len(), 2);
    assert_eq!(project.calls_of("PRP-47.1.1").len(), before + 1, "the first phase stands");
}

#[test]
fn what_an_agent_committed_before_the_program_died_is_taken_and_is_work() {
    let project = batch(&["PRP-47.1.1"]);
    // In a namespace of its own no agent can kill the program.
    project.configure("[run]\nnamespaces = false\n");
    project.sabotage(
        "PRP-47.1.1",
        1,
        &format!("echo own > own.txt; git add own.txt; {COMMIT} -m own; kill -9 $(cut -d' ' -f4 /proc/$$/stat)"),
    );
    let ran = exe(&project);
    assert_eq!(ran.code, None, "{}{}", ran.stdout, ran.stderr);
    // The next agent finds nothing to do.
    fs::write(project.tools().join("PRP-47.1.1.1"), "exit 0\n").expect("sabotage");
    exe(&project).exits(0).says("a commit made in");
    assert_eq!(project.git(&["show", "prp-47:own.txt"]), "own");
}

#[test]
fn a_batch_begun_with_linked_worktrees_is_taken_over_where_it_stands() {
    let project = Project::new();
    project.configure("[validate]\ngates = \"ignore\"\n");
    project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "exit 1");
    exe(&project).exits(10);
    // As an earlier version had it: a worktree of the project, with its mark, and no private repository.
    let place = workspace(&project, "prp-47-1-1");
    fs::remove_dir_all(&place).expect("removed");
    fs::remove_dir_all(project.root().join(".git/batchprp/workspaces/prp-47-1-1")).expect("removed");
    project.git(&["worktree", "add", "-q", &place.display().to_string(), "prp-47-1-1"]);
    let mark = r#"{"run":"r0","item":"PRP-47.1.1","branch":"prp-47-1-1"}"#;
    project.write(".git/worktrees/prp-47-1-1/batchprp.json", mark);
    project.mend("PRP-47.1.1", 2);
    exe(&project).exits(0).says("is a workspace now");
    assert_eq!(project.merges("prp-47").len(), 1);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2", "2"]);
    assert!(!place.exists() && !project.root().join(".git/worktrees").exists());
}

#[test]
fn a_shell_is_opened_in_the_workspace_of_an_item() {
    let project = batch(&["PRP-47.1.1"]);
    project.sabotage("PRP-47.1.1", 1, "exit 1");
    project.run(&["shell", "PRP-47.1.1"]).exits(7).says("there is no workspace of `prp-47-1-1`");
    exe(&project).exits(10);
    project.run(&["shell", "PRP-47.1.1", "--", "git", "symbolic-ref", "HEAD"]).exits(0).says("refs/heads/prp-47-1-1");
    project.run(&["shell", "PRP-47.1.1", "--", "false"]).exits(10).says("ended with code 1");
}

/// Puts a program in front of git that does something before each filling of a workspace; returns the search path.
fn before_filling(project: &Project, lines: &str) -> std::ffi::OsString {
    let folder = project.tools().join("bin");
    fs::create_dir_all(&folder).expect("folder");
    let script = format!(
        "#!/bin/sh\nPATH=${{PATH#*:}}\nfor word in \"$@\"; do\nif [ \"$word\" = read-tree ]; then\n{lines}\nbreak\nfi\ndone\nexec git \"$@\"\n"
    );
    fs::write(folder.join("git"), script).expect("script");
    fs::set_permissions(folder.join("git"), PermissionsExt::from_mode(0o755)).expect("mode");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).expect("a path")
}

#[test]
fn workspaces_are_filled_at_the_same_time() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"]);
    // Each waits for the two others, and gives up when they do not come.
    let wait = "touch \"$TOOLS/filling.$$\"; n=0\n\
                until [ \"$(ls \"$TOOLS\" | grep -c filling)\" -ge 3 ]; do sleep 0.05; n=$((n+1)); [ $n -lt 600 ] || exit 9; done";
    let path = before_filling(&project, wait);
    project.run_with(&["exe", "--batch", "47", "--jobs", "3"], &[("PATH", path.as_os_str())]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 3);
}

#[test]
fn git_that_says_nothing_while_it_fills_a_workspace_is_ended_after_the_configured_time() {
    let project = batch(&["PRP-47.1.1"]);
    project.configure("[worktree]\ncheckout_silence = \"1s\"\n").commit("Configuration");
    let path = before_filling(&project, "sleep 60");
    let ran = project.run_with(&["exe", "--batch", "47"], &[("PATH", path.as_os_str())]).exits(10);
    ran.says("said nothing for 1 s").says("worktree.checkout_silence");
    assert!(project.calls().is_empty());
    exe(&project).exits(0);
}

#[test]
fn what_changes_in_the_project_beside_several_agents_is_told_of_nobody_in_particular() {
    let project = batch(&["PRP-47.1.1", "PRP-47.1.2"]);
    let root = project.root().display().to_string();
    let wait = |name: &str| format!("until [ -e $TOOLS/{name} ]; do sleep 0.05; done");
    project.sabotage("PRP-47.1.1", 1, &format!("{}; echo stray > {root}/stray.txt; touch $TOOLS/done", wait("there")));
    project.sabotage("PRP-47.1.2", 1, &format!("touch $TOOLS/there; {}", wait("done")));
    exe(&project)
        .exits(0)
        .says("while agents of PRP-47.1.1, PRP-47.1.2 ran, uncommitted files of the checkout changed");
    assert_eq!(told(&project, "disagreement"), Vec::<serde_json::Value>::new());
}

#[test]
fn what_an_item_declares_by_its_folder_is_taken_although_git_ignores_it() {
    let project = Project::new();
    project.write(".gitignore", "dist/\n*.log\n");
    project.prp("PRP-47.1.1", &[], &["dist/", "out/*.log", "out/"], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "mkdir -p dist/js; echo made > dist/js/out.js; mkdir -p out; echo x > out/a.log");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.git(&["show", "prp-47:dist/js/out.js"]), "made");
    assert_eq!(project.git(&["show", "prp-47:out/a.log"]), "x");
}

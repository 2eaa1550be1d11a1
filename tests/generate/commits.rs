//! `gen --commit`: a commit for each PRP, and nothing else of the user's checkout.

use crate::plan::{REQUESTS, accounts, names, phase};
use crate::project::Project;

const COMMIT: [&str; 5] = ["gen", "PLAN.md", "--agent", "template", "--commit"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    COMMIT.iter().chain(more).copied().collect()
}

/// Subjects and files of the commits since a commit, oldest first.
fn commits(project: &Project, since: &str) -> Vec<(String, Vec<String>)> {
    let log = project.git(&["log", "--reverse", "--format=%x00%s", "--name-only", &format!("{since}..main")]);
    let entries = log.split('\0').filter(|entry| !entry.is_empty());
    let entry = |entry: &str| {
        let mut lines = entry.lines().filter(|line| !line.is_empty()).map(str::to_owned);
        (lines.next().unwrap_or_default(), lines.collect())
    };
    entries.map(entry).collect()
}

fn file(name: &str) -> Vec<String> {
    vec![format!("{REQUESTS}/{name}")]
}

#[test]
fn every_prp_is_a_commit_and_what_the_user_has_staged_stays_staged() {
    let project = accounts();
    project.commit("Plan");
    let before = project.git(&["rev-parse", "HEAD"]);
    // The user is in the middle of something, and has a hook that would refuse it.
    project.write("README.md", "# Staged\n").write("new.txt", "new\n");
    project.git(&["add", "README.md", "new.txt"]);
    project.write("README.md", "# Staged\nand more\n").write("untracked.txt", "mine\n");
    project.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(project.root().join(".git/hooks/pre-commit"), executable).expect("mode");
    let (staged, status) =
        (project.git(&["diff", "--cached"]), project.git(&["status", "--porcelain", "--", ".", ":!PRPs"]));
    project.run(&COMMIT).exits(0).says("PRP-1.1.1: committed as ");
    let made = commits(&project, &before);
    let expected = [
        ("Add PRP-1.1.1: Schema", "PRP-1.1.1-schema.md"),
        ("Add PRP-1.2.1: Tokens", "PRP-1.2.1-tokens.md"),
        ("Add PRP-1.3.1: Endpoints", "PRP-1.3.1-endpoints.md"),
        ("Add PRP-1.3.2: Roles", "PRP-1.3.2-roles.md"),
    ];
    assert_eq!(made, expected.map(|(subject, name)| (subject.to_owned(), file(name))));
    assert_eq!(project.git(&["diff", "--cached"]), staged);
    assert_eq!(project.git(&["status", "--porcelain", "--", ".", ":!PRPs"]), status);
    assert_eq!(project.git(&["status", "--porcelain", "--", "PRPs"]), "");
    assert_eq!(project.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    // A rewrite commits what it changes, also where the user has something else staged.
    let before = project.git(&["rev-parse", "HEAD"]);
    project.write("PLAN.md", &project.read("PLAN.md").replace("make part4", "make roles"));
    project.run(&with(&["--batch", "1", "--overwrite"])).exits(0).says("3 unchanged");
    assert_eq!(commits(&project, &before), [("Update PRP-1.3.2: Roles".to_owned(), file("PRP-1.3.2-roles.md"))]);
    assert_eq!(project.git(&["diff", "--cached"]), staged);
}

#[test]
fn without_the_flag_nothing_is_committed_and_a_later_run_can_catch_up() {
    let project = accounts();
    project.commit("Plan");
    let before = project.git(&["rev-parse", "HEAD"]);
    project.run(&["gen", "PLAN.md", "--agent", "template", "--stage", "1"]).exits(0);
    project.run(&["gen", "PLAN.md", "--agent", "template", "--retry-failed"]).exits(0);
    assert_eq!(project.git(&["rev-parse", "HEAD"]), before);
    project.run(&with(&["--retry-failed", "--dry-run"])).exits(4);
    // As after a kill between `git add` and `git commit`.
    project.git(&["add", "PRPs"]);
    project.run(&with(&["--retry-failed"])).exits(0);
    assert_eq!(commits(&project, &before).len(), 4);
    project.run(&with(&["--retry-failed"])).exits(4).says("every PRP of the plan is there");
}

#[test]
fn what_failed_is_not_committed_and_the_command_that_goes_on_commits_too() {
    let project = accounts();
    let faulty =
        project.read("PLAN.md").replace("**Goal**: Endpoints works\n", "") + phase("5", "Client", "Phase 3").as_str();
    project.write("PLAN.md", &faulty).commit("Plan");
    let before = project.git(&["rev-parse", "HEAD"]);
    project.run(&COMMIT).exits(10).says("batchprp gen PLAN.md --batch 1 --agent template --commit --retry-failed");
    assert_eq!(commits(&project, &before).len(), 3);
}

#[test]
fn a_checkout_that_cannot_take_a_commit_refuses_before_anything_is_written() {
    let project = accounts();
    project.commit("Plan");
    project.git(&["switch", "-q", "-c", "other"]);
    project.write("README.md", "# Theirs\n").commit("Theirs");
    project.git(&["switch", "-q", "main"]);
    project.write("README.md", "# Ours\n").commit("Ours");
    let merge = std::process::Command::new("git")
        .args(["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "merge", "other"])
        .current_dir(project.root())
        .output();
    assert!(!merge.expect("git").status.success());
    project.run(&COMMIT).exits(7).says("a merge is in progress in the checkout").says("git merge --abort");
    assert!(names(&project).is_empty());
    project.git(&["merge", "--abort"]);
    // Ignored files are written, and said not to be committed.
    project.write(".gitignore", "PRPs/\n").commit("Ignore");
    project.run(&COMMIT).exits(7).says("is ignored by git, so it is not committed");
    assert_eq!(names(&project).len(), 4);
}

//! Claims against evidence, the guarded checkout, leases.

use std::fs;

use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::upkeep::lease;

use crate::project::Project;
use crate::stage::{faked, finish, staged, status, told, until};

#[test]
fn a_claim_without_anything_to_show_for_it_is_unproven() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 1);
    let script = r#"{"PRP-47.1.1": {"do": "lie", "text": "All done, 12 tests added."}}"#;
    finish(faked(&project, script, &["exe", "--batch", "47"])).exits(10).says("unproven").says("12 tests added");
    assert_eq!(status(&project, "PRP-47.1.1"), "unproven");
    assert_eq!(status(&project, "PRP-47.1.2"), "completed");
    assert!(project.checkpoints("prp-47-1-1").is_empty());
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.2: Work of PRP-47.1.2"]);
}

#[test]
fn an_agent_that_works_in_the_checkout_is_found_out() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.1.3", &[], &[], 2);
    project.prp("PRP-47.1.4", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47", "--prps", "PRP-47.1.2,PRP-47.1.3"]).exits(0);
    assert!(told(&project, "disagreement").is_empty(), "{:?}", told(&project, "disagreement"));
    project.sabotage(
        "PRP-47.1.4",
        1,
        &format!("touch '{0}/README.md'; git -C '{0}' status >/dev/null", project.root().display()),
    );
    project.run(&["exe", "--batch", "47", "--prps", "PRP-47.1.4"]).exits(0);
    assert!(told(&project, "disagreement").is_empty(), "looking is allowed: {:?}", told(&project, "disagreement"));
    project.sabotage("PRP-47.1.1", 1, &format!("echo stray > '{}/stray.txt'", project.root().display()));
    project.run(&["exe", "--batch", "47"]).exits(0);
    let found = told(&project, "disagreement");
    let what = found.first().map(|event| event["what"].to_string()).unwrap_or_default();
    assert!(what.contains("uncommitted files of the checkout"), "{found:?}");
}

#[test]
fn an_item_is_leased_while_its_run_lives_and_not_longer() {
    let project = staged(&["PRP-47.1.1"], 1);
    let leases = || project.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/lease"]);
    let script = r#"{"*": [{"do": "work", "seconds": 1.5}, {"do": "write", "files": {"out/a.txt": "a\n"}}]}"#;
    let child = faked(&project, script, &["exe", "--batch", "47"]).spawn().expect("starts");
    until("a lease", || !leases().is_empty());
    assert_eq!(leases(), "refs/batchprp/lease/prp-47-1-1/a1");
    crate::stage::ended(child).exits(0);
    assert_eq!(leases(), "");
}

#[test]
fn an_item_that_another_orchestrator_holds_is_left_to_it() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2"], 1);
    let repo = Repo::open(&project.root(), GitPolicy::default()).expect("repository");
    let held = lease::take(&repo, &"PRP-47.1.1".parse().expect("id"), 1, "another-run").expect("lease");
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(10).says("another-run");
    assert_eq!(status(&project, "PRP-47.1.2"), "completed");
    assert!(project.checkpoints("prp-47-1-2").len() == 1 && !repo_has(&project, "prp-47-1-1"));
    lease::release(&repo, &held).expect("released");
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(0);
}

#[test]
fn a_lease_that_was_taken_over_stops_the_commits_of_the_old_holder() {
    let project = staged(&["PRP-47.1.1"], 1);
    let script = r#"{"*": [{"do": "work", "seconds": 2}, {"do": "write", "files": {"out/a.txt": "a\n"}}]}"#;
    let child = faked(&project, script, &["exe", "--batch", "47"]).spawn().expect("starts");
    until("a lease", || !project.git(&["for-each-ref", "refs/batchprp/lease"]).is_empty());
    project.git(&["update-ref", "-d", "refs/batchprp/lease/prp-47-1-1/a1"]);
    crate::stage::ended(child).exits(10).says("somebody else took the item over");
    assert!(project.checkpoints("prp-47-1-1").is_empty());
}

fn repo_has(project: &Project, branch: &str) -> bool {
    fs::metadata(project.root().join(".git/refs/heads").join(branch)).is_ok()
}

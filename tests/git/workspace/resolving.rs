//! A parked merge, resolved in the workspace by a person or an agent: seen by git there, taken only when it is that merge.

use std::fs;

use batchprp::host::git::workspace::{self, Prepared, checkpoint, resolve};

use super::{commit, commit_there, in_order, prepare, want};
use crate::fixture::{Fixture, git, try_git, write};

/// Two items that changed the same file; the first is merged.
fn scene() -> (Fixture, Prepared) {
    let fixture = Fixture::new();
    fixture.batch();
    for item in ["47.1.1", "47.1.2"] {
        let prepared = prepare(&fixture, item);
        write(&prepared.path, "src/a.txt", item);
        write(&prepared.path, &format!("{item}.txt"), item);
        commit(&fixture, &prepared, 1);
    }
    fixture.merge("47.1.1");
    let parked = resolve::find(&fixture.repo(), "prp-47-1-2").expect("a workspace");
    (fixture, parked)
}

#[test]
fn the_conflict_is_there_for_git_and_the_workspace_is_not_touched_meanwhile() {
    let (fixture, parked) = scene();
    let repo = fixture.repo();
    assert_eq!(resolve::start(&repo, &parked, "prp-47").expect("started"), ["src/a.txt"]);
    assert_eq!(resolve::start(&repo, &parked, "prp-47").expect("started before"), ["src/a.txt"]);
    assert_eq!(git(&parked.path, &["diff", "--name-only", "--diff-filter=U"]), "src/a.txt");
    assert!(
        git(&parked.path, &["status"]).contains("All conflicts fixed")
            || git(&parked.path, &["status"]).contains("Unmerged paths")
    );
    assert!(fs::read_to_string(parked.path.join("src/a.txt")).expect("a file").contains("<<<<<<< "));
    let error = workspace::prepare(&repo, &want(&fixture, "47.1.2")).expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("resolve 47.1.2 --continue"));
    // Looking at it does not resolve it.
    checkpoint::changed(&repo, &parked, &parked.since).expect("git answers");
    assert!(resolve::check(&repo, &parked).expect_err("a refusal").message.contains("src/a.txt"));
    assert!(resolve::finish(&repo, &parked).is_err());
    write(&parked.path, "src/a.txt", "both");
    resolve::check(&repo, &parked).expect("resolved");
    let merge = resolve::finish(&repo, &parked).expect("a commit");
    assert_eq!(
        fixture.git(&["log", "-1", "--format=%P", &merge]),
        fixture.git(&["rev-parse", &parked.tip, "prp-47"]).replace('\n', " ")
    );
    in_order(&fixture, &parked, "resolved");
    fixture.merge("47.1.2");
    assert_eq!(fixture.git(&["show", "prp-47:src/a.txt"]), "both");
}

#[test]
fn a_merge_that_the_person_committed_is_taken_when_it_is_that_merge() {
    let (fixture, parked) = scene();
    let repo = fixture.repo();
    resolve::start(&repo, &parked, "prp-47").expect("started");
    write(&parked.path, "src/a.txt", "both");
    git(&parked.path, &["add", "-A"]);
    git(&parked.path, &["commit", "-q", "--no-edit"]);
    write(&parked.path, "later.txt", "x");
    assert!(resolve::finish(&repo, &parked).expect_err("a refusal").message.contains("not committed"));
    fs::remove_file(parked.path.join("later.txt")).expect("removed");
    let theirs = git(&parked.path, &["rev-parse", "HEAD"]);
    assert_eq!(resolve::finish(&repo, &parked).expect("a commit"), theirs);
    assert_eq!(fixture.git(&["rev-parse", "prp-47-1-2"]), theirs);
    in_order(&fixture, &parked, "committed");

    let (fixture, parked) = scene();
    resolve::start(&fixture.repo(), &parked, "prp-47").expect("started");
    git(&parked.path, &["merge", "--abort"]);
    assert!(resolve::finish(&fixture.repo(), &parked).expect_err("a refusal").message.contains("given up"));
    write(&parked.path, "src/a.txt", "something else");
    commit_there(&parked.path, "no merge");
    assert!(
        resolve::finish(&fixture.repo(), &parked).expect_err("a refusal").message.contains("does not hold the batch")
    );
    let saved = resolve::abort(&fixture.repo(), &parked).expect("given up");
    assert!(saved.is_some());
    in_order(&fixture, &parked, "given up");
}

#[test]
fn a_merge_that_is_given_up_saves_what_was_edited() {
    let (fixture, parked) = scene();
    let repo = fixture.repo();
    write(&parked.path, "unsaved.txt", "x");
    assert!(resolve::start(&repo, &parked, "prp-47").expect_err("a refusal").message.contains("uncommitted"));
    fs::remove_file(parked.path.join("unsaved.txt")).expect("removed");
    resolve::start(&repo, &parked, "prp-47").expect("started");
    write(&parked.path, "src/a.txt", "half resolved");
    let saved = resolve::abort(&repo, &parked).expect("given up").expect("saved");
    assert_eq!(fixture.git(&["show", &format!("{}:src/a.txt", saved.reference)]), "half resolved");
    assert_eq!(fs::read_to_string(parked.path.join("src/a.txt")).expect("a file"), "47.1.2");
    in_order(&fixture, &parked, "given up");
    assert!(resolve::check(&repo, &parked).is_err());
    resolve::start(&repo, &parked, "prp-47").expect("again");
}

#[test]
fn what_an_agent_of_a_dead_run_was_resolving_is_taken_back() {
    let (fixture, parked) = scene();
    let repo = fixture.repo();
    assert_eq!(resolve::abandon(&repo, "prp-47-1-2").expect("nothing"), None);
    assert_eq!(resolve::start_for_agent(&repo, &parked, "prp-47").expect("started"), ["src/a.txt"]);
    write(&parked.path, "src/a.txt", "half");
    assert!(resolve::abandon(&repo, "prp-47-1-2").expect("taken back").is_some());
    let next = prepare(&fixture, "47.1.2");
    in_order(&fixture, &next, "taken back");
    // A person's is left alone.
    resolve::start(&repo, &parked, "prp-47").expect("started");
    assert_eq!(resolve::abandon(&repo, "prp-47-1-2").expect("left alone"), None);
    assert!(try_git(&parked.path, &["rev-parse", "-q", "--verify", "MERGE_HEAD"]).0);
}

//! Worktrees of earlier versions: each becomes a workspace where it stands, with all that is in it.

use std::fs;
use std::path::PathBuf;

use batchprp::host::git::workspace::{self, Prepare, remove, resolve};

use super::{administration, commit, in_order, want};
use crate::fixture::{Fixture, git, write};

/// A worktree as earlier versions made it, with one checkpoint; returns its administration.
fn scene() -> (Fixture, PathBuf) {
    let fixture = Fixture::new();
    fixture.batch();
    let place = fixture.place("prp-47-1-1");
    fixture.git(&["branch", "prp-47-1-1", "prp-47"]);
    fixture.git(&["update-ref", "refs/batchprp/base/prp-47-1-1", "prp-47"]);
    fixture.git(&["worktree", "add", "-q", place.to_str().expect("text"), "prp-47-1-1"]);
    let admin = fixture.root().join(".git/worktrees/prp-47-1-1");
    write(&admin, "batchprp.json", r#"{"run":"r0","item":"PRP-47.1.1","branch":"prp-47-1-1"}"#);
    write(&admin, "batchprp-furnished", "");
    write(&place, "one.txt", "1");
    let message = "PRP-47.1.1: Phase 1 - Step 1\n\nBatchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 1\nBatchprp-Run: r0\nBatchprp-Key: k\n";
    git(&place, &["add", "-A"]);
    git(&place, &["commit", "-q", "-m", message]);
    fixture.git(&["update-ref", "refs/batchprp/item/prp-47-1-1", "prp-47-1-1"]);
    (fixture, admin)
}

#[test]
fn its_work_is_saved_its_set_up_stays_and_the_next_checkpoint_goes_on() {
    let (fixture, admin) = scene();
    let place = fixture.place("prp-47-1-1");
    write(&place, "unsaved.txt", "x");
    write(&place, "staged.txt", "x");
    git(&place, &["add", "staged.txt"]);
    let prepared = workspace::prepare(&fixture.repo(), &want(&fixture, "47.1.1")).expect("a workspace");
    assert!(prepared.repaired.iter().any(|text| text.contains("earlier version")), "{:?}", prepared.repaired);
    assert_eq!(prepared.rescued[0].files, ["staged.txt", "unsaved.txt"]);
    assert!(workspace::is_set_up(&fixture.repo(), &prepared).expect("git answers"));
    assert!(!admin.exists() && place.join(".git").is_dir());
    assert_eq!(fixture.git(&["worktree", "list"]).lines().count(), 1);
    in_order(&fixture, &prepared, "taken over");
    write(&place, "two.txt", "2");
    let made = commit(&fixture, &prepared, 2);
    assert_eq!((made.files, made.deviations.len()), (vec!["two.txt".to_owned()], 0));
    in_order(&fixture, &prepared, "goes on");
}

#[test]
fn finished_work_that_is_about_to_be_adopted_stays_where_it_is() {
    let (fixture, _) = scene();
    let place = fixture.place("prp-47-1-1");
    write(&place, "finished.txt", "x");
    let order = Prepare { keep_changes: true, ..want(&fixture, "47.1.1") };
    let prepared = workspace::prepare(&fixture.repo(), &order).expect("a workspace");
    assert_eq!((prepared.rescued.len(), git(&place, &["status", "--porcelain"])), (0, "?? finished.txt".to_owned()));
    assert_eq!(commit(&fixture, &prepared, 2).files, ["finished.txt"]);
}

#[test]
fn whatever_was_checked_out_there_is_looked_at_as_in_any_workspace() {
    type Deed = fn(&Fixture, &std::path::Path);
    let deeds: [(&str, Deed, usize); 6] = [
        (
            "a commit of its own",
            |_, p| {
                write(p, "own.txt", "x");
                super::commit_there(p, "own");
            },
            0,
        ),
        ("detached", |_, p| drop(git(p, &["switch", "-q", "--detach", "HEAD^"])), 0),
        ("another branch", |_, p| drop(git(p, &["switch", "-q", "-c", "aside"])), 0),
        ("no index", |f, _| fs::remove_file(f.root().join(".git/worktrees/prp-47-1-1/index")).expect("removed"), 0),
        ("a damaged index", |f, _| write(&f.root(), ".git/worktrees/prp-47-1-1/index", "garbage"), 0),
        ("no pointer", |_, p| fs::remove_file(p.join(".git")).expect("removed"), 0),
    ];
    for (name, deed, rescued) in deeds {
        let (fixture, admin) = scene();
        deed(&fixture, &fixture.place("prp-47-1-1"));
        let before = fixture.git(&["rev-parse", "prp-47-1-1"]);
        let prepared = workspace::prepare(&fixture.repo(), &want(&fixture, "47.1.1")).expect("a workspace");
        assert_eq!((prepared.rescued.len(), prepared.tip.as_str()), (rescued, before.as_str()), "{name}");
        assert!(!admin.exists(), "{name}");
        in_order(&fixture, &prepared, name);
    }
}

#[test]
fn a_merge_that_is_being_resolved_there_is_carried_over() {
    let (fixture, admin) = scene();
    let place = fixture.place("prp-47-1-1");
    write(&place, "src/a.txt", "ours");
    super::commit_there(&place, "ours");
    fixture.git(&["update-ref", "refs/batchprp/item/prp-47-1-1", "prp-47-1-1"]);
    let other = super::prepare(&fixture, "47.1.2");
    write(&other.path, "src/a.txt", "theirs");
    commit(&fixture, &other, 1);
    fixture.merge("47.1.2");
    assert!(!crate::fixture::try_git(&place, &["merge", "-q", "--no-commit", "prp-47"]).0);
    write(&admin, "batchprp-resolve", &fixture.git(&["rev-parse", "prp-47"]));
    let parked = resolve::find(&fixture.repo(), "prp-47-1-1").expect("found");
    let error = resolve::finish(&fixture.repo(), &parked).expect_err("a refusal");
    assert!(error.message.contains("conflict markers are left in src/a.txt"), "{error}");
    assert!(!admin.exists());
    write(&place, "src/a.txt", "both");
    let commit = resolve::finish(&fixture.repo(), &parked).expect("resolved");
    assert_eq!(fixture.git(&["show", &format!("{commit}:src/a.txt")]), "both");
    fixture.git(&["merge-base", "--is-ancestor", "prp-47", "prp-47-1-1"]);
    in_order(&fixture, &parked, "resolved");
}

#[test]
fn what_a_killed_git_left_and_what_is_done_is_cleaned_up() {
    let (fixture, admin) = scene();
    let place = fixture.place("prp-47-1-1");
    fs::remove_file(admin.join("batchprp.json")).expect("removed");
    write(&admin, "locked", "initializing");
    let prepared = workspace::prepare(&fixture.repo(), &want(&fixture, "47.1.1")).expect("a workspace");
    assert!(prepared.repaired.iter().any(|text| text.contains("half made")), "{:?}", prepared.repaired);
    in_order(&fixture, &prepared, "half made");

    let (fixture, admin) = scene();
    fs::remove_dir_all(fixture.place("prp-47-1-1")).expect("removed");
    let prepared = workspace::prepare(&fixture.repo(), &want(&fixture, "47.1.1")).expect("a workspace");
    assert!(!admin.exists());
    in_order(&fixture, &prepared, "missing");

    let (fixture, admin) = scene();
    let found = remove::all(&fixture.repo());
    assert_eq!((found.len(), found[0].branch.as_str(), &found[0].path), (1, "prp-47-1-1", &place_of(&fixture)));
    fixture.merge("47.1.1");
    let what = remove::Remove {
        path: place_of(&fixture),
        branch: "prp-47-1-1".to_owned(),
        into: "prp-47".to_owned(),
        ..remove::Remove::default()
    };
    write(&place_of(&fixture), "unsaved", "x");
    assert!(remove::remove(&fixture.repo(), &what).expect_err("a refusal").message.contains("`unsaved`"));
    fs::remove_file(place_of(&fixture).join("unsaved")).expect("removed");
    remove::remove(&fixture.repo(), &what).expect("removed");
    assert!(!place_of(&fixture).exists() && !admin.exists() && !administration(&fixture, "prp-47-1-1").exists());
    assert!(!place.exists() || place != place_of(&fixture));
    fixture.check();
}

fn place_of(fixture: &Fixture) -> PathBuf {
    fixture.place("prp-47-1-1")
}

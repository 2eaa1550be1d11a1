//! Submodules: there when the user has them, committed with the item, kept by the project, refused in time otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use batchprp::host::git::workspace::{self, Prepare};

use super::{administration, commit, commit_there, now, prepare, try_commit, want};
use crate::fixture::{Fixture, git, try_git, write};

/// A project with the submodule `libs/one`, which has a submodule `two` of its own.
fn scene() -> (Fixture, PathBuf) {
    let fixture = Fixture::new();
    let make = |name: &str| {
        let path = fixture.folder().join(name);
        fs::create_dir(&path).expect("a folder");
        git(&path, &["init", "-q", "-b", "main"]);
        git(&path, &["config", "user.name", "T"]);
        git(&path, &["config", "user.email", "t@example.com"]);
        write(&path, "file.txt", &format!("{name}\n"));
        git(&path, &["add", "-A"]);
        git(&path, &["commit", "-q", "-m", name]);
        path
    };
    let (one, two) = (make("one-origin"), make("two-origin"));
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
    git(&one, &[&add[..], &[two.to_str().expect("text"), "two"]].concat());
    git(&one, &["commit", "-q", "-m", "two"]);
    fixture.git(&[&add[..], &[one.to_str().expect("text"), "libs/one"]].concat());
    fixture.git(&["-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init", "--recursive"]);
    for name in ["user.name", "user.email"] {
        git(&fixture.root().join("libs/one"), &["config", name, "t"]);
    }
    fixture.git(&["commit", "-q", "-m", "one"]);
    fixture.batch();
    (fixture, one)
}

fn linked(fixture: &Fixture, revision: &str) -> String {
    fixture.git(&["rev-parse", &format!("{revision}:libs/one")])
}

#[test]
fn submodules_that_the_user_has_are_there_and_untouched_ones_change_nothing() {
    let (fixture, _) = scene();
    let before = fixture.fingerprint();
    let prepared = prepare(&fixture, "47.1.1");
    for (file, text) in [("libs/one/file.txt", "one-origin\n"), ("libs/one/two/file.txt", "two-origin\n")] {
        assert_eq!(fs::read_to_string(prepared.path.join(file)).expect("a file"), text);
    }
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");
    let status = git(&prepared.path, &["submodule", "status", "--recursive"]);
    assert!(status.lines().count() == 2 && status.lines().all(|line| line.starts_with(' ')), "{status}");
    git(&prepared.path, &["submodule", "update", "--recursive"]);
    write(&prepared.path, "x", "x");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!((made.files, made.submodules.len()), (vec!["x".to_owned()], 0));
    assert_eq!(now(&fixture, &prepared).tree, made.tree);
    assert_eq!(fixture.fingerprint(), before);
    fixture.check();
}

#[test]
fn edits_and_commits_inside_are_part_of_the_checkpoint_and_kept_by_the_project() {
    let (fixture, _) = scene();
    let prepared = prepare(&fixture, "47.1.1");
    let one = prepared.path.join("libs/one");
    let old = linked(&fixture, "main");
    let before = now(&fixture, &prepared);
    write(&one, "edited.txt", "not committed\n");
    write(&one, "two/deep.txt", "neither\n");
    assert_ne!(now(&fixture, &prepared).tree, before.tree, "seen without a commit");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, ["libs/one"]);
    assert_eq!((made.submodules[0].path.as_str(), made.submodules[0].kept), ("libs/one", true));
    assert_eq!(now(&fixture, &prepared).tree, made.tree);
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");

    git(&one, &["switch", "-q", "-c", "work"]);
    write(&one, "file.txt", "changed\n");
    let theirs = commit_there(&one, "theirs");
    let made = commit(&fixture, &prepared, 2);
    assert_eq!(made.submodules[0].commit, theirs);
    assert_eq!(git(&one, &["symbolic-ref", "HEAD"]), "refs/heads/work");

    // All of it is in the project: the workspace may go.
    fs::remove_dir_all(&prepared.path).expect("removed");
    let store = fixture.root().join(".git/modules/libs/one");
    git(&store, &["fsck", "--no-dangling"]);
    git(&store, &["gc", "-q", "--prune=now"]);
    for (revision, file, text) in
        [("prp-47-1-1^", "edited.txt", "not committed"), ("prp-47-1-1", "file.txt", "changed")]
    {
        let commit = linked(&fixture, revision);
        assert_eq!(git(&store, &["show", &format!("{commit}:{file}")]), text);
        assert!(try_git(&store, &["merge-base", "--is-ancestor", &old, &commit]).0);
    }
    let inner = git(&store, &["rev-parse", &format!("{}:two", linked(&fixture, "prp-47-1-1"))]);
    assert_eq!(git(&store.join("modules/two"), &["show", &format!("{inner}:deep.txt")]), "neither");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(fs::read_to_string(next.path.join("libs/one/two/deep.txt")).expect("a file"), "neither\n");
    assert_eq!(git(&fixture.root(), &["status", "--porcelain"]), "");
    fixture.check();
}

#[test]
fn what_was_not_committed_inside_is_saved_before_the_workspace_is_reset() {
    let (fixture, _) = scene();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "libs/one/unsaved.txt", "x\n");
    write(&prepared.path, "libs/one/two/file.txt", "changed\n");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(next.rescued[0].files, ["libs/one"]);
    let store = fixture.root().join(".git/modules/libs/one");
    let saved = linked(&fixture, &next.rescued[0].reference);
    assert_eq!(git(&store, &["show", &format!("{saved}:unsaved.txt")]), "x");
    assert!(!next.path.join("libs/one/unsaved.txt").exists());
    assert_eq!(fs::read_to_string(next.path.join("libs/one/two/file.txt")).expect("a file"), "two-origin\n");
    assert_eq!(git(&next.path, &["status", "--porcelain"]), "");
    fs::remove_dir_all(next.path.join("libs/one")).expect("removed");
    fs::remove_dir_all(next.path.join(".git")).expect("removed");
    let next = prepare(&fixture, "47.1.1");
    assert!(next.path.join("libs/one/two/file.txt").exists());
    assert_eq!(git(&next.path, &["status", "--porcelain"]), "");
}

#[test]
fn work_in_a_submodule_that_is_not_there_is_refused_before_or_when_it_happens_and_never_lost() {
    let (origin, _) = scene();
    let clone = Fixture::empty();
    git(clone.folder(), &["clone", "-q", origin.root().to_str().expect("text"), clone.root().to_str().expect("text")]);
    for name in ["user.name", "user.email"] {
        clone.git(&["config", name, "t"]);
    }
    let order = Prepare { declared: vec!["libs/one/src/x.rs".to_owned()], ..want(&clone, "47.1.1") };
    let error = workspace::prepare(&clone.repo(), &order).expect_err("a refusal");
    assert!(error.message.contains("libs/one/src/x.rs"), "{error}");
    assert!(error.help.expect("a way out").contains("git submodule update --init libs/one"));

    let prepared = prepare(&clone, "47.1.1");
    write(&prepared.path, "other.txt", "x");
    write(&prepared.path, "libs/one/new.txt", "work");
    let error = try_commit(&clone, &prepared, 1).expect_err("a refusal");
    assert!(error.message.contains("`libs/one`"), "{error}");
    let next = prepare(&clone, "47.1.1");
    assert_eq!(next.rescued[0].files, ["libs/one", "libs/one/new.txt", "other.txt"]);
    assert_eq!(clone.git(&["show", &format!("{}:libs/one/new.txt", next.rescued[0].reference)]), "work");
    assert_eq!(git(&next.path, &["status", "--porcelain"]), "");

    // The agent initialises it by itself.
    let update = ["-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init"];
    git(&next.path, &update);
    write(&next.path, "libs/one/file.txt", "edited");
    assert!(try_commit(&clone, &next, 1).expect_err("a refusal").message.contains("`libs/one`"));
    let next = prepare(&clone, "47.1.1");
    assert_eq!(clone.git(&["show", &format!("{}:libs/one/file.txt", next.rescued[0].reference)]), "edited");
    clone.git(&update);
    fs::remove_dir_all(&next.path).expect("removed");
    let next = prepare(&clone, "47.1.1");
    write(&next.path, "libs/one/file.txt", "edited");
    assert_eq!(commit(&clone, &next, 1).files, ["libs/one"]);
}

#[test]
fn submodules_come_and_go_with_commits() {
    let (fixture, one) = scene();
    let prepared = prepare(&fixture, "47.1.1");
    // One is taken out and its files become those of the project.
    let lib = prepared.path.join("libs/one");
    fs::remove_dir_all(lib.join("two")).expect("removed");
    fs::remove_file(lib.join(".git")).expect("removed");
    fs::remove_file(lib.join(".gitmodules")).expect("removed");
    fs::remove_file(prepared.path.join(".gitmodules")).expect("removed");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, [".gitmodules", "libs/one", "libs/one/file.txt"]);
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");
    // A new one.
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", one.to_str().expect("text"), "libs/new"];
    git(&prepared.path, &add);
    let made = commit(&fixture, &prepared, 2);
    assert_eq!(made.files, [".gitmodules", "libs/new"]);
    assert_eq!((made.submodules[0].path.as_str(), made.submodules[0].kept), ("libs/new", false));
    // Deleted as a whole.
    let other = prepare(&fixture, "47.1.2");
    git(&other.path, &["rm", "-q", "libs/one"]);
    assert_eq!(commit(&fixture, &other, 1).files, [".gitmodules", "libs/one"]);
    let back = prepare(&fixture, "47.1.2");
    assert!(!back.path.join("libs/one").exists());
    fixture.check();
}

#[test]
fn nothing_of_a_submodules_own_configuration_is_run() {
    let (fixture, _) = scene();
    let prepared = prepare(&fixture, "47.1.1");
    let proof = fixture.folder().join("it-ran");
    let one = prepared.path.join("libs/one");
    for inner in [one.clone(), one.join("two")] {
        let command = format!("sh -c 'touch \"{}\"; cat'", proof.display());
        git(&inner, &["config", "filter.x.clean", &command]);
        git(&inner, &["config", "filter.x.smudge", &command]);
        git(&inner, &["config", "core.fsmonitor", &command]);
        git(&inner, &["config", "core.hooksPath", "/nowhere"]);
        write(&inner, ".gitattributes", "* filter=x\n");
        write(&inner, "file.txt", "changed");
    }
    now(&fixture, &prepared);
    commit(&fixture, &prepared, 1);
    write(&one, "file.txt", "changed again");
    prepare(&fixture, "47.1.1");
    assert!(!proof.exists());
    assert!(Path::new(&administration(&fixture, "prp-47-1-1")).join("modules").is_dir());
}

//! What scripts ask about the user's checkout, and their commits in it.

use std::path::PathBuf;

use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::upkeep::checkout::{self, Checkout};
use batchprp::model::history::Distance;

use crate::fixture::Fixture;

fn checkout(fixture: &Fixture) -> Checkout {
    Checkout::of(fixture.repo(), &fixture.root())
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn changed_names_what_differs_from_head_and_only_what_was_asked_for() {
    let fixture = Fixture::new();
    fixture.write("b.txt", "b\n");
    fixture.write("c d.txt", "c\n");
    fixture.write("[x].txt", "x\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "more"]);
    fixture.write("b.txt", "changed\n");
    fixture.write("new.txt", "new\n");
    fixture.write("x.txt", "no match of a pattern\n");
    std::fs::remove_file(fixture.root().join("c d.txt")).expect("removed");
    let checkout = checkout(&fixture);
    let changed = |names: &[&str]| checkout.changed(&paths(names)).expect("an answer");
    let all = ["README.md", "b.txt", "c d.txt", "new.txt", "[x].txt", "never there.txt"];
    let mut found = changed(&all);
    found.sort();
    assert_eq!(found, ["b.txt", "c d.txt", "new.txt"]);
    fixture.git(&["add", "-A"]);
    let mut found = changed(&all);
    found.sort();
    assert_eq!(found, ["b.txt", "c d.txt", "new.txt"], "the index makes no difference");
    assert!(changed(&[]).is_empty());
    assert!(checkout.changed(&paths(&["../outside"])).is_err());
}

#[test]
fn head_decides_what_is_tracked_and_a_revision_what_is_shown() {
    let fixture = Fixture::new();
    fixture.write("src/new.txt", "new\n");
    fixture.git(&["add", "src/new.txt"]);
    let checkout = checkout(&fixture);
    let tracked = |name: &str| checkout.tracked(&PathBuf::from(name)).expect("an answer");
    assert!(tracked("src/a.txt"));
    assert!(!tracked("src/new.txt"), "what is only staged was never committed");
    assert!(!tracked("src/none.txt"));
    fixture.write("src/a.txt", "changed\n");
    let show = |revision: &str, name: &str| checkout.show(revision, &PathBuf::from(name));
    assert_eq!(show("HEAD", "src/a.txt").expect("an answer").as_deref(), Some("a1\na2\na3\n"));
    assert_eq!(show("main", "src/new.txt").expect("an answer"), None);
    assert_eq!(show("main", "src").expect("an answer"), None, "a folder has no text");
    assert!(show("nowhere", "src/a.txt").is_err());
    assert!(show("--all", "src/a.txt").is_err());
    assert_eq!(checkout.files("HEAD").expect("files"), ["README.md", "src/a.txt"]);
    assert_eq!(checkout.folders("HEAD").expect("folders"), ["src"]);
}

#[test]
fn a_branch_has_a_distance_and_a_range_a_log() {
    let fixture = Fixture::new();
    fixture.git(&["checkout", "-q", "-b", "prp-47"]);
    for number in ["one", "two"] {
        fixture.write("work.txt", number);
        fixture.git(&["add", "-A"]);
        fixture.git(&["commit", "-q", "-m", &format!("{number}\n\nbody of {number}")]);
    }
    fixture.git(&["checkout", "-q", "main"]);
    let checkout = checkout(&fixture);
    let distance = |ahead, behind| Some(Distance { branch: "prp-47".to_owned(), ahead, behind });
    assert_eq!(checkout.distance("prp-47").expect("an answer"), distance(2, 0));
    assert_eq!(checkout.distance("prp-48").expect("an answer"), None);
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "own"]);
    assert_eq!(checkout.distance("prp-47").expect("an answer"), distance(2, 1));
    let log = checkout.log("main..prp-47").expect("a log");
    let messages = log.iter().map(|entry| entry.message.trim_end()).collect::<Vec<_>>();
    assert_eq!(messages, ["two\n\nbody of two", "one\n\nbody of one"]);
    assert_eq!(log[0].parents, [log[1].commit.clone()]);
    for wrong in ["--output=stolen", "-1", "", "main..nowhere", "main\n"] {
        assert!(checkout.log(wrong).is_err(), "{wrong:?}");
    }
    assert!(!fixture.root().join("stolen").exists());
}

#[test]
fn a_commit_takes_its_files_over_hooks_and_over_what_a_killed_one_staged() {
    let fixture = Fixture::new();
    fixture.write("old.md", "document\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "document"]);
    std::fs::create_dir(fixture.root().join("done")).expect("a folder");
    std::fs::rename(fixture.root().join("old.md"), fixture.root().join("done/old.md")).expect("moved");
    // As after a kill between `git add` and `git commit`; the rest is the user's.
    fixture.git(&["add", "-A"]);
    fixture.write("mine.txt", "mine\n");
    fixture.git(&["add", "mine.txt"]);
    fixture.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(fixture.root().join(".git/hooks/pre-commit"), executable).expect("mode");
    let checkout = checkout(&fixture);
    let files = paths(&["old.md", "done/old.md", "never.md"]);
    let commit = checkout.commit(&files, "Move\n").expect("hooks are off").expect("a commit");
    assert_eq!(fixture.git(&["rev-parse", "HEAD"]), commit);
    let shown = fixture.git(&["show", "--no-renames", "--format=%s", "--name-status", "HEAD"]);
    assert_eq!(shown, "Move\n\nA\tdone/old.md\nD\told.md");
    assert_eq!(fixture.git(&["status", "--porcelain"]), "A  mine.txt");
    assert_eq!(checkout.commit(&files, "Again\n").expect("an answer"), None);
    let hooked = Repo::open(&fixture.root(), GitPolicy { hooks: true, sign: false }).expect("a repository");
    let hooked = Checkout::of(hooked, &fixture.root());
    fixture.write("done/old.md", "more\n");
    let refused = hooked.commit(&files, "More\n").expect_err("the hook says no");
    assert!(refused.message.contains("git commit"), "{refused:?}");
}

#[test]
fn a_project_that_is_a_folder_of_the_repository_names_its_own_paths() {
    let fixture = Fixture::new();
    fixture.write("tool/in.txt", "in\n");
    fixture.write("tool/sub/deep/x.txt", "x\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "tool"]);
    fixture.write("tool/new.txt", "new\n");
    fixture.write("tool/in.txt", "changed\n");
    let checkout = Checkout::of(fixture.repo(), &fixture.root().join("tool"));
    assert_eq!(checkout.files("HEAD").expect("files"), ["in.txt", "sub/deep/x.txt"]);
    assert_eq!(checkout.folders("HEAD").expect("folders"), ["sub", "sub/deep"]);
    let mut changed = checkout.changed(&paths(&["in.txt", "new.txt"])).expect("an answer");
    changed.sort();
    assert_eq!(changed, ["in.txt", "new.txt"]);
    assert!(checkout.tracked(&PathBuf::from("in.txt")).expect("an answer"));
    assert_eq!(checkout.show("HEAD", &PathBuf::from("in.txt")).expect("an answer").as_deref(), Some("in\n"));
    checkout.commit(&paths(&["new.txt"]), "New\n").expect("a commit");
    assert_eq!(fixture.git(&["show", "--format=", "--name-only", "HEAD"]), "tool/new.txt");
}

#[test]
fn the_address_is_that_of_origin_also_before_the_first_commit() {
    let fixture = Fixture::new();
    let address =
        |folder: &std::path::Path| checkout::address(folder, "origin", GitPolicy::default()).expect("an answer");
    assert_eq!(address(&fixture.root()), None);
    fixture.git(&["remote", "add", "origin", "https://forge.example/app.git"]);
    assert_eq!(address(&fixture.root()).as_deref(), Some("https://forge.example/app.git"));
    assert_eq!(address(fixture.folder()), None, "no repository has no address");
}

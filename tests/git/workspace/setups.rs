//! What set-up makes is there for the work, and in no commit, whoever makes it.

use std::fs;
use std::os::unix::fs::symlink;

use batchprp::host::git::workspace::{self, Prepared};

use super::{commit, commit_there, in_order, names, now, prepare};
use crate::fixture::{Fixture, git, write};

/// A workspace with a copied key, a link to packages, a generated file and a folder of many files.
fn scene() -> (Fixture, Prepared, String) {
    let fixture = Fixture::new();
    fixture.write(".gitignore", "ignored/\n*.py\n!*.pyi\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "ignore"]);
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    assert!(!workspace::is_set_up(&fixture.repo(), &prepared).expect("git answers"));
    write(&prepared.path, ".env", "KEY=secret");
    symlink("../packages", prepared.path.join("node_modules")).expect("a link");
    write(&prepared.path, "gen/made [1].txt", "generated");
    write(&prepared.path, "gen/stub.pyi", "whitelisted by the project");
    write(&prepared.path, "ignored/x", "x");
    for n in 0..250 {
        write(&prepared.path, &format!("src/deps/{}/{n}.txt", n % 7), "dependency");
    }
    write(&prepared.path, ".ce/tmp/heartbeat.json", "{}");
    let tree = workspace::set_up(&fixture.repo(), &prepared).expect("recorded");
    assert!(workspace::is_set_up(&fixture.repo(), &prepared).expect("git answers"));
    (fixture, prepared, tree)
}

#[test]
fn it_is_no_change_and_in_no_checkpoint_and_stays() {
    let (fixture, prepared, tree) = scene();
    assert_eq!(tree, fixture.git(&["rev-parse", "prp-47^{tree}"]));
    assert_eq!(now(&fixture, &prepared).tree, tree, "nothing was done yet");
    // Except for what the project itself asks git to see, whoever works there does not see it either.
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "?? .ce/\n?? gen/");
    write(&prepared.path, ".env", "KEY=changed");
    write(&prepared.path, "gen/by hand.txt", "work");
    write(&prepared.path, "src/new.txt", "work");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, ["gen/by hand.txt", "src/new.txt"]);
    write(&prepared.path, "unsaved.txt", "x");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(next.rescued.iter().map(|saved| saved.files.clone()).collect::<Vec<_>>(), [["unsaved.txt"]]);
    for file in [".env", "gen/made [1].txt", "gen/stub.pyi", "src/deps/1/1.txt", "ignored/x"] {
        assert!(next.path.join(file).exists(), "{file}");
    }
    assert!(next.path.join("node_modules").is_symlink());
    assert!(workspace::is_set_up(&fixture.repo(), &next).expect("git answers"));
    fs::remove_dir_all(&next.path).expect("removed");
    let fresh = prepare(&fixture, "47.1.1");
    assert!(!workspace::is_set_up(&fixture.repo(), &fresh).expect("git answers"), "a new one is set up anew");
}

#[test]
fn an_agent_that_commits_it_all_the_same_brings_no_secret_into_the_history() {
    let (fixture, prepared, _) = scene();
    write(&prepared.path, "work.txt", "work");
    git(&prepared.path, &["add", "-f", ".env", "node_modules", "work.txt"]);
    git(&prepared.path, &["commit", "-q", "-m", "all of it"]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(
        (names(&made.deviations), made.files, made.agent_commits),
        (vec!["set-up"], vec!["work.txt".to_owned()], 0)
    );
    assert_eq!(fixture.git(&["log", "--format=%h", "prp-47-1-1", "--", ".env"]), "");
    git(&prepared.path, &["add", "-f", ".env"]);
    let made = commit(&fixture, &prepared, 2);
    assert_eq!(made.files, Vec::<String>::new(), "staged by force");
    assert!(prepared.path.join(".env").exists());
    fixture.check();
}

#[test]
fn settings_and_hooks_of_the_set_up_stay_and_those_of_an_agent_do_not() {
    let fixture = Fixture::new();
    let prepared = prepare(&fixture, "47.1.1");
    git(&prepared.path, &["config", "set.up", "yes"]);
    write(&prepared.path, ".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    workspace::set_up(&fixture.repo(), &prepared).expect("recorded");
    git(&prepared.path, &["config", "core.bare", "true"]);
    git(&prepared.path, &["config", "set.up", "no"]);
    fs::write(prepared.path.join(".git/objects/info/alternates"), "/nowhere\n").expect("written");
    fs::write(prepared.path.join(".git/commondir"), "/nowhere\n").expect("written");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(git(&next.path, &["config", "set.up"]), "yes");
    assert!(next.path.join(".git/hooks/pre-commit").exists());
    in_order(&fixture, &next, "restored");
    write(&next.path, "x", "x");
    commit_there(&next.path, "x");
    assert_eq!(commit(&fixture, &next, 1).agent_commits, 1);
}

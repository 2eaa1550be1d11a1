//! Locks of git and of batchprp: the living are waited for, our dead are cleared away, others are named.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use batchprp::host::git::workspace::{self, checkpoint};
use batchprp::host::lock::{self, Lock};
use batchprp::host::owner::Owner;

use crate::fixture::{Fixture, point, write};

/// Leaves a lock file that is a minute old.
fn leave(fixture: &Fixture, name: &str) -> PathBuf {
    let path = fixture.root().join(".git").join(name);
    write(&fixture.root().join(".git"), name, "");
    let file = fs::File::options().write(true).open(&path).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("a time");
    path
}

/// Leaves the intent of a command whose orchestrator is dead.
fn killed(fixture: &Fixture) {
    let dead = Owner { boot: "an earlier boot".to_owned(), ..Owner::current("commit") };
    let folder = fixture.root().join(".git/batchprp/intents");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("1-0");
    fs::write(&path, serde_json::to_string(&dead).expect("text")).expect("a file");
    let file = fs::File::options().write(true).open(&path).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(61)).expect("a time");
}

#[test]
fn a_lock_that_our_killed_command_left_is_removed_on_the_way() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    killed(&fixture);
    for name in ["refs/heads/prp-47-1-1.lock", "refs/batchprp/item/prp-47-1-1.lock"] {
        leave(&fixture, name);
    }
    write(&prepared.path, "x", "x");
    fixture.commit(&prepared, "47.1.1", 1);
    let young = fixture.root().join(".git/refs/batchprp/base/prp-47.lock");
    fs::write(young, "").expect("a file");
    let users = leave(&fixture, "index.lock");
    for name in ["refs/heads/prp-47.lock", "packed-refs.lock"] {
        leave(&fixture, name);
    }
    fixture.batch();
    assert!(users.exists(), "the index of the user is none of ours");
    fs::remove_file(users).expect("removed");
    fixture.check();
    assert_eq!(fs::read_dir(fixture.root().join(".git/batchprp/intents")).expect("a folder").count(), 0);
}

#[test]
fn a_lock_of_somebody_else_is_waited_for_and_then_named_with_the_way_out() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    let path = leave(&fixture, "refs/heads/prp-47.lock");
    fixture.commit(&prepared, "47.1.1", 1);
    let repo = fixture.repo();
    let error = batchprp::host::git::merge::item(&repo, &Fixture::merging("47.1.1")).expect_err("a refusal");
    assert!(error.message.contains("prp-47.lock"), "{error}");
    assert!(error.help.expect("a way out").contains("rm "));
    assert!(path.exists(), "nobody of ours was killed: the lock is not ours to remove");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            fs::remove_file(&path).expect("removed");
        });
        fixture.merge("47.1.1");
    });
    fixture.check();
}

#[test]
fn locks_on_the_index_of_a_workspace_are_cleared_when_nobody_uses_them() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    let index = leave(&fixture, "batchprp/workspaces/prp-47-1-1/index.lock");
    write(&prepared.path, "x", "x");
    fixture.commit(&prepared, "47.1.1", 1);
    assert!(!index.exists());
    leave(&fixture, "batchprp/workspaces/prp-47-1-1/HEAD.lock");
    let next = workspace::prepare(&fixture.repo(), &fixture.want("47.1.1", "HEAD")).expect("a workspace");
    assert!(next.repaired.iter().any(|text| text.contains("HEAD.lock")), "{:?}", next.repaired);
    fixture.check();
}

#[test]
fn the_users_own_index_lock_disturbs_nothing_and_stays() {
    let fixture = Fixture::new();
    let lock = leave(&fixture, "index.lock");
    let started = Instant::now();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 1);
    fixture.merge("47.1.1");
    assert!(checkpoint::commit(&fixture.repo(), &prepared, &point("47.1.1", 1, "k")).is_ok());
    assert!(started.elapsed() < Duration::from_secs(8));
    assert!(lock.exists());
}

#[test]
fn a_batch_is_locked_by_one_run_and_the_refusal_names_it() {
    let fixture = Fixture::new();
    let common = fixture.root().join(".git");
    let held = Lock::batch(&common, "47").expect("a lock");
    let error = Lock::batch(&common, "47").expect_err("a refusal");
    assert!(error.message.contains(&format!("process {}", std::process::id())), "{error}");
    assert_eq!(lock::owner_of_batch(&common, "47").map(|owner| owner.pid), Some(std::process::id()));
    Lock::batch(&common, "48").expect("another batch");
    let child = std::process::Command::new("sleep").arg("20").spawn();
    drop(held);
    assert_eq!(lock::owner_of_batch(&common, "47"), None);
    let again = Lock::batch(&common, "47").expect("no child holds it");
    assert_eq!(again.killed, None);
    if let Ok(mut child) = child {
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let dead = Owner { boot: "an earlier boot".to_owned(), ..Owner::current("batch 49") };
    write(&common, "batchprp/batch-49.lock", &serde_json::to_string(&dead).expect("text"));
    assert_eq!(lock::owner_of_batch(&common, "49"), None);
    assert_eq!(Lock::batch(&common, "49").expect("a dead owner holds nothing").killed, Some(dead));
}

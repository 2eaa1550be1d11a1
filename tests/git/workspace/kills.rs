//! kill -9 at every place where a workspace is made, used and removed: the next run completes, and nothing is lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batchprp::host::git::upkeep::scan;
use batchprp::host::git::workspace::{self, remove, scratch};

use super::{commit, prepare};
use crate::fixture::{Fixture, git, id, try_git, write};

const ITEMS: [&str; 2] = ["47.1.1", "47.1.2"];

/// Tells whether a commit with a subject is anywhere in a repository.
fn has(root: &Path, subject: &str) -> bool {
    try_git(root, &["log", "--all", "--format=%s"]).1.lines().any(|line| line == subject)
}

/// The whole work of two items, with all that an agent may leave behind; goes on where git shows that it stopped.
fn work(fixture: &Fixture) {
    fixture.batch();
    let repo = fixture.repo();
    for item in ITEMS {
        if scan::merged(&repo, "prp-47", &fixture.git(&["rev-parse", "main"]), &id(item)).expect("a scan").is_none() {
            carry_out(fixture, item);
            fixture.merge(item);
        }
        let candidate = scratch::place(&repo, &fixture.place("prp-47.candidate")).expect("a place");
        scratch::make(&repo, &candidate, "prp-47").expect("made");
        scratch::go(&repo, &candidate, "main").expect("gone");
        scratch::discard(&repo, &candidate).expect("discarded");
        let branch = id(item).branch();
        let (path, into) = (fixture.place(&branch), "prp-47".to_owned());
        remove::remove(&repo, &remove::Remove { path, branch, into, delete_branch: false }).expect("removed");
    }
    remove::sweep(&repo, &fixture.place(""));
}

fn carry_out(fixture: &Fixture, item: &str) {
    let repo = fixture.repo();
    let prepared = prepare(fixture, item);
    if !workspace::is_set_up(&repo, &prepared).expect("git answers") {
        write(&prepared.path, ".env", "KEY=x");
        workspace::set_up(&repo, &prepared).expect("recorded");
    }
    let done = scan::item(&repo, &prepared.branch, &prepared.base, &id(item)).expect("a scan");
    let missing = |phase: u32| done.phases.iter().all(|found| found.ordinal != phase);
    let file = |name: &str| format!("{}/{name}", prepared.branch);
    if missing(1) {
        write(&prepared.path, &file("1.txt"), "work\n");
        let stray = format!("stray of {item}");
        if !has(&fixture.root(), &stray) {
            // Rewritten and left aside, stashed, uncommitted: all of it must be somewhere in the end.
            git(&prepared.path, &["switch", "-q", "-C", "aside"]);
            git(&prepared.path, &["commit", "-q", "--allow-empty", "-m", &stray]);
            git(&prepared.path, &["switch", "-q", &prepared.branch]);
        }
        commit(fixture, &prepared, 1);
    }
    if missing(2) {
        write(&prepared.path, "unsaved.txt", item);
        let next = prepare(fixture, item);
        assert!(!next.path.join("unsaved.txt").exists());
        let own = format!("own of {item}");
        if try_git(&fixture.root(), &["log", "--format=%s", &prepared.branch]).1.lines().all(|line| line != own) {
            write(&prepared.path, &file("own.txt"), "own\n");
            git(&prepared.path, &["add", "-A"]);
            git(&prepared.path, &["commit", "-q", "-m", &own]);
        }
        write(&prepared.path, &file("2.txt"), "work\n");
        commit(fixture, &next, 2);
    }
}

/// What must hold in the end, whatever was killed.
fn check(fixture: &Fixture, before: &BTreeMap<String, String>, what: &str) {
    let subjects = fixture.git(&["log", "--format=%s", "--grep=: Phase ", "main..prp-47"]);
    assert_eq!(subjects.lines().count(), 4, "{what}: {subjects}");
    assert_eq!(fixture.git(&["rev-list", "--count", "--first-parent", "main..prp-47"]), "2", "{what}");
    let tree = fixture.git(&["ls-tree", "-r", "--name-only", "prp-47"]);
    let own =
        ITEMS.iter().flat_map(|item| ["1.txt", "2.txt", "own.txt"].map(|name| format!("{}/{name}", id(item).branch())));
    let mut expected: Vec<String> = own.chain(["README.md", "src/a.txt"].map(str::to_owned)).collect();
    expected.sort();
    assert_eq!(tree.lines().collect::<Vec<_>>(), expected, "{what}");
    for item in ITEMS {
        assert!(has(&fixture.root(), &format!("stray of {item}")), "{what}: the stray commit is nowhere");
        let unsaved =
            fixture.git(&["for-each-ref", "--format=%(refname)", &format!("refs/batchprp/rescue/r1/PRP-{item}")]);
        let holds =
            |name: &str| try_git(&fixture.root(), &["show", &format!("{name}:unsaved.txt")]) == (true, item.to_owned());
        assert!(unsaved.lines().any(holds), "{what}: what was not committed is nowhere");
    }
    let left =
        fs::read_dir(fixture.place("")).expect("a folder").flatten().map(|entry| entry.file_name()).collect::<Vec<_>>();
    assert!(left.is_empty(), "{what}: {left:?} are left");
    for folder in ["workspaces", "trash", "intents"] {
        let entries = fs::read_dir(fixture.root().join(".git/batchprp").join(folder)).into_iter().flatten().flatten();
        let left: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_none_or(|e| e != "lock")).collect();
        assert!(left.is_empty(), "{what}: {left:?} are left");
    }
    assert_eq!(fixture.git(&["for-each-ref", "refs/batchprp/kept"]), "", "{what}");
    assert!(try_git(&fixture.root(), &["gc", "-q", "--prune=now"]).0, "{what}");
    fixture.check();
    let mut after = fixture.fingerprint();
    after.insert(".git/packed-refs".to_owned(), before[".git/packed-refs"].clone());
    assert_eq!(&after, before, "{what}");
}

/// Started by the tests below in a process of its own.
#[test]
#[ignore = "not a test: the process that the kill tests start"]
fn child() {
    if let Some(folder) = std::env::var_os("BATCHPRP_TEST_FOLDER") {
        work(&Fixture::at(PathBuf::from(folder)));
    }
}

fn start(fixture: &Fixture, faults: &str, log: Option<&Path>) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "workspace::kills::child", "--ignored"]).env("BATCHPRP_FAIL", faults);
    if let Some(log) = log {
        command.env("BATCHPRP_FAIL_LOG", log);
    }
    command.env("BATCHPRP_TEST_FOLDER", fixture.folder()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the child starts")
}

/// Every place that the work passes, and how often.
fn places() -> BTreeMap<String, usize> {
    let fixture = Fixture::new();
    let (log, before) = (fixture.folder().join("points"), fixture.fingerprint());
    assert!(start(&fixture, "", Some(&log)).wait().expect("an end").success());
    check(&fixture, &before, "without faults");
    let mut count = BTreeMap::new();
    for line in fs::read_to_string(log).expect("a log").lines() {
        *count.entry(line.to_owned()).or_insert(0) += 1;
    }
    count
}

/// Carries out all cases, two at a time.
fn all(cases: &[String]) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(fault) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fixture = Fixture::new();
                    let before = fixture.fingerprint();
                    start(&fixture, fault, None).wait().expect("an end");
                    let ended = start(&fixture, "", None).wait().expect("an end");
                    if !ended.success() {
                        // Once more where it can be seen.
                        work(&fixture);
                    }
                    assert!(ended.success(), "{fault}: the next run failed, and the one after it did not");
                    check(&fixture, &before, fault);
                }
            });
        }
    });
}

#[test]
fn a_kill_at_every_place_is_mended_by_the_next_run() {
    let sum = |name: &str| name.bytes().fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 65_521);
    // Of the times that a place is passed one is chosen, always the same.
    let places = places().into_iter().filter(|(name, _)| !name.starts_with("lock."));
    let cases: Vec<String> = places.map(|(name, times)| format!("{name}:kill:{}", 1 + sum(&name) % times)).collect();
    assert!(cases.len() > 80, "{}", cases.len());
    all(&cases);
}

#[test]
#[ignore = "about an hour: cargo test --features failpoints --test git -- --ignored a_kill_and_a_failure"]
fn a_kill_and_a_failure_every_time_that_a_place_is_passed() {
    let each = places().into_iter().flat_map(|(name, times)| (1..=times).map(move |at| (name.clone(), at)));
    let cases: Vec<String> =
        each.flat_map(|(name, at)| ["kill", "error"].map(|action| format!("{name}:{action}:{at}"))).collect();
    all(&cases);
}

#[test]
fn after_a_kill_at_any_moment_also_of_git_the_next_run_completes() {
    let rounds: u64 = std::env::var("BATCHPRP_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    for round in 0..rounds {
        let fixture = Fixture::new();
        let before = fixture.fingerprint();
        let mut child = start(&fixture, "", None);
        std::thread::sleep(Duration::from_millis(15 + round * 397 % 1500));
        let mut targets = vec![child.id().to_string()];
        if round % 2 == 0 {
            let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
            for task in tasks {
                let text = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                targets.extend(text.split_whitespace().map(str::to_owned));
            }
        }
        for target in targets {
            Command::new("kill").args(["-9", &target]).stderr(Stdio::null()).status().expect("kill starts");
        }
        child.wait().expect("gone");
        work(&fixture);
        check(&fixture, &before, &format!("round {round}"));
    }
}

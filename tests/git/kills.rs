//! kill -9 of batchprp and of the git it runs, at many moments: the next run completes the work, each phase once.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use batchprp::host::git::plumbing::repo::{Policy, Repo};
use batchprp::host::git::upkeep::scan;

use crate::fixture::{Fixture, id, try_git, write};

const ITEMS: [&str; 2] = ["47.1.1", "47.1.2"];

/// The whole work of two items; goes on where git shows that it stopped.
fn work(fixture: &Fixture) {
    fixture.batch();
    for item in ITEMS {
        let repo = fixture.repo();
        let prepared = fixture.prepare(item);
        let done = scan::item(&repo, &prepared.branch, &prepared.base, &id(item)).expect("a scan");
        for phase in 1..=2 {
            if done.phases.iter().all(|found| found.ordinal != phase) {
                write(&prepared.path, &format!("{}/{phase}.txt", prepared.branch), "work\n");
                fixture.commit(&prepared, item, phase);
            }
        }
        fixture.merge(item);
        let what = batchprp::host::git::upkeep::clean::Remove {
            path: prepared.path,
            branch: prepared.branch,
            into: "prp-47".to_owned(),
            delete_branch: false,
        };
        batchprp::host::git::upkeep::clean::remove(&repo, &what).expect("removed");
    }
}

/// Started by the test below in a process of its own.
#[test]
#[ignore = "not a test: the process that the kill test starts"]
fn child() {
    if let Some(folder) = std::env::var_os("BATCHPRP_TEST_FOLDER") {
        work(&Fixture::at(PathBuf::from(folder)));
    }
}

/// Kills a process and, where `children` says so, what it had started.
fn kill(pid: u32, children: bool) {
    let list = |pid: u32| {
        let tasks = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        let others = threads.map(|task| fs::read_to_string(task.path().join("children")).unwrap_or_default());
        others.chain([tasks]).collect::<Vec<_>>().join(" ")
    };
    let found = list(pid);
    let targets =
        std::iter::once(pid.to_string()).chain(found.split_whitespace().filter(|_| children).map(str::to_owned));
    for target in targets {
        Command::new("kill").args(["-9", &target]).stderr(Stdio::null()).status().expect("kill starts");
    }
}

#[test]
fn after_a_kill_at_any_moment_the_next_run_completes_and_repeats_nothing() {
    let rounds: u64 = std::env::var("BATCHPRP_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    for round in 0..rounds {
        let fixture = Fixture::new();
        let before = fixture.fingerprint();
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "kills::child", "--ignored"])
            .env("BATCHPRP_TEST_FOLDER", fixture.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the child starts");
        std::thread::sleep(Duration::from_millis(15 + round * 397 % 700));
        kill(child.id(), round % 2 == 0);
        child.wait().expect("gone");
        work(&fixture);
        let repo = Repo::open(&fixture.root(), Policy::default()).expect("a repository");
        let base = fixture.git(&["rev-parse", "main"]);
        let merged = scan::all_merged(&repo, "prp-47", &base).expect("a scan");
        assert_eq!(
            merged.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
            ["PRP-47.1.1", "PRP-47.1.2"],
            "{round}"
        );
        let subjects = fixture.git(&["log", "--format=%s", "--grep=: Phase ", "main..prp-47"]);
        assert_eq!(subjects.lines().count(), 4, "{round}: {subjects}");
        assert_eq!(fixture.git(&["rev-list", "--count", "--first-parent", "main..prp-47"]), "2", "{round}");
        let tree = fixture.git(&["ls-tree", "-r", "--name-only", "prp-47"]);
        let files =
            ["README.md", "prp-47-1-1/1.txt", "prp-47-1-1/2.txt", "prp-47-1-2/1.txt", "prp-47-1-2/2.txt", "src/a.txt"];
        assert_eq!(tree.lines().collect::<Vec<_>>(), files, "{round}");
        assert_eq!(fixture.git(&["worktree", "list"]).lines().count(), 1, "{round}");
        assert!(try_git(&fixture.root(), &["gc", "-q", "--prune=now"]).0, "{round}");
        fixture.check();
        let mut after = fixture.fingerprint();
        after.insert(".git/packed-refs".to_owned(), before[".git/packed-refs"].clone());
        assert_eq!(after, before, "{round}");
    }
}

//! Two programs at the same time, and finished work that a killed run could not commit.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::invariants;
use crate::scene::{Call, ITEMS, Scene};

/// Waits until the agent was called so often.
fn called(scene: &Scene, times: usize) {
    let begin = Instant::now();
    while scene.ledger().iter().filter(|call| call.is_start).count() < times {
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", scene.ledger());
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_second_program_on_the_same_batch_refuses_and_says_who_works_on_it() {
    let scene = Scene::new();
    let first = scene.start("", "1");
    let pid = first.id();
    called(&scene, 1);
    let second = scene.command(&["exe", "--batch", "47"]).output().expect("starts");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(7), "{said}");
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("a host name");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [format!("process {pid}"), host.trim().to_owned(), "since 20".to_owned()] {
        assert!(said.contains(&part), "`{part}` is missing in: {said}");
    }
    assert_eq!(scene.wait(first).code, Some(0));
    assert_eq!(scene.ledger().iter().filter(|call| call.is_start).count(), 6);
}

#[test]
fn two_batches_of_one_repository_run_at_the_same_time() {
    let scene = Scene::new();
    let folder = scene.root().join("PRPs/feature-requests");
    for (id, _) in ITEMS {
        let text = fs::read_to_string(folder.join(format!("{id}-work.md"))).expect("PRP");
        let (id, text) = (id.replace("47", "48"), text.replace("PRP-47", "PRP-48"));
        fs::write(folder.join(format!("{id}-work.md")), text).expect("PRP");
    }
    scene.git(&["add", "-A"]);
    scene.git(&["commit", "-qm", "Another batch"]);
    let first = scene.start("", "0.3");
    let second = scene.command(&["exe", "--batch", "48"]).env("WORK", "0.3").output().expect("starts");
    assert_eq!(second.status.code(), Some(0), "{}", String::from_utf8_lossy(&second.stderr));
    assert_eq!(scene.wait(first).code, Some(0));
    for batch in ["prp-47", "prp-48"] {
        let merges = scene.git(&["rev-list", "--count", "--first-parent", &format!("main..{batch}")]);
        assert_eq!(merges, "3", "{batch}");
    }
    scene.git(&["fsck", "--strict"]);
    assert_eq!(invariants::processes(&scene), Vec::<u32>::new());
}

#[test]
fn work_that_an_agent_finished_before_the_kill_is_taken_over_and_not_done_again() {
    let scene = Scene::new();
    // The first checkpoint of the run: its agent has ended well, and nothing is committed yet.
    let child = scene.start("git.update-ref.checkpoint.pre:kill", "");
    assert_eq!(scene.wait(child).code, None);
    assert!(scene.committed().is_empty());
    let first = scene.ledger();
    let ended = first.iter().find(|call| !call.is_start).expect("an agent ended").clone();
    let child = scene.start("", "");
    let again = scene.wait(child);
    assert_eq!(again.code, Some(0), "{}", again.text);
    assert!(again.text.contains("took over the finished work"), "{}", again.text);
    let ledger = scene.ledger();
    let again = |call: &&Call| call.is_start && call.item == ended.item && call.phase == ended.phase;
    assert_eq!(ledger.iter().filter(again).count(), 1, "{ledger:?}");
    assert_eq!(scene.git(&["show", "prp-47:out/PRP-47.1.1.txt"]), "phase 1\nphase 2");
}

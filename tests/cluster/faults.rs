//! What dies, hangs or cannot be reached: nothing is done twice, and nothing is lost but a running phase.

use std::fs;
use std::time::Duration;

use crate::scene::{Scene, send};

#[test]
fn another_start_goes_on_with_the_jobs_of_a_dead_one() {
    let scene = Scene::new();
    scene.hold(1);
    let run = scene.exe(&[]);
    scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    run.signal("-KILL");
    drop(run);
    let again = scene.exe(&[]);
    scene.until("they are adopted", || again.said().matches("is gone on with").count() == 2);
    scene.let_go(1);
    let (code, said) = again.ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_complete();
}

#[test]
fn an_orchestrator_that_dies_at_any_place_starts_nothing_twice() {
    // Places that are passed on the way of one item to its worker and back.
    let places = [
        "hub.push.pre:kill:1",
        "hub.push.post:kill:1",
        "process.outliving.post:kill:1",
        "git.notes.post:kill:1",
        "git.update-ref.adopt-attempt.pre:kill:1",
        "git.update-ref.adopt-attempt.post:kill:1",
        "hub.push.post:kill:2",
    ];
    for place in places {
        let scene = Scene::new();
        let (first, said) = scene.trial_one(&[("BATCHPRP_FAIL", place)]).ended();
        assert_eq!(first, None, "{place} was not passed: {said}");
        let (code, said) = scene.trial_one(&[]).ended();
        assert_eq!(code, Some(0), "{place}: {said}");
        assert_eq!((scene.begun("PRP-47.1.1", 1), scene.begun("PRP-47.1.1", 2)), (1, 1), "{place}: {said}");
        assert_eq!(scene.at_hub("refs/batchprp/lease/"), Vec::<String>::new(), "{place}");
    }
}

#[test]
fn a_worker_that_dies_costs_the_running_phase() {
    let scene = Scene::new();
    scene.hold(2);
    let run = scene.exe(&[]);
    scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
    scene.until("the first is at the hub", || run.said().contains("PRP-47.1.1-work ✓ phase 1"));
    send("-KILL", scene.worker("PRP-47.1.1", 1));
    scene.until("it runs again", || scene.begun("PRP-47.1.1", 2) == 2);
    scene.let_go(2);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("its checkpoints stand"), "{said}");
    assert_eq!((scene.begun("PRP-47.1.1", 1), scene.begun("PRP-47.1.2", 2)), (1, 1));
    scene.is_merged();
}

#[test]
fn a_worker_that_hangs_is_fenced_and_its_late_work_is_not_integrated() {
    let scene = Scene::new();
    scene.hold(2);
    let run = scene.trial_exe(&[]);
    scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
    scene.until("the first is at the hub", || run.said().contains("PRP-47.1.1-work ✓ phase 1"));
    let worker = scene.worker("PRP-47.1.1", 1);
    // As long as its lease is renewed, the word of the engine counts for nothing.
    fs::write(scene.path("repo/lie"), "").expect("file");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(scene.begun("PRP-47.1.1", 2), 1, "{}", run.said());
    send("-STOP", worker);
    scene.until("it is given up", || scene.begun("PRP-47.1.1", 2) == 2);
    fs::remove_file(scene.path("repo/lie")).expect("no file");
    scene.let_go(2);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    let merged = scene.git(&["rev-parse", "prp-47"]);
    send("-CONT", worker);
    scene.until("it has ended", || !std::path::Path::new(&format!("/proc/{worker}/root")).exists());
    assert_eq!(scene.begun("PRP-47.1.1", 1), 1);
    assert_eq!(scene.git(&["rev-parse", "prp-47"]), merged);
    scene.is_merged();
    // What it had done when it woke up stays where somebody can look at it.
    let attempts = scene.at_hub("refs/batchprp/attempt/");
    assert!(attempts.iter().any(|name| name.ends_with("PRP-47.1.1/1")), "{attempts:?}");
}

#[test]
fn an_engine_that_is_down_or_full_is_waited_for() {
    let scene = Scene::new();
    fs::write(scene.path("repo/full"), "").expect("file");
    let run = scene.trial_exe(&[]);
    scene.until("they are at the hub", || scene.at_hub("refs/batchprp/lease/").len() == 2);
    std::thread::sleep(Duration::from_millis(500));
    assert!(scene.calls().is_empty());
    scene.hold(1);
    fs::remove_file(scene.path("repo/full")).expect("no file");
    scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    fs::write(scene.path("repo/down"), "").expect("file");
    scene.let_go(1);
    scene.until("they end all the same", || run.said().matches("✓ completed").count() >= 2);
    fs::remove_file(scene.path("repo/down")).expect("no file");
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_complete();
}

#[test]
fn a_hub_that_is_away_for_a_while_is_waited_for() {
    let scene = Scene::new();
    scene.configure("20s");
    scene.hold(1);
    let run = scene.exe(&[]);
    scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    fs::rename(scene.path("hub.git"), scene.path("away.git")).expect("moved");
    scene.let_go(1);
    scene.until("the work goes on", || {
        scene.calls().contains(&"end PRP-47.1.1 2".to_owned()) && scene.calls().contains(&"end PRP-47.1.2 2".to_owned())
    });
    std::thread::sleep(Duration::from_secs(1));
    fs::rename(scene.path("away.git"), scene.path("hub.git")).expect("moved");
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_complete();
}

#[test]
fn a_run_that_is_stopped_leaves_no_worker_and_goes_on_later() {
    let scene = Scene::new();
    scene.hold(2);
    let run = scene.exe(&[]);
    scene.until("the second phase runs", || scene.begun("PRP-47.1.1", 2) == 1);
    scene.until("the first is at the hub", || run.said().contains("PRP-47.1.1-work ✓ phase 1"));
    let worker = scene.worker("PRP-47.1.1", 1);
    run.signal("-INT");
    let (code, said) = run.ended();
    assert_eq!(code, Some(130), "{said}");
    assert_eq!(scene.at_hub("refs/batchprp/lease/"), Vec::<String>::new());
    scene.until("the worker has ended", || !std::path::Path::new(&format!("/proc/{worker}/root")).exists());
    scene.let_go(2);
    let (code, said) = scene.exe(&[]).ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_merged();
}

//! A hub that cannot be reached: what works goes on, what is done is kept, and nothing is lost.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::engine::Engine;
use crate::scene::Scene;

fn away(scene: &Scene) {
    fs::rename(scene.path("hub.git"), scene.path("away.git")).expect("moved");
}

fn back(scene: &Scene) {
    fs::rename(scene.path("away.git"), scene.path("hub.git")).expect("moved");
}

/// Tells how often a run said that the hub is away, and that it is there again.
fn told(said: &str) -> (usize, usize) {
    (said.matches("does not answer").count(), said.matches("the hub answers again").count())
}

/// Has the hub away for some time while agents work; the next item is submitted after it.
fn outage(lease: &str, time: Duration) {
    let scene = Scene::new();
    scene.configure(lease);
    scene.hold(1);
    let run = scene.exe(&[]);
    scene.until("two agents work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    away(&scene);
    scene.let_go(1);
    scene.until("it is said", || told(&run.said()).0 == 1);
    thread::sleep(time);
    back(&scene);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(told(&said), (1, 1), "{said}");
    scene.is_complete();
}

#[test]
fn a_hub_that_is_away_is_said_once_and_nothing_is_lost() {
    outage("20s", Duration::from_secs(3));
}

/// With the lease that runs have where nothing is said.
#[test]
#[ignore = "takes more than a minute: cargo test --test cluster -- --ignored"]
fn a_hub_that_is_away_for_a_minute_is_waited_for() {
    outage("90s", Duration::from_secs(60));
}

#[test]
fn what_a_worker_did_is_kept_and_delivered_when_the_hub_is_back() {
    thread::scope(|scope| {
        for engine in [Engine::Local, Engine::Ssh, Engine::Slurm] {
            scope.spawn(move || {
                let scene = engine.scene("6s");
                scene.hold(2);
                let run = engine.exe(&scene);
                scene.until("both work", || scene.begun("PRP-47.1.1", 2) + scene.begun("PRP-47.1.2", 2) == 2);
                let worker = scene.worker("PRP-47.1.1", 1);
                away(&scene);
                scene.let_go(2);
                // It does not wait for the hub as long as that stays away.
                scene.until("the worker ends", || !std::path::Path::new(&format!("/proc/{worker}/root")).exists());
                back(&scene);
                let (code, said) = run.ended();
                assert_eq!(code, Some(0), "{engine:?}: {said}");
                assert!(said.contains("it is asked for what it kept"), "{engine:?}: {said}");
                scene.is_complete();
            });
        }
    });
}

#[test]
fn checkpoints_of_a_worker_that_was_cut_off_are_delivered_too() {
    let scene = Engine::Local.scene("2s");
    scene.hold(1);
    scene.hold(2);
    let run = Engine::Local.exe(&scene);
    scene.until("both work", || scene.begun("PRP-47.1.1", 1) + scene.begun("PRP-47.1.2", 1) == 2);
    let worker = scene.worker("PRP-47.1.1", 1);
    away(&scene);
    scene.let_go(1);
    scene.until("the worker ends", || !std::path::Path::new(&format!("/proc/{worker}/root")).exists());
    let has_second = scene.begun("PRP-47.1.1", 2) == 1;
    back(&scene);
    scene.let_go(2);
    let (code, said) = run.ended();
    assert_eq!(code, Some(0), "{said}");
    // A second phase that began had the checkpoint of the first, which is not done again.
    if has_second {
        assert_eq!(scene.begun("PRP-47.1.1", 1), 1, "{said}");
    }
    scene.is_merged();
}

#[test]
fn a_run_that_died_meanwhile_takes_what_was_kept_over() {
    let scene = Engine::Local.scene("6s");
    scene.hold(2);
    let run = Engine::Local.exe(&scene);
    scene.until("both work", || scene.begun("PRP-47.1.1", 2) + scene.begun("PRP-47.1.2", 2) == 2);
    let workers = [scene.worker("PRP-47.1.1", 1), scene.worker("PRP-47.1.2", 1)];
    run.signal("-KILL");
    drop(run);
    away(&scene);
    scene.let_go(2);
    scene.until("the workers end", || {
        workers.iter().all(|worker| !std::path::Path::new(&format!("/proc/{worker}/root")).exists())
    });
    back(&scene);
    let (code, said) = Engine::Local.exe(&scene).ended();
    assert_eq!(code, Some(0), "{said}");
    scene.is_complete();
}

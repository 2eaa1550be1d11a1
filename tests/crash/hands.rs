//! A person takes a phase and hands it in; whatever is killed on the way, nothing of their work is lost, and asked again it
//! goes on.

use std::collections::BTreeMap;
use std::fs;

use crate::scene::Scene;

const ITEM: &str = "PRP-47.1.2";
const TAKE: [&str; 2] = ["take", ITEM];
const GIVE: [&str; 2] = ["give", ITEM];
const ABANDON: [&str; 3] = ["give", ITEM, "--abandon"];

/// The ordinary tests kill at each third place; the long one at all of them.
const SOME: usize = 3;

fn run(scene: &Scene, arguments: &[&str], faults: &str) -> (Option<i32>, String) {
    let child = scene.start_command(arguments, faults, "");
    let ended = scene.wait(child);
    (ended.code, ended.text)
}

/// Returns every place that a command passes, each with the last time it does.
fn places(scene: &Scene, arguments: &[&str]) -> BTreeMap<String, usize> {
    let whole = scene.copy();
    drop(fs::remove_file(whole.home().join("points")));
    let (code, said) = run(&whole, arguments, "");
    assert_eq!(code, Some(0), "{said}");
    let mut places = BTreeMap::new();
    // What precedes a place follows the one before.
    for point in whole.points().into_iter().filter(|name| name.rsplit('.').next() == Some("post")) {
        *places.entry(point).or_insert(0) += 1;
    }
    places
}

fn is_taken(scene: &Scene) -> bool {
    !scene.git(&["for-each-ref", "refs/batchprp/hand"]).is_empty()
}

fn work(scene: &Scene) {
    let folder = scene.worktrees().join("prp-47-1-2/out");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{ITEM}.txt")), "by hand\n").expect("written");
}

/// Everything that git keeps, or that lies in the workspace.
fn is_kept(scene: &Scene) -> bool {
    let file = format!("out/{ITEM}.txt");
    let lies =
        fs::read_to_string(scene.worktrees().join("prp-47-1-2").join(&file)).is_ok_and(|text| text == "by hand\n");
    let refs = scene.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp/rescue", "refs/heads"]);
    lies || refs
        .lines()
        .any(|name| scene.try_git(&["show", &format!("{name}:{file}")]).is_ok_and(|text| text == "by hand"))
}

/// Completes the batch and looks at what the person's phase came to.
fn completes(scene: &Scene, fault: &str, text: &str) {
    let (code, said) = run(scene, &["exe", "--batch", "47"], "");
    assert_eq!(code, Some(0), "{fault}: {said}");
    assert_eq!(scene.git(&["show", &format!("prp-47:out/{ITEM}.txt")]), text, "{fault}");
    scene.git(&["fsck", "--no-dangling", "--no-progress"]);
}

#[test]
fn a_take_that_is_killed_anywhere_takes_or_does_not() {
    killed_takes(SOME);
}

fn killed_takes(step: usize) {
    let scene = Scene::new();
    let places = places(&scene, &TAKE);
    assert!(places.keys().any(|name| name.starts_with("git.update-ref")), "{places:?}");
    for (at, (name, times)) in places.iter().step_by(step).enumerate() {
        let fault = format!("{name}:kill:{times}");
        let scene = scene.copy();
        run(&scene, &TAKE, &fault);
        let (code, said) = run(&scene, &TAKE, "");
        assert!(code == Some(0) && is_taken(&scene), "{fault}: {code:?} {said}");
        if at % 8 == 0 {
            work(&scene);
            let (code, said) = run(&scene, &GIVE, "");
            assert!(code == Some(0) && !is_taken(&scene), "{fault}: {code:?} {said}");
            completes(&scene, &fault, "by hand\nphase 2");
        }
    }
}

fn taken() -> Scene {
    let scene = Scene::new();
    let (code, said) = run(&scene, &TAKE, "");
    assert_eq!(code, Some(0), "{said}");
    work(&scene);
    scene
}

#[test]
fn a_give_that_is_killed_anywhere_keeps_the_work_and_is_given_again() {
    killed_gives(SOME);
}

fn killed_gives(step: usize) {
    let scene = taken();
    for (at, (name, times)) in places(&scene, &GIVE).iter().step_by(step).enumerate() {
        let fault = format!("{name}:kill:{times}");
        let scene = scene.copy();
        run(&scene, &GIVE, &fault);
        assert!(is_kept(&scene), "{fault}: the work is gone");
        if is_taken(&scene) {
            let (code, said) = run(&scene, &GIVE, "");
            assert!(code == Some(0) && !is_taken(&scene), "{fault}: {code:?} {said}");
        }
        if at % 8 == 0 {
            completes(&scene, &fault, "by hand\nphase 2");
        }
    }
}

#[test]
fn an_abandoning_that_is_killed_anywhere_keeps_the_work() {
    killed_abandonings(SOME);
}

fn killed_abandonings(step: usize) {
    let scene = taken();
    for (at, (name, times)) in places(&scene, &ABANDON).iter().step_by(step).enumerate() {
        let fault = format!("{name}:kill:{times}");
        let scene = scene.copy();
        run(&scene, &ABANDON, &fault);
        assert!(is_kept(&scene), "{fault}: the work is gone");
        if is_taken(&scene) {
            let (code, said) = run(&scene, &ABANDON, "");
            assert!(code == Some(0) && !is_taken(&scene), "{fault}: {code:?} {said}");
        }
        assert!(is_kept(&scene), "{fault}: the work is gone");
        if at % 8 == 0 {
            completes(&scene, &fault, "phase 1\nphase 2");
        }
    }
}

#[test]
#[ignore = "some minutes: cargo test --features failpoints --test crash -- --ignored a_person_is_killed"]
fn a_person_is_killed_at_each_place_of_taking_giving_and_abandoning() {
    killed_takes(1);
    killed_gives(1);
    killed_abandonings(1);
}

//! A landing that is killed, or whose step fails, leaves its base old or new and never between; asked again it lands.

use std::collections::BTreeMap;
use std::fs;

use crate::scene::Scene;

const LAND: [&str; 2] = ["land", "47"];

/// A finished batch whose base moved on meanwhile.
fn finished() -> Scene {
    let scene = Scene::new();
    let child = scene.start("", "");
    assert_eq!(scene.wait(child).code, Some(0));
    fs::write(scene.root().join("meanwhile.txt"), "of the base\n").expect("written");
    scene.git(&["add", "meanwhile.txt"]);
    scene.git(&["commit", "-q", "-m", "Meanwhile"]);
    fs::remove_file(scene.home().join("points")).expect("forgotten");
    scene
}

fn land(scene: &Scene, faults: &str) -> (Option<i32>, String) {
    let child = scene.start_command(&LAND, faults, "");
    let ended = scene.wait(child);
    (ended.code, ended.text)
}

fn is_landed(scene: &Scene) -> bool {
    scene.try_git(&["merge-base", "--is-ancestor", "prp-47", "main"]).is_ok()
}

/// Tells whether the record of the landing is about the very tree that is on the base.
fn is_validated(scene: &Scene) -> bool {
    let tree = scene.git(&["rev-parse", "main^{tree}"]);
    let notes = scene.git(&["notes", "--ref=batchprp", "list"]);
    notes.lines().filter_map(|line| line.split(' ').nth(1)).any(|commit| {
        scene.git(&["notes", "--ref=batchprp", "show", commit]).contains(r#""prp":"prp-47""#)
            && scene.git(&["rev-parse", &format!("{commit}^{{tree}}")]) == tree
    })
}

/// Lands on copies of one scene, each with one fault, and then again without.
fn each(faults: impl Fn(&str, usize) -> Vec<String>) {
    let scene = finished();
    let old = scene.git(&["rev-parse", "main"]);
    let whole = scene.copy();
    let (code, said) = land(&whole, "");
    assert!(code == Some(0) && is_landed(&whole), "{said}");
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for point in whole.points() {
        *places.entry(point).or_insert(0) += 1;
    }
    assert!(places.contains_key("land.checkout.pre"), "{places:?}");
    let cases: Vec<String> = places.iter().flat_map(|(name, times)| faults(name, *times)).collect();
    for fault in &cases {
        let scene = scene.copy();
        land(&scene, fault);
        let tip = scene.git(&["rev-parse", "main"]);
        assert!(tip == old || is_landed(&scene), "{fault}: the base is at {tip}");
        let (code, said) = land(&scene, "");
        assert!(code == Some(0) && is_landed(&scene), "{fault}: {code:?} {said}");
        assert!(is_validated(&scene), "{fault}: the tree that landed is not the one that was validated");
        assert_eq!(scene.git(&["rev-parse", "main^1"]), old, "{fault}: landed once, on what was there");
        let dirty = scene.git(&["status", "--porcelain", "--untracked-files=no"]);
        assert_eq!(dirty, "", "{fault}");
        assert!(scene.root().join("out/PRP-47.2.1.txt").exists(), "{fault}");
        scene.git(&["fsck", "--no-dangling", "--no-progress"]);
    }
}

#[test]
fn a_landing_that_is_killed_anywhere_leaves_its_base_old_or_new() {
    each(|name, times| vec![format!("{name}:kill:{times}")]);
}

#[test]
#[ignore = "some minutes: cargo test --features failpoints --test crash -- --ignored a_landing_every_time"]
fn a_landing_every_time_that_a_place_is_passed() {
    each(|name, times| {
        let actions = ["kill", "error"].into_iter();
        actions.flat_map(|action| (1..=times).map(move |at| format!("{name}:{action}:{at}"))).collect()
    });
}

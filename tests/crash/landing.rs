//! A landing that is killed, or whose step fails, leaves its base old or new and never between; asked again it lands.

use std::collections::BTreeMap;
use std::fs;

use crate::scene::Scene;

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

/// How a batch lands, and whether the base is checked out meanwhile.
#[derive(Clone, Copy, Debug)]
struct Way {
    strategy: &'static str,
    is_checked_out: bool,
}

const WAYS: [Way; 6] = [
    Way { strategy: "merge", is_checked_out: true },
    Way { strategy: "rebase", is_checked_out: true },
    Way { strategy: "squash", is_checked_out: true },
    Way { strategy: "merge", is_checked_out: false },
    Way { strategy: "rebase", is_checked_out: false },
    Way { strategy: "squash", is_checked_out: false },
];

impl Way {
    /// Lands on a scene.
    fn land(self, scene: &Scene, faults: &str) -> (Option<i32>, String) {
        if !self.is_checked_out {
            scene.git(&["checkout", "-q", "--detach"]);
        }
        let child = scene.start_command(&["land", "47", "--strategy", self.strategy], faults, "");
        let ended = scene.wait(child);
        (ended.code, ended.text)
    }
}

fn is_landed(scene: &Scene) -> bool {
    scene.try_git(&["cat-file", "-e", "main:out/PRP-47.2.1.txt"]).is_ok()
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

/// Lands on copies of one scene, each with one fault in one way, and then again without. `faults` says what is tried at a
/// place, `ways` in which ways the fault of a number is.
fn each(faults: impl Fn(&str, usize) -> Vec<String>, ways: impl Fn(usize) -> Vec<Way>) {
    let scene = finished();
    let old = scene.git(&["rev-parse", "main"]);
    let commits = |scene: &Scene| scene.git(&["rev-list", "--count", &format!("{old}..main")]);
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut whole: BTreeMap<&str, String> = BTreeMap::new();
    for way in &WAYS[..3] {
        let scene = scene.copy();
        let (code, said) = way.land(&scene, "");
        assert!(code == Some(0) && is_landed(&scene), "{said}");
        whole.insert(way.strategy, commits(&scene));
        places.clear();
        for point in scene.points() {
            *places.entry(point).or_insert(0) += 1;
        }
    }
    assert!(places.contains_key("land.checkout.pre"), "{places:?}");
    let cases = places.iter().flat_map(|(name, times)| faults(name, *times)).enumerate();
    for (way, fault) in cases.flat_map(|(at, fault)| ways(at).into_iter().map(move |way| (way, fault.clone()))) {
        let case = format!("{fault} {way:?}");
        let scene = scene.copy();
        way.land(&scene, &fault);
        let tip = scene.git(&["rev-parse", "main"]);
        assert!(tip == old || is_landed(&scene), "{case}: the base is at {tip}");
        let (code, said) = way.land(&scene, "");
        assert!(code == Some(0) && is_landed(&scene), "{case}: {code:?} {said}");
        assert!(is_validated(&scene), "{case}: the tree that landed is not the one that was validated");
        assert_eq!(commits(&scene), whole[way.strategy], "{case}: landed once");
        scene.git(&["merge-base", "--is-ancestor", &old, "main"]);
        let dirty = scene.git(&["status", "--porcelain", "--untracked-files=no"]);
        assert_eq!(dirty, "", "{case}");
        assert_eq!(scene.root().join("out/PRP-47.2.1.txt").exists(), way.is_checked_out, "{case}");
        scene.git(&["fsck", "--no-dangling", "--no-progress"]);
    }
}

#[test]
fn a_landing_that_is_killed_anywhere_leaves_its_base_old_or_new() {
    each(|name, times| vec![format!("{name}:kill:{times}")], |at| vec![WAYS[at % WAYS.len()]]);
}

#[test]
#[ignore = "some minutes: cargo test --features failpoints --test crash -- --ignored a_landing_every_time"]
fn a_landing_every_time_that_a_place_is_passed() {
    let faults = |name: &str, times: usize| {
        let actions = ["kill", "error"].into_iter();
        actions.flat_map(|action| (1..=times).map(move |at| format!("{name}:{action}:{at}"))).collect()
    };
    each(faults, |_| WAYS.to_vec());
}

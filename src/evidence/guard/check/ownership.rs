//! Deleted files, files of other items, documents of other PRPs.

use std::collections::BTreeMap;

use crate::evidence::guard::change::{Change, File};
use crate::evidence::guard::scene::{Scene, is_plain};
use crate::evidence::guard::test;
use crate::model::guard::Level;
use crate::model::pattern::DeclaredFile;

/// Files in which package managers write down what they chose.
const LOCKS: [&str; 13] = [
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
    "flake.lock",
];

/// Two texts with this share of lines in common are one file that moved.
const ALIKE: f64 = 0.6;

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    for change in scene.changes.clone() {
        let (path, declared) = (change.path.as_str(), scene.declares(&change.path));
        let what = if change.is_deletion() { "deleted" } else { "changed" };
        // What others made does not vanish by a folder that the item may work in.
        let is_meant = if change.is_deletion() { scene.names(path) } else { declared };
        if is_document(scene, path) {
            let most = if scene.names(path) { Level::Note } else { Level::Refuse };
            scene.find_at("document", most, path, None, format!("the document of another PRP was {what}"), None);
        } else if let Some(owner) = owner(scene, path).filter(|_| !is_meant) {
            // A tool writes them for whoever adds a dependency.
            let locks = LOCKS.contains(&change.name()) && !change.is_deletion();
            let most = if locks { Level::Note } else { Level::Refuse };
            scene.find_at(
                "foreign_file",
                most,
                path,
                None,
                if declared {
                    format!("{owner}, and here it was {what}; only its folder is declared")
                } else {
                    format!("{owner}, and here it was {what} without being declared")
                },
                None,
            );
        } else if change.is_deletion() && !declared && !test::held_tests(change) {
            match moved_to(change, &scene.changes) {
                Some(to) => scene.note("deletion", path, None, format!("it moved to `{to}` without being declared")),
                None => scene.find("deletion", path, None, "it was deleted without being declared".to_owned()),
            }
        }
    }
    let carried: Vec<&String> = scene.input.carried.iter().filter(|path| !scene.declares(path)).collect();
    for path in carried {
        let reason = "git would carry a change into it that was made to another file, which is gone".to_owned();
        scene.find("foreign_file", path, None, reason);
    }
}

fn is_document(scene: &Scene<'_>, path: &str) -> bool {
    let inside = |folder: &String| !folder.is_empty() && DeclaredFile::new(folder).matches(path);
    path.rsplit_once('.').is_some_and(|(_, end)| end == "md") && scene.input.documents.iter().any(inside)
}

/// Says who else made or declares a file.
fn owner(scene: &Scene<'_>, path: &str) -> Option<String> {
    scene.input.others.iter().find_map(|other| {
        if other.made.iter().any(|made| made == path) {
            return Some(format!("{} made or changed it", other.item));
        }
        // A folder or a glob says too little about a single file.
        other.declared.iter().any(|declared| is_plain(declared, path)).then(|| format!("{} declares it", other.item))
    })
}

/// Finds the new file that a deleted one became.
pub(in crate::evidence::guard) fn moved_to<'a>(gone: &Change, changes: &[&'a Change]) -> Option<&'a str> {
    let same = |change: &&&Change| match (&gone.old, &change.new) {
        _ if change.old.is_some() => false,
        (Some(File::Text(old)), Some(File::Text(new))) => old == new || alike(old, new) >= ALIKE,
        (Some(old), Some(new)) => old == new,
        (None, _) | (_, None) => false,
    };
    changes.iter().find(same).map(|change| change.path.as_str())
}

/// Returns the share of lines that two texts have in common.
fn alike(old: &str, new: &str) -> f64 {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let lines = |text: &'_ str| text.lines().filter(|line| !line.trim().is_empty()).count();
    for line in old.lines().map(str::trim).filter(|line| !line.is_empty()) {
        *counts.entry(line).or_default() += 1;
    }
    let mut common = 0;
    for line in new.lines().map(str::trim) {
        if let Some(count) = counts.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    f64::from(common) / lines(old).max(lines(new)).max(1) as f64
}

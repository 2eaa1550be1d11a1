//! The rules about tests.

use std::collections::BTreeSet;

use super::compare::{Placed, pairs};
use super::deselect;
use super::helper::asserting;
use super::language::{Language, is_test_file};
use super::line::lines;
use super::read::{Test, Tests, read};
use super::skip::Skip;
use crate::evidence::guard::change::Change;
use crate::evidence::guard::scene::Scene;

/// So many tests are named; the others are counted.
const NAMED: usize = 3;

/// A changed file with the tests of both sides.
struct Changed {
    path: String,
    old: Tests,
    new: Tests,
    /// The file is gone, and the PRP declares it.
    dropped: bool,
}

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    let mut known: Vec<(Language, BTreeSet<&str>)> = Vec::new();
    for language in scene.changes.iter().filter_map(|change| Language::of(&change.path)) {
        if known.iter().all(|(other, _)| *other != language) {
            known.push((language, helpers(scene, language)));
        }
    }
    let helpers = |language: Language| known.iter().find(|(other, _)| *other == language).map(|(_, names)| names);
    let none = BTreeSet::new();
    let changed: Vec<Changed> = scene
        .changes
        .iter()
        .filter_map(|change| {
            let language = Language::of(&change.path).filter(|language| language.has_tests(&change.path))?;
            Some(Changed {
                path: change.path.clone(),
                old: read(language, change.old_text(), &none),
                new: read(language, change.new_text(), helpers(language).unwrap_or(&none)),
                dropped: change.is_deletion() && scene.declares(&change.path),
            })
        })
        .collect();
    let old: Vec<Placed<'_>> = changed.iter().flat_map(|file| placed(&file.path, &file.old.tests)).collect();
    let new: Vec<Placed<'_>> = changed.iter().flat_map(|file| placed(&file.path, &file.new.tests)).collect();
    let pairs = pairs(&old, &new);
    for file in &changed {
        let hidden = newly_hidden(file);
        for (test, by) in &hidden {
            let reason = format!("the test `{}` is not run any more: line {by} takes its name", test.name);
            scene.find("test_removed", &file.path, Some(test.line), reason);
        }
        let gone = pairs.gone.iter().filter(|gone| gone.path == file.path).map(|gone| gone.test);
        let gone: Vec<&Test> = gone.filter(|gone| hidden.iter().all(|(test, _)| test.name != gone.name)).collect();
        if let Some(first) = gone.first().filter(|_| !file.dropped) {
            let names = named(&gone);
            let reason = if gone.len() == 1 {
                format!("the test {names} is gone")
            } else {
                format!("the tests {names} are gone")
            };
            scene.find("test_removed", &file.path, Some(first.line), reason);
        }
        if file.new.only > file.old.only {
            scene.find("test_skipped", &file.path, None, "`only` keeps the other tests from being run".to_owned());
        }
    }
    for (before, now) in &pairs.replaced {
        let reason = format!("the test `{}` became `{}`", before.test.name, now.test.name);
        scene.note("test_removed", now.path, Some(now.test.line), reason);
    }
    for (before, now) in &pairs.kept {
        let collects = |path: &str| Language::of(path).is_some_and(|language| language.collects(path));
        if collects(before.path) && !collects(now.path) {
            let reason = format!("the test `{}` is in a file now into which no runner looks", now.test.name);
            scene.find("test_removed", now.path, Some(now.test.line), reason);
        }
        let (name, line) = (&now.test.name, Some(now.test.line));
        if now.test.skip > before.test.skip {
            let reason = format!(
                "the test `{name}` is skipped{}",
                if now.test.skip == Skip::Sometimes { " under a condition" } else { "" }
            );
            match now.test.skip {
                Skip::Always => scene.find("test_skipped", now.path, line, reason),
                Skip::Sometimes | Skip::No => scene.note("test_skipped", now.path, line, reason),
            }
        }
        if now.test.inverted && !before.test.inverted && now.test.steps == before.test.steps {
            let reason = format!("the test `{name}` passes now when it fails");
            scene.find("test_skipped", now.path, line, reason);
        }
        if is_emptied(before.test, now.test) {
            scene.find("test_emptied", now.path, line, format!("the test `{name}` asserts nothing any more"));
        } else if is_weakened(before.test, now.test) {
            let reason = format!("assertions of the test `{name}` are not reached any more, or cannot fail");
            scene.find("test_emptied", now.path, line, reason);
        }
    }
    deselect::check(scene);
}

/// Returns the functions of all changed test files of a language that assert something: they may have taken assertions
/// over from each other.
fn helpers<'a>(scene: &Scene<'a>, language: Language) -> BTreeSet<&'a str> {
    let files = scene.changes.iter().filter(|file| Language::of(&file.path) == Some(language));
    let files = files.filter(|file| is_test_file(&file.path));
    files.flat_map(|file| asserting(language, &lines(language, file.new_text()), &BTreeSet::new())).collect()
}

/// Tells whether the old side of a change holds tests.
pub(in crate::evidence::guard) fn held_tests(change: &Change) -> bool {
    let language = Language::of(&change.path).filter(|language| language.has_tests(&change.path));
    language.is_some_and(|language| !read(language, change.old_text(), &BTreeSet::new()).tests.is_empty())
}

/// What is run of the tests of a file.
fn placed<'a>(path: &'a str, tests: &'a [Test]) -> impl Iterator<Item = Placed<'a>> {
    tests.iter().filter(|test| test.hidden.is_none()).map(move |test| Placed { path, test })
}

/// Returns the tests that were run before and whose name something else has now, each with its line.
fn newly_hidden(file: &Changed) -> Vec<(&Test, usize)> {
    let hidden = |tests: &Tests, name: &str| {
        tests.tests.iter().filter(|test| test.name == name && test.hidden.is_some()).count()
    };
    let was_run = |name: &str| file.old.tests.iter().any(|test| test.name == name && test.hidden.is_none());
    let new = file.new.tests.iter().filter_map(|test| Some((test, test.hidden?)));
    new.filter(|(test, _)| was_run(&test.name) && hidden(&file.new, &test.name) > hidden(&file.old, &test.name))
        .collect()
}

/// It asserted something and does not any more, or it did something and does nothing. One that is skipped is told as such.
fn is_emptied(old: &Test, new: &Test) -> bool {
    new.skip != Skip::Always
        && new.assertions == 0
        && (old.assertions > 0 || old.steps.len() > 1 && new.steps.is_empty())
}

/// Some of what it asserted is not reached any more, or cannot fail.
fn is_weakened(old: &Test, new: &Test) -> bool {
    new.skip != Skip::Always && new.idle > old.idle && new.assertions < old.assertions
}

fn named(tests: &[&Test]) -> String {
    let shown = tests.iter().take(NAMED).map(|test| format!("`{}`", test.name)).collect::<Vec<_>>().join(", ");
    match tests.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

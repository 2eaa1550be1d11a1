//! The rule: which ways are new.

use super::way::Way;
use super::{conftest, ini, javascript, lost, manifest, runner};
use crate::evidence::environment::matches;
use crate::evidence::guard::change::Change;
use crate::evidence::guard::scene::Scene;
use crate::model::guard::Level;

/// Finds the ways that a text has.
type Find = fn(&str) -> Vec<Way>;

/// Which files leave tests out, and what finds it in them: the one table. Names are those of files in any folder.
const TABLE: [(&[&str], Find); 16] = [
    (&["conftest.py"], conftest::ways),
    (&["pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg"], ini::ways),
    (&["pyproject.toml", "pytest.toml", ".pytest.toml"], manifest::python),
    (&["jest.config.*", "package.json"], javascript::jest),
    (&["package.json"], manifest::package),
    (&["vitest.config.*", "vite.config.*", "vitest.workspace.*"], javascript::vitest),
    (&[".mocharc*"], javascript::mocha),
    (&["playwright.config.*", "cypress.config.*", "cypress.json", "karma.conf.*"], javascript::browser),
    (&["Cargo.toml"], manifest::cargo),
    (&["nextest.toml"], manifest::nextest),
    (&["pom.xml", "maven.config", "*.gradle", "*.gradle.kts", "gradle.properties"], runner::java),
    (&[".rspec"], runner::rspec),
    (&["spec_helper.rb", "rails_helper.rb"], runner::spec_helper),
    (&["phpunit.xml*"], runner::phpunit),
    (&["*_test.go"], runner::go),
    (&["test*.py", "*_test.py"], runner::unittest),
];

/// Finds the places of tests that a text names.
type Places = fn(&str) -> Vec<String>;

/// Which files say where tests are: what is not among that any more is not run.
const PLACES: [(&[&str], Places); 5] = [
    (&["pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg"], lost::ini),
    (&["pyproject.toml"], lost::python),
    (&["jest.config.*", "vitest.config.*", "vitest.workspace.*"], lost::roots),
    (&["*.rs"], lost::modules),
    (&["Cargo.toml"], lost::targets),
];

/// Finds what leaves tests out now and did not before, also in declared files.
pub(in crate::evidence::guard::test) fn check(scene: &mut Scene<'_>) {
    for (names, find) in TABLE {
        let is_one = |change: &&&Change| names.iter().any(|name| matches(name, change.name()));
        let files: Vec<&Change> = scene.changes.iter().filter(is_one).copied().collect();
        // A file may have moved.
        let before: Vec<String> = files.iter().flat_map(|file| find(file.old_text())).map(|way| way.what).collect();
        for file in files {
            for way in find(file.new_text()).into_iter().filter(|way| !before.contains(&way.what)) {
                let line = file.new_text().lines().position(|line| line.contains(&way.word)).map(|at| at + 1);
                let most = if way.is_sure { Level::Refuse } else { Level::Note };
                scene.find_at("test_skipped", most, &file.path, line, way.what, None);
            }
        }
    }
    for (names, places) in PLACES {
        for file in scene.changes.clone() {
            let (old, new) = (places(file.old_text()), places(file.new_text()));
            let is_one = names.iter().any(|name| matches(name, file.name())) && !file.new_text().is_empty();
            // Without any, a runner looks everywhere.
            let everywhere = new.is_empty() && !names.contains(&"*.rs");
            for place in old.into_iter().filter(|place| is_one && !everywhere && !new.contains(place)) {
                if !moved(scene, &place) {
                    let reason = format!("the tests in `{place}` are not run any more: it was taken out here");
                    scene.find("test_skipped", &file.path, None, reason);
                }
            }
        }
    }
}

/// Tells whether files of a place of tests are gone or elsewhere, which other rules look at, or another file names it.
fn moved(scene: &Scene<'_>, place: &str) -> bool {
    let inside = |path: &str| {
        let stem = path.strip_suffix(".rs").unwrap_or(path);
        let parts: Vec<&str> = stem.split('/').collect();
        path.starts_with(place) || parts.last() == Some(&place) || parts.iter().rev().nth(1) == Some(&place)
    };
    let gone = scene.changes.iter().any(|change| change.is_deletion() && inside(&change.path));
    let named = |change: &&Change| places_of(change).iter().any(|other| other == place);
    gone || scene.changes.iter().any(named)
}

fn places_of(change: &Change) -> Vec<String> {
    let fits = |names: &[&str]| names.iter().any(|name| matches(name, change.name()));
    PLACES.iter().filter(|(names, _)| fits(names)).flat_map(|(_, places)| places(change.new_text())).collect()
}

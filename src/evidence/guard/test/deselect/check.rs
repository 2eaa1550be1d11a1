//! The rule: which ways are new.

use super::way::Way;
use super::{conftest, ini, javascript, manifest, runner};
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
}

//! Keys of runners of JavaScript.

use super::assigned::{assigned, texts};
use super::way::Way;

/// Places in which no tests of a project are.
const NO_TESTS: [&str; 16] = [
    "node_modules",
    "dist",
    "build",
    "out",
    "lib",
    "coverage",
    "vendor",
    "target",
    "tmp",
    "cypress",
    "playwright",
    "e2e",
    "fixtures",
    ".next",
    ".cache",
    ".git",
];

/// Keys whose patterns leave files out.
pub(super) fn jest(text: &str) -> Vec<Way> {
    let mut found = patterns(text, &["testPathIgnorePatterns", "modulePathIgnorePatterns"], |_| true);
    found.extend(switches(text, &["testNamePattern"]));
    found.extend(quiet(text));
    found
}

pub(super) fn vitest(text: &str) -> Vec<Way> {
    let mut found = patterns(text, &["exclude"], |inside| inside == "test");
    found.extend(switches(text, &["testNamePattern"]));
    found.extend(quiet(text));
    found
}

pub(super) fn mocha(text: &str) -> Vec<Way> {
    let mut found = patterns(text, &["ignore", "exclude"], |_| true);
    // Lists of YAML have no brackets.
    let mut under = "";
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(word) = trimmed.strip_prefix("- ").filter(|_| ["ignore:", "exclude:"].contains(&under)) {
            found.extend(left_out(under.trim_end_matches(':'), word.trim_matches(['"', '\''])));
        } else {
            under = trimmed;
        }
    }
    found.extend(switches(text, &["grep", "fgrep", "invert"]));
    found
}

pub(super) fn browser(text: &str) -> Vec<Way> {
    let mut found = patterns(text, &["testIgnore", "excludeSpecPattern", "ignoreTestFiles", "exclude"], |_| true);
    found.extend(switches(text, &["grep", "grepInvert"]));
    found
}

fn patterns(text: &str, keys: &[&str], is_meant: fn(&str) -> bool) -> Vec<Way> {
    let all = keys.iter().flat_map(|key| assigned(text, key).into_iter().map(move |found| (*key, found)));
    let meant = all.filter(|(_, found)| is_meant(found.inside));
    meant
        .flat_map(|(key, found)| texts(found.value).into_iter().filter_map(move |pattern| left_out(key, pattern)))
        .collect()
}

fn left_out(key: &str, pattern: &str) -> Option<Way> {
    let parts = || {
        pattern
            .split(['/', '\\', '*', '<', '>', '{', '}', ',', '(', ')', '|', '^', '$'])
            .filter(|part| !part.is_empty())
    };
    let harmless =
        parts().any(|part| NO_TESTS.contains(&part)) || parts().all(|part| part.starts_with('.') || part == "rootDir");
    (!harmless).then(|| Way::sure(format!("`{key}` leaves out `{pattern}`"), pattern))
}

fn switches(text: &str, keys: &[&str]) -> Vec<Way> {
    let all = keys.iter().flat_map(|key| assigned(text, key).into_iter().map(move |found| (*key, found.value)));
    let set = all.filter(|(_, value)| !["false", "undefined", "null", "''", "\"\""].contains(&value.trim()));
    // A value that comes from the environment is for some calls only.
    let way = |(key, value): (&str, &str)| {
        Way::new(format!("`{key}: {value}` leaves tests out"), key, !value.contains("env"))
    };
    set.map(way).collect()
}

/// A run without tests passes.
fn quiet(text: &str) -> Vec<Way> {
    let set = assigned(text, "passWithNoTests").into_iter().any(|found| found.value == "true");
    set.then(|| Way::unsure("`passWithNoTests` lets a run without tests pass", "passWithNoTests")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_may_mean_tests_are_found() {
        let sure = |ways: Vec<Way>| ways.into_iter().filter(|way| way.is_sure).map(|way| way.what).collect::<Vec<_>>();
        assert_eq!(
            sure(jest("module.exports = { testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'] }")),
            [""; 0]
        );
        assert_eq!(
            sure(jest("module.exports = { testPathIgnorePatterns: ['/node_modules/', 'auth'] }")),
            ["`testPathIgnorePatterns` leaves out `auth`"]
        );
        assert_eq!(sure(vitest("{ test: { exclude: ['src/a.test.ts'] } }")).len(), 1);
        assert_eq!(
            sure(vitest("{ test: { coverage: { exclude: ['src/a.test.ts'] } }, optimizeDeps: { exclude: ['x'] } }"))
                .len(),
            0
        );
        assert_eq!(sure(mocha("{\"ignore\": [\"test/a.js\"], \"grep\": \"fast\"}")).len(), 2);
        assert_eq!(sure(mocha("spec: test\nignore:\n  - test/a.js\n")).len(), 1);
        assert_eq!(sure(browser("export default { testIgnore: '**/login.spec.ts' }")).len(), 1);
        assert_eq!(sure(browser("export default { grep: process.env.GREP }")).len(), 0);
    }
}

//! What says where tests are, and was there before: a runner does not come there any more.

use super::assigned::{assigned, texts};
use super::ini::keys;
use super::manifest::keys as toml_keys;

/// Folders in which pytest begins, of `pytest.ini` and its kin.
pub(super) fn ini(text: &str) -> Vec<String> {
    keys(text).remove("testpaths").unwrap_or_default()
}

/// The same of `pyproject.toml`.
pub(super) fn python(text: &str) -> Vec<String> {
    toml_keys(text).remove("testpaths").unwrap_or_default()
}

/// Folders in which Jest and Vitest begin.
pub(super) fn roots(text: &str) -> Vec<String> {
    let all = ["roots", "dir", "projects"].into_iter().flat_map(|key| assigned(text, key));
    let meant = all.filter(|found| !["resolve", "build", "coverage"].contains(&found.inside));
    meant.flat_map(|found| texts(found.value)).map(str::to_owned).collect()
}

/// Modules of tests that a Rust file has.
pub(super) fn modules(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let module = |at: usize| {
        let name = lines[at].trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')?;
        let is_tests = name.contains("test") || at > 0 && lines[at - 1].starts_with("#[cfg(test)]");
        is_tests.then(|| name.to_owned())
    };
    (0..lines.len()).filter_map(module).collect()
}

/// Files of tests that `Cargo.toml` names.
pub(super) fn targets(text: &str) -> Vec<String> {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let all = table.get("test").and_then(toml::Value::as_array).into_iter().flatten();
    all.filter_map(|test| test.get("path")?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_tests_are_read() {
        assert_eq!(ini("[pytest]\ntestpaths = tests integration\n"), ["tests", "integration"]);
        assert_eq!(python("[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n"), ["tests"]);
        assert_eq!(roots("module.exports = { roots: ['src', 'test'] }"), ["src", "test"]);
        assert_eq!(modules("#[cfg(test)]\nmod checks;\nmod a;\nmod a_tests;\n"), ["checks", "a_tests"]);
        assert_eq!(targets("[[test]]\nname = \"a\"\npath = \"tests/deep/a.rs\"\n"), ["tests/deep/a.rs"]);
    }
}

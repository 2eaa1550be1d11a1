//! Parts of manifests that leave tests out.

use std::collections::BTreeMap;

use super::ini::{of_keys, words};
use super::way::Way;

/// `[tool.pytest.ini_options]`, or the whole of `pytest.toml`.
pub(super) fn python(text: &str) -> Vec<Way> {
    of_keys(&keys(text))
}

/// Reads the keys of pytest, with the words of each.
pub(super) fn keys(text: &str) -> BTreeMap<String, Vec<String>> {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return BTreeMap::new() };
    let options = table
        .get("tool")
        .and_then(|tool| tool.get("pytest"))
        .map(|pytest| pytest.get("ini_options").unwrap_or(pytest))
        .or_else(|| table.get("pytest"));
    let Some(options) = options.and_then(toml::Value::as_table) else { return BTreeMap::new() };
    let read = |value: &toml::Value| match value {
        toml::Value::String(text) => words(text),
        toml::Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    options.iter().map(|(key, value)| (key.clone(), read(value))).collect()
}

/// The scripts of `package.json` that run tests.
pub(super) fn package(text: &str) -> Vec<Way> {
    /// Words of a script that leave tests out.
    const OPTIONS: [&str; 7] =
        ["--testPathIgnorePatterns", "--exclude", "--grep", "--fgrep", "--invert", "--testNamePattern", "-t"];
    let Ok(package) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let Some(scripts) = package["scripts"].as_object() else { return Vec::new() };
    let mut found = Vec::new();
    for (name, script) in
        scripts.iter().filter(|(name, _)| name.split(':').any(|part| part == "test" || part == "check"))
    {
        let line = script.as_str().unwrap_or_default();
        let first = line.split_whitespace().next().unwrap_or_default();
        let nothing =
            ["echo", "true", "exit", ":"].contains(&first) && !line.contains("exit 1") && !line.contains("&&");
        let forgets =
            ["|| true", "|| exit 0", "|| :", "; exit 0", "; true"].iter().any(|end| line.trim_end().ends_with(end));
        let options = line.split_whitespace().map(|word| word.split('=').next().unwrap_or(word));
        if nothing || forgets {
            found.push(Way::sure(
                format!("the script `{name}` passes whatever happens: `{line}`"),
                &format!("\"{name}\""),
            ));
        } else if name == "test" && options.into_iter().any(|option| OPTIONS.contains(&option)) {
            found.push(Way::sure(format!("the script `{name}` leaves tests out: `{line}`"), &format!("\"{name}\"")));
        }
    }
    found
}

/// Targets that are not tested.
pub(super) fn cargo(text: &str) -> Vec<Way> {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let is_off =
        |value: Option<&toml::Value>, key: &str| value.and_then(|value| value.get(key)?.as_bool()) == Some(false);
    let mut found = Vec::new();
    if is_off(table.get("lib"), "test") {
        found.push(Way::sure("`test = false` keeps the tests of the library from being run", "test = false"));
    }
    if is_off(table.get("package"), "autotests") {
        found.push(Way::sure("`autotests = false` keeps files of tests from being found", "autotests"));
    }
    for test in table.get("test").and_then(toml::Value::as_array).into_iter().flatten() {
        let name = test.get("name").and_then(toml::Value::as_str).unwrap_or_default();
        if is_off(Some(test), "test") {
            found.push(Way::sure(format!("`test = false` keeps `{name}` from being run"), "test = false"));
        } else if test.get("required-features").is_some() {
            found.push(Way::unsure(format!("`{name}` is run with features only"), "required-features"));
        }
    }
    found
}

/// Filters of cargo-nextest.
pub(super) fn nextest(text: &str) -> Vec<Way> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("default-filter"));
    lines.map(|line| Way::sure(format!("`{line}` leaves tests out"), "default-filter")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_that_leave_tests_out_are_found() {
        for (find, text, wanted) in [
            (python as fn(&str) -> Vec<Way>, "[tool.pytest.ini_options]\naddopts = \"-q --deselect tests/a.py\"\n", 1),
            (python, "[tool.pytest.ini_options]\naddopts = [\"-ra\", \"--ignore=tests/a\"]\n", 1),
            (python, "[tool.pytest.ini_options]\naddopts = \"-ra -q\"\ntestpaths = [\"tests\"]\n", 0),
            (python, "[tool.ruff]\naddopts = \"-k x\"\n", 0),
            (package, "{\"scripts\": {\"test\": \"jest --exclude=a\"}}", 1),
            (package, "{\"scripts\": {\"test\": \"jest || true\"}}", 1),
            (package, "{\"scripts\": {\"test\": \"echo fine\"}}", 1),
            (package, "{\"scripts\": {\"test\": \"jest\", \"dev\": \"x || true\"}}", 0),
            (package, "{\"scripts\": {\"test\": \"echo \\\"no test\\\" && exit 1\"}}", 0),
            (cargo, "[lib]\ntest = false\n", 1),
            (cargo, "[package]\nname = \"a\"\nautotests = false\n", 1),
            (cargo, "[[test]]\nname = \"a\"\ntest = false\n", 1),
            (cargo, "[[bench]]\nname = \"a\"\nharness = false\n", 0),
            (nextest, "[profile.default]\ndefault-filter = 'not test(a)'\n", 1),
        ] {
            assert_eq!(find(text).len(), wanted, "{text}");
        }
    }
}

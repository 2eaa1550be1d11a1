//! Options and keys of pytest, wherever they are written.

use std::collections::BTreeMap;

use super::way::Way;

/// Options that leave tests out, or let a run without tests pass.
const OPTIONS: [&str; 10] = [
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "-k",
    "-m",
    "--collect-only",
    "--co",
    "--lf",
    "--last-failed",
    "--suppress-no-test-exit-code",
];

/// Keys that say where tests are, with a part of what they name by default.
const PLACES: [(&str, &str); 3] = [("python_files", "test"), ("python_classes", "Test"), ("python_functions", "test")];

/// Reads `pytest.ini` and its kin.
pub(super) fn ways(text: &str) -> Vec<Way> {
    of_keys(&keys(text))
}

/// Finds the ways that keys have, with the words of each.
pub(super) fn of_keys(keys: &BTreeMap<String, Vec<String>>) -> Vec<Way> {
    let mut found = Vec::new();
    let words = |key: &str| keys.get(key).map(Vec::as_slice).unwrap_or_default();
    let options = words("addopts");
    for (at, option) in options.iter().enumerate() {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let short = ["-k", "-m"].iter().find(|short| option.starts_with(**short) && !option.starts_with("--"));
        if !OPTIONS.contains(&name) && short.is_none() {
            continue;
        }
        let needs_value = value.is_empty() && option.len() <= 2
            || ["--ignore", "--ignore-glob", "--deselect"].contains(&option.as_str());
        let text = match options.get(at + 1).filter(|_| needs_value) {
            Some(next) => format!("{option} {next}"),
            None => option.clone(),
        };
        found.push(Way::sure(format!("`{text}` in the options of pytest leaves tests out"), option));
    }
    for word in words("norecursedirs") {
        found.push(Way::new(format!("pytest does not look into `{word}`"), "norecursedirs", word.contains("test")));
    }
    for (key, usual) in PLACES {
        if keys.contains_key(key) && !words(key).iter().any(|word| word.contains(usual) || word.starts_with('*')) {
            found.push(Way::sure(format!("`{key}` leaves out what is called as usual"), key));
        }
    }
    found
}

/// Reads the keys of the section of pytest.
pub(super) fn keys(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut inside, mut key) = (false, String::new());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
            continue;
        }
        if let Some(section) = trimmed.strip_prefix('[').filter(|_| !line.starts_with([' ', '\t'])) {
            inside = section.starts_with("pytest") || section.starts_with("tool:pytest");
            continue;
        }
        if !inside {
            continue;
        }
        let value = match trimmed.split_once('=').filter(|_| !line.starts_with([' ', '\t'])) {
            Some((name, value)) => {
                name.trim().clone_into(&mut key);
                value
            }
            None => trimmed,
        };
        found.entry(key.clone()).or_default().extend(words(value));
    }
    found
}

/// Splits options as a shell does, without what it does beyond quotes.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut word, mut quote) = (String::new(), None);
    for sign in text.chars() {
        match (sign, quote) {
            ('"' | '\'', None) => quote = Some(sign),
            (_, Some(open)) if sign == open => quote = None,
            (' ' | '\t' | '\n', None) => found.push(std::mem::take(&mut word)),
            _ => word.push(sign),
        }
    }
    found.push(word);
    found.retain(|word| !word.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_leave_tests_out_are_found() {
        for (text, wanted) in [
            ("[pytest]\naddopts = -q --strict-markers\ntestpaths = tests\n", 0),
            ("[pytest]\naddopts = -q --ignore=tests/a\n", 1),
            ("[pytest]\naddopts = -q\n    --deselect tests/a.py::test_b\n", 1),
            ("[pytest]\naddopts = -k 'not slow'\n", 1),
            ("[pytest]\naddopts = -knone -m \"not x\"\n", 2),
            ("[pytest]\naddopts = --maxfail=2 --cov=src --markers\n", 0),
            ("[tool:pytest]\naddopts = --co\n", 1),
            ("[flake8]\naddopts = -k x\n", 0),
            ("[pytest]\nnorecursedirs = .git tests/unit\n", 2),
            ("[pytest]\npython_files = check_*.py\n", 1),
            ("[pytest]\npython_files = test_*.py check_*.py\n", 0),
        ] {
            assert_eq!(ways(text).len(), wanted, "{text}");
        }
    }
}

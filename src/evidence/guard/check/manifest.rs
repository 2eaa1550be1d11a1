//! The part of a manifest that a tool reads: `package.json#scripts`, `pyproject.toml#tool.pytest`.

/// Tells whether a section differs between two texts. What cannot be read differs when the texts do.
pub(super) fn differs(path: &str, section: &str, old: &str, new: &str) -> bool {
    let read = |text: &str| if ends(path, "json") { json(text, section) } else { toml(text, section) };
    match (read(old), read(new)) {
        (Some(old), Some(new)) => old != new,
        (None, _) | (_, None) => old != new,
    }
}

fn ends(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}

fn json(text: &str, section: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let found = section.split('.').try_fold(&value, |value, key| value.get(key));
    Some(found.map(ToString::to_string).unwrap_or_default())
}

fn toml(text: &str, section: &str) -> Option<String> {
    let value: toml::Value = toml::from_str::<toml::Table>(text).ok()?.into();
    let found = section.split('.').try_fold(&value, |value, key| value.get(key));
    Some(found.map(ToString::to_string).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::differs;

    #[test]
    fn only_the_section_counts() {
        let package = |test: &str, version: &str| {
            format!("{{\"version\": \"{version}\", \"scripts\": {{\"test\": \"{test}\"}}, \"dependencies\": {{}}}}")
        };
        assert!(!differs("package.json", "scripts", &package("jest", "1"), &package("jest", "2")));
        assert!(differs("package.json", "scripts", &package("jest", "1"), &package("true", "1")));
        assert!(differs("package.json", "scripts", &package("jest", "1"), "{"));
        assert!(differs("package.json", "scripts", "", &package("jest", "1")));
        let project = |fail: u32, version: u32| {
            format!("[project]\nversion = \"{version}\"\n[tool.coverage.report]\nfail_under = {fail}\n")
        };
        assert!(!differs("pyproject.toml", "tool.coverage", &project(90, 1), &project(90, 2)));
        assert!(differs("pyproject.toml", "tool.coverage", &project(90, 1), &project(0, 1)));
        assert!(!differs("pyproject.toml", "tool.pytest", &project(90, 1), &project(0, 1)));
    }
}

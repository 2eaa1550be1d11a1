//! What gates run: their scripts, and the settings of their tools.

use super::{indirect, manifest, tool};
use crate::evidence::guard::scene::Scene;

/// Returns the files of a repository that command lines run or name, or run by way of others; `exists` tells what is
/// there, `read` what is in it.
pub fn scripts(lines: &[String], exists: &dyn Fn(&str) -> bool, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found = indirect::scripts(lines, &|path| read(path).filter(|_| exists(path)));
    for word in lines.iter().flat_map(|line| words(line)) {
        let path = word.trim_start_matches("./");
        // `python -m tools.check`, `tests/test_a.py::test_b`.
        let module = format!("{}.py", path.replace('.', "/"));
        let file = path.split("::").next().unwrap_or_default();
        found.extend(
            [path, file, &module].into_iter().filter(|path| !path.is_empty() && exists(path)).map(str::to_owned),
        );
    }
    found.into_iter().collect()
}

/// Splits a command line into words as far as a name of a program or a file can be one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || "\"'`;|&()<>=$,".contains(c)).filter(|word| !word.is_empty())
}

pub(in crate::evidence::guard) fn check(scene: &mut Scene<'_>) {
    let input = scene.input;
    let programs: Vec<&str> =
        input.gates.iter().flat_map(|line| words(line)).map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
    for change in scene.changes.clone() {
        let path = change.path.as_str();
        if scene.declares(path) {
            continue;
        }
        let what = if change.is_deletion() { "deleted" } else { "changed" };
        if input.scripts.iter().any(|script| script == path) {
            scene.find("gate_script", path, None, format!("a gate runs it, and it was {what} without being declared"));
            continue;
        }
        let section = |section: Option<&str>| {
            section.is_none_or(|section| manifest::differs(path, section, change.old_text(), change.new_text()))
        };
        if let Some(part) = tool::settings(&programs, path).into_iter().find(|part| section(*part)) {
            let part = part.map(|part| format!("`{part}` in ")).unwrap_or_default();
            let reason = format!("{part}the settings of a tool that gates run were {what} without being declared");
            scene.find("gate_configuration", path, None, reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_lines_run_are_found_however_they_are_named() {
        let there = ["scripts/check.sh", "tools/lint.py", "tests/test_a.py", "ci/x"];
        let exists = |path: &str| there.contains(&path);
        let lines = [
            "./scripts/check.sh --fast && python -m tools.lint",
            "pytest \"tests/test_a.py::test_b\" -q; MODE=ci/x make",
            "echo nothing . .. /",
        ];
        assert_eq!(
            scripts(&lines.map(str::to_owned), &exists, &|_| None),
            ["ci/x", "scripts/check.sh", "tests/test_a.py", "tools/lint.py"]
        );
    }
}

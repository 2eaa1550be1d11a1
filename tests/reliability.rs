//! `docs/reliability.md` names a test, or a reason, for each of the 64 faults; every name in it exists.

use std::fs;
use std::path::Path;

/// Words in back-ticks that name neither a test nor a file: actions, commands, variables.
const WORDS: [&str; 4] = ["error", "kill", "delay", "context-update"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All source of the program and of its tests.
fn sources() -> String {
    let files = ["src", "tests"].into_iter().flat_map(|folder| walkdir::WalkDir::new(root().join(folder)));
    let rust = files.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    rust.map(|entry| fs::read_to_string(entry.path()).expect("UTF-8") + "\n").collect()
}

/// Returns the numbered rows: number and last column.
fn rows(text: &str) -> Vec<(u32, &str)> {
    let cells = |line: &str| line.split(" | ").count() == 3;
    text.lines()
        .filter(|line| cells(line))
        .filter_map(|line| {
            let mut parts = line.trim_matches('|').split(" | ");
            Some((parts.next()?.trim().parse().ok()?, parts.nth(1)?))
        })
        .collect()
}

fn in_ticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn exists(name: &str, sources: &str) -> bool {
    if let Some(prefix) = name.strip_suffix('…') {
        return sources.contains(&format!("fn {prefix}"));
    }
    if let Some(git) = name.strip_prefix("git.") {
        // Points of git's own commands are named by the command at run time.
        return sources.contains(&format!("\"{}\"", git.split('.').next().unwrap_or_default()));
    }
    if let Some(prefix) = name.strip_suffix('*') {
        return sources.contains(&format!("\"{prefix}"));
    }
    let file = |folder: &str| {
        root().join(folder).join(format!("{name}.rs")).exists() || root().join(folder).join(name).exists()
    };
    let point = name.trim_end_matches(".pre").trim_end_matches(".post");
    sources.contains(&format!("fn {name}("))
        || sources.contains(&format!("\"{point}\""))
        || file("tests")
        || file("src")
        || WORDS.contains(&name)
}

#[test]
fn every_fault_has_a_test_that_exists_or_a_reason() {
    let text = fs::read_to_string(root().join("docs/reliability.md")).expect("document");
    let (sources, rows) = (sources(), rows(&text));
    let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=64).collect::<Vec<_>>(), "each of the 64 faults has its row");
    let mut wrong = Vec::new();
    for (number, cell) in rows {
        let names = in_ticks(cell);
        let reason = cell.contains("*not tested*") || cell.contains("*not run under them*");
        if names.is_empty() && !reason {
            wrong.push(format!("{number}: neither a test nor a reason"));
        }
        let missing = names.into_iter().filter(|name| !exists(name, &sources));
        wrong.extend(missing.map(|name| format!("{number}: `{name}` does not exist")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_that_is_not_there_is_noticed() {
    let sources = sources();
    assert!(!exists(&["no_such", "_test"].concat(), &sources));
    assert!(exists("every_fault_has_a_test_that_exists_or_a_reason", &sources));
}

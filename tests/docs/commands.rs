//! Every command that a page names is there, with every flag that the page gives it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Test;

/// Pages whose `console` blocks are typed from top to bottom.
const TYPED: [&str; 7] = [
    "README.md",
    "docs/plans.md",
    "docs/prps.md",
    "docs/scripting/guide.md",
    "docs/scripting/hooks.md",
    "docs/scripting/patterns.md",
    "docs/scripting/testing.md",
];
/// Pages whose blocks need what a test has not: a nightly compiler, an agent with its own configuration.
const ELSEWHERE: [&str; 2] = ["docs/agents/mcp.md", "docs/fuzzing.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the pages for users with their texts, by the path below the project.
fn pages() -> Vec<(String, String)> {
    let docs = walkdir::WalkDir::new(root().join("docs")).sort_by_file_name();
    let files = docs.into_iter().flatten().map(walkdir::DirEntry::into_path);
    let all = files.chain([root().join("README.md")]).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("below").display().to_string();
        (name, fs::read_to_string(&path).expect("a page"))
    };
    all.map(read).filter(|(name, _)| !name.starts_with("docs/design/")).collect()
}

/// Returns the command lines of a page: in code spans, and behind `$ `.
fn lines(text: &str) -> Vec<String> {
    let spans = text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
    let typed = text.lines().filter_map(|line| line.trim_start().strip_prefix("$ "));
    let all = spans.chain(typed).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|line| line.starts_with("batchprp ")).collect()
}

#[test]
fn every_page_with_commands_and_their_output_is_typed_by_a_test() {
    for (name, text) in pages() {
        let is_known = TYPED.contains(&name.as_str()) || ELSEWHERE.contains(&name.as_str());
        assert!(is_known || !text.contains("```console"), "{name} shows commands that no test types");
    }
}

#[test]
fn every_command_and_flag_that_is_named_is_there() {
    let test = Test::with_git();
    let mut helps: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, text) in pages() {
        for line in lines(&text) {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            let Some(command) = words.iter().find(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
            else {
                continue;
            };
            // A command of the reader's own, as the pages about scripts show them.
            if ["todo", "ask", "mine", "judge", "build", "report-age"].contains(command) || command.starts_with('-') {
                continue;
            }
            // The one command whose flags are those of its own commands.
            let both = if *command == "config" { 2 } else { 1 };
            let command: Vec<&str> = words.iter().skip_while(|word| *word != command).take(both).copied().collect();
            let help = helps.entry(command.join(" ")).or_insert_with(|| {
                let ran = test.run(command.iter().chain(&["--help"]));
                (ran.code == 0).then_some(ran.stdout)
            });
            let Some(help) = help else {
                wrong.push(format!("{name}: `{line}`: no such command"));
                continue;
            };
            let flags = words.iter().filter(|word| word.starts_with("--") && word.len() > 2);
            let flags = flags.map(|flag| flag.split('=').next().unwrap_or(flag).trim_end_matches(['.', ',', '…']));
            for flag in flags.filter(|flag| !help.contains(*flag)) {
                wrong.push(format!("{name}: `{line}`: no {flag}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(helps.len() > 15, "the pages name most commands: {:?}", helps.keys());
}

//! The guide for authors: its examples run as they stand, and its reference is that of the program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::project::Project;

fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/scripting").join(name)
}

/// Returns the code blocks of a language in a document.
fn blocks(name: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(document(name)).expect("a document");
    let start = format!("```{language}\n");
    text.split(&start).skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned() + "\n")).collect()
}

/// A program that works like the made-up agent of the guide.
const OXBOW: &str = r#"#!/bin/sh
[ "$1" = --version ] && { echo "oxbow 1.2.3"; exit 0; }
[ "$1" = --prompt-file ] || exit 9
grep -q "You carry out one phase" "$2" || exit 8
echo "{\"t\":\"hello\",\"model\":\"$4\"}"
echo "not json"
mkdir -p out && echo "phase $BATCHPRP_PHASE $OXBOW_KEY" >> "out/$BATCHPRP_ITEM.txt"
echo '{"t":"say","text":"working"}'
echo '{"t":"end","text":"done","in":1000000,"hit":500000,"out":100000}'
"#;

fn project_with_oxbow() -> Project {
    let project = Project::new();
    let adapter = &blocks("agents.md", "rhai")[0];
    assert!(adapter.lines().count() <= 40, "the adapter must stay short");
    let program = project.tools().join("oxbow");
    fs::write(&program, OXBOW).expect("the program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
    project.write(".ce/agents/oxbow.rhai", adapter).write("prices.toml", &blocks("agents.md", "toml")[0]);
    let text = project.read(".ce/batchprp.toml").replace("[agent]\n", "[agent]\nprices = \"prices.toml\"\n");
    project.write(".ce/batchprp.toml", &text);
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
    project
}

#[test]
fn the_adapter_of_the_guide_runs_a_batch_and_its_tokens_are_priced() {
    let project = project_with_oxbow();
    let path = format!("{}:{}", project.tools().display(), std::env::var("PATH").expect("PATH"));
    let output = project
        .command(&["exe", "--batch", "47", "--agent", "oxbow", "--model", "sonnet"])
        .env("PATH", path)
        .env("OXBOW_KEY", "moo")
        .output()
        .expect("batchprp starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 2);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.2.1.txt"]), "phase 1 moo");
    // Three calls: 1.0 for input, 0.05 for what came from the cache, 0.4 for output.
    assert!(text.contains("≈$4.35 (estimated)"), "{text}");
    project.run(&["analyze", "47"]).exits(0).says("33% of the input").says("≈$4.35");
    let metrics = fs::read_dir(project.root().join(".ce/completed-batches")).expect("metrics").flatten();
    let metrics = metrics.map(|entry| fs::read_to_string(entry.path()).expect("a file")).collect::<String>();
    assert!(metrics.contains("\"cost_estimated\": true") || metrics.contains("\"cost_estimated\":true"), "{metrics}");
}

#[test]
fn the_command_and_the_test_of_the_guide_work_as_they_stand() {
    let project = Project::new();
    let code = blocks("README.md", "rhai");
    assert!(code[0].lines().count() <= 16, "fifteen lines and the purpose");
    project.write(".ce/commands/ask.rhai", &code[0]).write(".ce/commands/ask.test.rhai", &code[1]);
    project.run(&["check"]).exits(0);
    project.run(&["test"]).exits(0);
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.run(&["ask", "--batch", "47"]).exits(0).says("PRP-47.1.1");
}

#[test]
fn the_reference_is_that_of_the_program() {
    let project = Project::new();
    let wanted = project.run(&["api", "--markdown"]).exits(0).stdout;
    let path = document("api.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &wanted).expect("a written file");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/scripting/api.md is stale: run `UPDATE=1 cargo test --test batch the_reference`");
}

#[test]
fn prices_that_cannot_be_read_are_told_before_anything_starts() {
    let project = project_with_oxbow();
    project.write("prices.toml", "[\"ox-m\"]\ninput = \"one\"\n");
    project.run(&["exe", "--batch", "47"]).exits(3).says("prices.toml").says("input");
    project.write("prices.toml", "[\"ox-m\"]\ninput = -1.0\noutput = 1.0\n");
    project.run(&["exe", "--batch", "47"]).exits(3).says("ox-m");
}

#[test]
fn a_batch_inside_of_an_agent_says_less_and_is_told_to_detach() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "env > \"$TOOLS/seen\"");
    let nested = project.command(&["exe", "--batch", "47"]).env("CLAUDECODE", "1").output().expect("batchprp starts");
    assert_eq!(nested.status.code(), Some(0));
    let (out, err) = (String::from_utf8_lossy(&nested.stdout), String::from_utf8_lossy(&nested.stderr));
    assert!(err.contains("Claude Code waits 2m for a command") && err.contains("--detach"), "{err}");
    assert!(!out.contains("phase 1/1") && out.contains("completed"), "{out}");
    let seen = fs::read_to_string(project.tools().join("seen")).expect("the agent's environment");
    assert!(seen.contains("BATCHPRP_ITEM=") && !seen.contains("CLAUDECODE"), "{seen}");
}

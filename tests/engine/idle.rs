//! Each way to be idle × each kind of adapter is unproven, each honest way is completed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::project::{Project, Ran, prp};
use crate::stage::status;

/// Agents that a stand-in with a recorded stream can play.
const AGENTS: [&str; 6] = ["claude", "codex", "gemini", "opencode", "qwen", "command"];

/// Ways of doing nothing, as shell lines. `$DOCUMENT` is the item's own document.
const IDLE: [(&str, &str); 9] = [
    ("nothing", ":"),
    ("own document", "sed -i 's/^status: .*/status: completed/' \"$DOCUMENT\"; echo 'All done.' >> \"$DOCUMENT\""),
    ("what set-up makes", "echo made > set-up.txt"),
    ("our own state", "mkdir -p .ce/tmp; echo done > .ce/tmp/progress.json"),
    ("ignored files", "mkdir -p build; echo x > build/out.o"),
    ("the same content", "cp README.md copy; cat copy > README.md; rm copy"),
    ("an empty commit", "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 'All done'"),
    ("there and back", "echo x > gone.txt; rm gone.txt; rm README.md; git checkout -q README.md"),
    ("no change, unchecked", "printf '{\"output\": {\"no_changes\": \"it was there\"}}' > \"$BATCHPRP_RESULT\""),
];

/// Honest ways.
const HONEST: [(&str, &str); 6] = [
    ("a new file", "mkdir -p out; echo x > out/new.txt"),
    ("an own commit", "echo x > own.txt; git add own.txt; git -c user.name=a -c user.email=a@b commit -q -m own"),
    ("a declared deletion", "rm old.txt"),
    ("a mode", "chmod +x README.md"),
    ("document and work", "echo '- note' >> \"$DOCUMENT\"; echo x > beside.txt"),
    ("no change, checked", "printf '{\"output\": {\"no_changes\": \"it was there\"}}' > \"$BATCHPRP_RESULT\""),
];

fn id(at: usize) -> String {
    format!("PRP-47.1.{}", at + 1)
}

/// Puts a program in the place of an agent: it carries out `$TOOLS/ITEM.1`, prints what the agent printed when it was
/// recorded, and ends.
pub(crate) fn stand_in(project: &Project, agent: &str, lines: &str, code: i64) {
    let bin = project.tools().join("bin");
    fs::create_dir_all(&bin).expect("folder");
    fs::write(project.tools().join(format!("{agent}.jsonl")), lines).expect("lines");
    let program = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 1.2.3 && exit 0\ncat > /dev/null\n\
         DOCUMENT=$(ls PRPs/feature-requests/$BATCHPRP_ITEM-*)\n\
         [ -f \"$TOOLS/$BATCHPRP_ITEM.1\" ] && . \"$TOOLS/$BATCHPRP_ITEM.1\"\ncat \"$TOOLS/{agent}.jsonl\"\nexit {code}\n"
    );
    let path = bin.join(agent);
    fs::write(&path, program).expect("program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

/// Runs the program with the stand-ins first on the search path.
pub(crate) fn run(project: &Project, arguments: &[&str]) -> Ran {
    // One of them has no model of its own.
    let model: &[&str] = if arguments.contains(&"opencode") { &["--model", "test/test"] } else { &[] };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = format!("{}:{}", project.tools().join("bin").display(), path.to_string_lossy());
    project.run_with(&[arguments, model].concat(), &[("PATH", path.as_ref())])
}

/// A project with an item for each way. Items whose name ends with `unchecked` have no gates.
fn project(ways: &[(&str, &str)]) -> Project {
    let project = Project::new();
    project.write(".gitignore", "build/\n").write("old.txt", "old\n");
    project.configure("[worktree]\nsetup = [\"echo made > set-up.txt\"]\n");
    for (at, (name, lines)) in ways.iter().enumerate() {
        let declared: &[&str] = if name.contains("deletion") { &["old.txt"] } else { &[] };
        let text = prp(&id(at), &[], declared, 1);
        let text = if name.ends_with("unchecked") {
            text.split("\n## Validation").next().unwrap_or_default().to_owned()
        } else {
            text.replace("test -d out", "echo report > report.txt")
        };
        project.write(&format!("PRPs/feature-requests/{}-work.md", id(at)), &text);
        project.sabotage(&id(at), 1, lines);
    }
    project.commit("PRPs");
    project
}

/// Runs all ways with an agent and returns how each item ended.
fn ended(agent: &str, ways: &[(&str, &str)]) -> Vec<String> {
    let project = project(ways);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents").join(agent);
    let lines = fs::read_to_string(folder.join("success.jsonl")).unwrap_or_else(|_| "All done!\n".to_owned());
    stand_in(&project, agent, &lines, 0);
    if agent == "command" {
        let text = project.read(".ce/batchprp.toml");
        let script = project.tools().join("agent.sh");
        let own = project.tools().join("bin/command");
        let text = text.replace(&format!("[\"sh\", \"{}\"]", script.display()), &format!("[\"{}\"]", own.display()));
        project.write(".ce/batchprp.toml", &text);
    }
    let arguments = ["exe", "--batch", "47", "--jobs", "4", "--no-merge", "--no-auto-review", "--agent", agent];
    run(&project, &arguments);
    (0..ways.len()).map(|at| status(&project, &id(at))).collect()
}

#[test]
fn each_way_to_be_idle_is_unproven_with_each_kind_of_adapter() {
    for agent in AGENTS {
        let found = ended(agent, &IDLE);
        for ((name, _), status) in IDLE.iter().zip(found) {
            assert_eq!(status, "unproven", "{agent}: {name}");
        }
    }
}

#[test]
fn each_honest_way_is_completed_with_each_kind_of_adapter() {
    for agent in AGENTS {
        let found = ended(agent, &HONEST);
        for ((name, _), status) in HONEST.iter().zip(found) {
            assert_eq!(status, "completed", "{agent}: {name}");
        }
    }
}

#[test]
fn what_a_failed_validation_left_is_no_work_of_the_next_agent() {
    let project = Project::new();
    project.configure("[validate]\nl2 = [\"date +%N > left.txt; echo cache > cache.txt; test -e out/good.txt\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "partial");
    project.sabotage("PRP-47.1.1", 1, "exit 0");
    project.run(&["exe", "--batch", "47"]).exits(10).says("left by validation or batchprp");
    assert_eq!(status(&project, "PRP-47.1.1"), "unproven");
    project.sabotage("PRP-47.1.1", 1, "echo good > out/good.txt");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1").len(), 3);
}

#[test]
fn what_validation_left_of_one_phase_is_no_work_of_the_next_phase() {
    let project = Project::new();
    project.configure("[validate]\nl2 = [\"date +%N > left.txt\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "exit 0");
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "unproven");
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 1);
}

//! context-update: what git shows becomes the status, once.

use serde_json::json;

use super::fake::Project;

fn executed() -> Project {
    let project = Project::new();
    project.prp("7.1.1", "", 2);
    project.prp("7.1.2", "", 1);
    project.write(
        "CLAUDE.md",
        "# Mine\n\n<!-- batchprp:executed-prps -->\n<!-- /batchprp:executed-prps -->\n\nKeep me.\n",
    );
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "prps": ["PRP-7.1.1"] })).expect("a run");
    let changed = vec!["src/7.1.1.rs".to_owned(), "src/more.rs".to_owned()];
    project.world.lock().unwrap().changed.insert("PRP-7.1.1".to_owned(), changed);
    project
}

const MOVED: &str = "PRPs/executed/PRP-7.1.1-item.md";

#[test]
fn an_executed_prp_gets_its_facts_and_moves() {
    let project = executed();
    let end = project.run("context-update", json!({ "batch": 7 })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    let text = project.read(MOVED);
    for line in [
        "status: executed",
        "completed: ",
        "actual_hours: 0.5",
        "commits: [",
        "drift: 1\n",
        "updated_by: batchprp context-update",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    assert!(!project.path("PRPs/feature-requests/PRP-7.1.1-item.md").exists());
    assert!(project.read("PRPs/feature-requests/PRP-7.1.2-item.md").contains("status: planning"));
    let context = project.read("CLAUDE.md");
    assert!(context.contains("PRP-7.1.1") && context.ends_with("Keep me.\n"), "{context}");
}

#[test]
fn a_second_run_changes_nothing() {
    let project = executed();
    project.run("context-update", json!({ "batch": 7 })).expect("a run");
    let before = (project.read(MOVED), project.read("CLAUDE.md"));
    project.run("context-update", json!({ "batch": 7 })).expect("a run");
    assert_eq!((project.read(MOVED), project.read("CLAUDE.md")), before);
}

#[test]
fn no_move_and_dry_run_are_kept() {
    let project = executed();
    let source = "PRPs/feature-requests/PRP-7.1.1-item.md";
    let before = project.read(source);
    project.run("context-update", json!({ "batch": 7, "dry_run": true })).expect("a dry run");
    assert_eq!(project.read(source), before);
    assert!(project.notes().contains("status: executed"), "{}", project.notes());
    project.run("context-update", json!({ "batch": 7, "no_move": true })).expect("a run");
    assert!(project.read(source).contains("status: executed"));
}

#[test]
fn a_claim_that_git_does_not_show_is_unproven() {
    let project = executed();
    let path = "PRPs/feature-requests/PRP-7.1.2-item.md";
    project.write(path, &project.read(path).replace("status: planning", "status: executed"));
    let end = project.run("context-update", json!({ "batch": 7 })).expect("a run");
    assert_eq!(end.exit_code, 10);
}

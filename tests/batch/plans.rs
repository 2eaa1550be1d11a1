//! Plans: what is wrong with them is said with places, and nothing is started.

use std::fmt::Write as _;

use crate::project::Project;

struct Phase {
    label: &'static str,
    files: &'static str,
    dependencies: &'static str,
}

fn plan(phases: &[Phase]) -> String {
    let mut text = "# A Plan\n\n## Phases\n".to_owned();
    for Phase { label, files, dependencies } in phases {
        write!(
            text,
            "\n### Phase {label}: Part {label}\n\n**Goal**: Make part {label}\n\n**Estimated Hours**: 1\n\n**Complexity**: low\n\n**Files Modified**:\n- {files}\n\n**Dependencies**: {dependencies}\n\n**Implementation Steps**:\n1. Make it\n\n**Validation Gates**:\n- L1: `true`\n"
        )
        .expect("text");
    }
    text
}

fn stages(project: &Project) -> serde_json::Value {
    let ran = project.run(&["graph", "PLAN.md", "--format", "json"]).exits(0);
    serde_json::from_str::<serde_json::Value>(&ran.stdout).expect("JSON")["stages"].clone()
}

#[test]
fn a_cycle_is_reported_with_its_whole_path_and_nothing_is_written() {
    let project = Project::new();
    let phases = [
        Phase { label: "1", files: "a", dependencies: "Phase 3" },
        Phase { label: "2", files: "b", dependencies: "Phase 1" },
        Phase { label: "3", files: "c", dependencies: "Phase 2" },
    ];
    project.write("PLAN.md", &plan(&phases));
    let ran = project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(5);
    for place in ["PLAN.md", "Phase 3", "Phase 1", "Phase 2"] {
        assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
    }
    assert!(!project.root().join("PRPs").exists());
}

#[test]
fn a_file_conflict_is_serialised_and_the_file_named() {
    let project = Project::new();
    let phases = [
        Phase { label: "1", files: "shared.txt", dependencies: "None" },
        Phase { label: "2", files: "shared.txt", dependencies: "None" },
    ];
    project.write("PLAN.md", &plan(&phases));
    assert_eq!(stages(&project), serde_json::json!({"1": ["1"], "2": ["2"]}));
    project.run(&["graph", "PLAN.md"]).exits(0).says("shared.txt");
}

#[test]
fn an_explicit_dependency_against_the_order_and_a_shared_file_make_no_false_cycle() {
    let project = Project::new();
    let phases = [
        Phase { label: "1", files: "shared.txt", dependencies: "Phase 2" },
        Phase { label: "2", files: "shared.txt", dependencies: "None" },
    ];
    project.write("PLAN.md", &plan(&phases));
    assert_eq!(stages(&project), serde_json::json!({"1": ["2"], "2": ["1"]}));
}

#[test]
fn two_phases_behind_the_same_one_share_a_stage() {
    let project = Project::new();
    let phases = [
        Phase { label: "1", files: "a", dependencies: "None" },
        Phase { label: "2", files: "b", dependencies: "Phase 1" },
        Phase { label: "3", files: "c", dependencies: "Phase 2" },
        Phase { label: "4", files: "d", dependencies: "Phase 2" },
    ];
    project.write("PLAN.md", &plan(&phases));
    assert_eq!(stages(&project), serde_json::json!({"1": ["1"], "2": ["2"], "3": ["3", "4"]}));
}

#[test]
fn a_plan_becomes_prps_that_can_be_read_and_carried_out() {
    let project = Project::new();
    let phases = [
        Phase { label: "1", files: "a", dependencies: "None" },
        Phase { label: "2", files: "b", dependencies: "Phase 1" },
        Phase { label: "3", files: "b", dependencies: "Phase 1" },
    ];
    project.write("PLAN.md", &plan(&phases));
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let list = project.git(&["ls-files", "--others", "PRPs"]);
    let expected = [
        "PRPs/feature-requests/PRP-1.1.1-part-1.md",
        "PRPs/feature-requests/PRP-1.2.1-part-2.md",
        "PRPs/feature-requests/PRP-1.3.1-part-3.md",
    ];
    assert_eq!(list.lines().collect::<Vec<_>>(), expected);
    project.commit("PRPs");
    for (id, file) in [("PRP-1.1.1", "a"), ("PRP-1.2.1", "b"), ("PRP-1.3.1", "b")] {
        project.sabotage(id, 1, &format!("echo {id} >> {file}"));
    }
    project.run(&["exe", "--batch", "1"]).exits(0);
    assert_eq!(project.merges("prp-1").len(), 3);
}

#[test]
fn cancelled_items_and_what_builds_on_them_are_no_part_of_the_graph_of_a_batch() {
    let project = Project::new();
    let off = ["cancelled", "Deferred", "superseded", "wontfix", "on hold", "archived"];
    for (n, word) in (1..).zip(off) {
        let id = format!("PRP-47.1.{n}");
        project.prp(&id, &[], &[], 1);
        let path = format!("PRPs/feature-requests/{id}-work.md");
        project.write(&path, &project.read(&path).replace("status: planning", &format!("status: {word}")));
    }
    project.prp("PRP-47.2.1", &["PRP-47.1.2"], &[], 1).prp("PRP-47.3.1", &["PRP-47.2.1"], &[], 1);
    project.prp("PRP-47.2.2", &["PRP-47.1.1"], &[], 1).prp("PRP-47.2.3", &[], &[], 1);
    let done = "PRPs/feature-requests/PRP-47.2.2-work.md";
    project.write(done, &project.read(done).replace("status: planning", "status: executed"));
    let text = project.run(&["graph", "--batch", "47"]).exits(0).says("2 items, 1 stage");
    let text = text.says("PRP-47.1.1: cancelled\n").says("PRP-47.1.2: cancelled (`status: Deferred`)");
    text.says("PRP-47.3.1: blocked by PRP-47.1.2");
    let ran = project.run(&["graph", "--batch", "47", "--format", "json"]).exits(0);
    let graph: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(graph["sorted_order"], serde_json::json!(["PRP-47.2.2", "PRP-47.2.3"]));
    assert_eq!(graph["left_out"].as_object().map(serde_json::Map::len), Some(8), "{graph}");
    assert_eq!(graph["left_out"]["PRP-47.2.1"], "blocked by PRP-47.1.2");
}

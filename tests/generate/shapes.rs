//! Plans as people write them: parts without a plan, ticked steps, examples inside of steps, files that go.

use serde_json::Value;

use crate::plan::{names, phase, plan, text};
use crate::project::Project;

/// A plan of one phase with these files, steps and nothing else of interest.
fn one(files: &str, steps: &str) -> String {
    format!(
        "# Part\n\n## Phases\n\n### Phase 1: Alpha\n\n**Goal**: alpha works\n**Estimated Hours**: 1\n\
         **Complexity**: low\n**Files Modified**: {files}\n**Dependencies**: None\n**Implementation Steps**:\n{steps}\n\
         **Validation Gates**:\n- L1: `true`\n"
    )
}

/// Writes the only PRP of a plan and returns its text.
fn generated(files: &str, steps: &str) -> String {
    let project = Project::new();
    project.write("PLAN.md", &one(files, steps));
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let text = text(&project, &names(&project)[0]);
    let inspected = project.run(&["inspect", &format!("PRPs/feature-requests/{}", names(&project)[0]), "--json"]);
    let inspected: Value = serde_json::from_str(&inspected.stdout).expect("JSON");
    assert_eq!(inspected["problems"], serde_json::json!([]), "{text}");
    text
}

fn phases(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let headings = text.lines().filter(|line| {
        fenced ^= line.trim_start().starts_with("````") || !fenced && line.trim_start().starts_with("```");
        !fenced && line.starts_with("### Phase ")
    });
    headings.map(|line| line.split(" (").next().unwrap_or_default()).collect()
}

#[test]
fn each_part_of_a_plan_is_generated_or_nothing_is() {
    let project = Project::new();
    for part in ["a", "b"] {
        project.write(&format!("plans/{part}.md"), &plan(&[phase("1", "Schema", "None")]));
    }
    let top = |second: &str| {
        format!("# Top\n\n## Mega-Phase 1: First\n\n[plan](plans/a.md)\n\n## Mega-Phase 2: Second\n\n{second}\n")
    };
    for without in ["Words only.", "[Break down into two parts]", "[1]", "See `plans/b.txt`."] {
        project.write("TOP.md", &top(without));
        project.run(&["gen", "TOP.md", "--agent", "template"]).exits(5).says("Mega-Phase 2 links no plan");
        assert!(names(&project).is_empty(), "{without}");
    }
    for link in ["[Break down into plans/b.md]", "- [ ] [plans/b.md]", "[`plans/b.md`]", "**Plan**: `plans/b.md`"] {
        let project = Project::new();
        for part in ["a", "b"] {
            project.write(&format!("plans/{part}.md"), &plan(&[phase("1", "Schema", "None")]));
        }
        project.write("TOP.md", &top(link));
        project.run(&["gen", "TOP.md", "--agent", "template"]).exits(0);
        assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-2.1.1-schema.md"], "{link}");
    }
}

#[test]
fn plain_fields_below_the_steps_are_no_part_of_the_last_step() {
    let project = Project::new();
    project.write(
        "PLAN.md",
        "# Plan: One\n\n## Phases\n\n### Phase 1: One\nGoal: it is there\nFiles: one.txt\nSteps:\n1. Write it\n\n   ```sh\n   echo one > one.txt\n   ```\nGates:\n\n```sh\ntest -f one.txt\n```\nDepends on: none\n",
    );
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let text = project.read("PRPs/feature-requests/PRP-1.1.1-one.md");
    let phase = text.split("### Phase 1").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a phase");
    assert!(phase.contains("echo one > one.txt"), "{phase}");
    assert!(!phase.contains("Gates") && !phase.contains("test -f") && !phase.contains("Depends"), "{phase}");
    assert!(text.contains("- L2: `test -f one.txt`"), "{text}");
}

#[test]
fn ticked_steps_are_done_and_come_back_as_no_phase() {
    let text = generated(
        "src/a.py",
        "- [x] Write the schema\n  with its indexes\n- [ ] Write the queries\n- [X] Write the docs\n- Write the tests\n",
    );
    assert_eq!(phases(&text), ["### Phase 1: Write the queries", "### Phase 2: Write the tests"]);
    assert!(!text.contains("indexes") && !text.contains("schema"), "{text}");
    let project = Project::new();
    project.write("PLAN.md", &one("src/a.py", "- [x] One\n- [x] Two\n"));
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(4).says("all boxes of `PLAN.md` are ticked");
}

#[test]
fn an_example_inside_of_a_step_stays_whole_and_ends_where_it_ended() {
    for example in [
        "```markdown\n## Implementation\n\n### Phase 1: example\n\n```bash\nls\n```\n\n**Bold** line\n```",
        "```\n- rest\n- L1: `false`\n```",
        "~~~markdown\n## Other\n```bash\n## x\n**y**\n```\n### Phase 3: x\n~~~",
        "````markdown\n```bash\nls\n```\n### Phase 3: x\n````",
        "```markdown\n**Goal**: another\n### Phase 2: no\n```",
    ] {
        for indent in ["", "  "] {
            let inner: Vec<String> = example.lines().map(|line| format!("{indent}{line}")).collect();
            let text = generated("src/a.py", &format!("- Write the document:\n\n{}\n\n- rest\n", inner.join("\n")));
            let project = Project::new();
            project.write("x.md", &text);
            let inspected = project.run(&["inspect", "x.md", "--json"]);
            let inspected: Value = serde_json::from_str(&inspected.stdout).expect("JSON");
            let titles: Vec<&str> =
                inspected["phases"].as_array().expect("phases").iter().filter_map(|p| p["title"].as_str()).collect();
            assert_eq!(titles, ["Write the document", "rest"], "{text}");
            for line in example.lines().filter(|line| !line.trim().is_empty() && !line.contains("```")) {
                assert!(text.contains(line.trim_start_matches('~')), "{line} is missing in\n{text}");
            }
        }
    }
}

#[test]
fn a_file_that_the_plan_takes_away_is_checked_to_be_gone() {
    for (files, steps, gone) in [
        ("src/a.py, src/old.py (delete)", "- work", "src/old.py"),
        ("src/a.py, src/old.py", "- Delete `src/old.py`", "src/old.py"),
        ("src/a.py, src/old.py", "- `git rm src/old.py`", "src/old.py"),
        ("src/new.py, src/old.py", "- Rename `src/old.py` to `src/new.py`", "src/old.py"),
        ("src/a.py, legacy/", "- Remove the legacy/ folder", "legacy/"),
    ] {
        let text = generated(files, steps);
        assert!(text.contains(&format!("`test ! -e '{gone}'`")), "{text}");
        assert!(!text.contains(&format!("test -s '{gone}'")) && !text.contains(&format!("unmatch '{gone}'")), "{text}");
    }
    let text = generated("src/a.py, src/b.py", "- Remove the cache from `src/b.py`");
    assert!(text.contains("test -s 'src/b.py'"), "{text}");
}

#[test]
fn globs_keep_their_stars_and_conflicts_are_seen() {
    let project = Project::new();
    let globs = phase("1", "All", "None").replace("src/part1.py", "**/*.py");
    let stars = phase("3", "Docs", "None").replace("src/part3.py", "`docs/**`, *.md");
    project.write("PLAN.md", &plan(&[globs, phase("2", "One", "None"), stars]));
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let all: String = names(&project).iter().map(|name| text(&project, name)).collect();
    assert!(all.contains("files_modified: [\"**/*.py\"]"), "{all}");
    assert!(all.contains("files_modified: [\"docs/**\", \"*.md\"]"), "{all}");
    let graph = project.run(&["graph", "--batch", "1", "--json"]).exits(0);
    let graph: Value = serde_json::from_str(&graph.stdout).expect("JSON");
    let edges = graph["edges"].as_array().expect("edges");
    assert!(edges.iter().any(|edge| edge["reason"] == "file"), "{graph}");
}

#[test]
fn the_task_of_a_generator_names_batch_stage_and_order() {
    let project = Project::new();
    project.write("PLAN.md", &plan(&[phase("1", "Schema", "None"), phase("2", "Tokens", "Phase 1")]));
    project.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let specs = walkdir::WalkDir::new(project.root().join(".ce/tmp/runs"));
    let mut found = Vec::new();
    for entry in specs.into_iter().flatten().filter(|entry| entry.file_name() == "spec.json") {
        let spec: Value = serde_json::from_slice(&std::fs::read(entry.path()).expect("a file")).expect("JSON");
        let context = &spec["context"];
        found.push(format!("{} {} {} {}", spec["batch_id"], context["batch_id"], context["stage"], context["order"]));
    }
    found.sort();
    assert_eq!(found, ["1 \"1\" 1 1", "1 \"1\" 2 1"]);
}

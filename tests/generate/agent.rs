//! An agent writes the PRPs: what it writes is checked against the plan, and refused work is tried once more.

use std::fs;

use crate::plan::{accounts, names, text};
use crate::project::Project;

/// Answers with the document in `$TOOLS/<item>.<attempt of this call>`, fenced and with words around it.
const WRITER: &str = r#"
cat > "$TOOLS/prompt.$BATCHPRP_ITEM"
n=$(cat "$TOOLS/count.$BATCHPRP_ITEM" 2>/dev/null || echo 0); n=$((n + 1)); echo $n > "$TOOLS/count.$BATCHPRP_ITEM"
cp "$TOOLS/prompt.$BATCHPRP_ITEM" "$TOOLS/prompt.$BATCHPRP_ITEM.$n"
printf 'Here is the document:\n\n````markdown\n'
cat "$TOOLS/$BATCHPRP_ITEM.$n" 2>/dev/null || cat "$TOOLS/$BATCHPRP_ITEM"
printf '````\n'
"#;

/// A project whose agent answers with what the template would write.
fn writer() -> (Project, Project) {
    let (project, model) = (accounts(), accounts());
    model.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    fs::write(project.tools().join("agent.sh"), WRITER).expect("agent");
    for name in names(&model) {
        let id = name.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
        fs::write(project.tools().join(&id), text(&model, &name)).expect("document");
    }
    (project, model)
}

#[test]
fn a_document_is_checked_against_the_plan_and_asked_for_once_more() {
    let (project, model) = writer();
    let tools = project.tools();
    let good = fs::read_to_string(tools.join("PRP-1.2.1")).expect("document");
    let bad = good
        .replace("PRP-1.1.1", "PRP-1.3.1")
        .replace("make part2", "make nothing")
        .replace("src/part2.py", "src/other.py");
    fs::write(tools.join("PRP-1.2.1.1"), bad).expect("document");
    project.run(&["gen", "PLAN.md"]).exits(0);
    for name in names(&model) {
        assert_eq!(text(&project, &name), text(&model, &name), "{name}");
    }
    let prompt = fs::read_to_string(tools.join("prompt.PRP-1.2.1.2")).expect("second prompt");
    for problem in [
        "dependencies must name PRP-1.1.1",
        "dependencies must not name PRP-1.3.1",
        "files_modified must name src/part2.py",
        "the gate `make part2` is missing",
    ] {
        assert!(prompt.contains(problem), "{problem}: {prompt}");
    }
    assert!(!tools.join("prompt.PRP-1.1.1.2").exists());
}

#[test]
fn a_document_that_never_matches_is_not_written_and_can_be_tried_later() {
    let (project, model) = writer();
    let good = fs::read_to_string(project.tools().join("PRP-1.3.1")).expect("document");
    fs::write(project.tools().join("PRP-1.3.1"), good.replace("prp_id: PRP-1.3.1", "prp_id: PRP-9.9.9"))
        .expect("document");
    let ran = project.run(&["gen", "PLAN.md"]).exits(10).says("prp_id must be PRP-1.3.1");
    ran.says("batchprp gen PLAN.md --batch 1 --retry-failed");
    assert_eq!(names(&project).len(), 3);
    fs::write(project.tools().join("PRP-1.3.1"), good).expect("document");
    project.run(&["gen", "PLAN.md", "--batch", "1", "--retry-failed"]).exits(0);
    assert_eq!(names(&project), names(&model));
}

#[test]
fn a_role_can_have_an_agent_of_its_own() {
    let (project, model) = (accounts(), accounts());
    model.run(&["gen", "PLAN.md", "--agent", "template"]).exits(0);
    let config = project.root().join(".ce/batchprp.toml");
    let text_before = fs::read_to_string(&config).expect("configuration");
    fs::write(&config, text_before + "\n[agent.roles.generator]\nagent = \"template\"\n").expect("configuration");
    project.run(&["gen", "PLAN.md"]).exits(0);
    for name in names(&model) {
        assert_eq!(text(&project, &name), text(&model, &name), "{name}");
    }
    assert!(project.calls().is_empty(), "the agent of the other roles is left alone");
}

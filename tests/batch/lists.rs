//! Lists of other tools: carried out as batches, marked in their own manner, and not carried out twice.

use crate::project::Project;

/// A list as its tool makes it, and what it must be in the end.
struct Case {
    /// What is given to `exe`.
    given: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// Subjects of the merges.
    merges: &'static [&'static str],
    /// The document with the marks, and what it says on the batch branch in the end.
    marked: (&'static str, &'static str),
}

const CASES: [Case; 6] = [
    Case {
        given: "specs/001-login",
        files: &[
            ("specs/001-login/spec.md", "# Spec\n"),
            (
                "specs/001-login/tasks.md",
                "# Tasks: Login\n\n## Phase 1: Setup\n- [ ] T001 Start\n- [ ] T002 [P] Lint\n\n## Phase 2: Core\n- [ ] T003 Write\n",
            ),
        ],
        merges: &["Merge PRP-1.1.1: Setup", "Merge PRP-1.2.1: Core"],
        marked: (
            "specs/001-login/tasks.md",
            "# Tasks: Login\n\n## Phase 1: Setup\n- [x] T001 Start\n- [x] T002 [P] Lint\n\n## Phase 2: Core\n- [x] T003 Write\n",
        ),
    },
    Case {
        given: ".kiro/specs/login/tasks.md",
        files: &[(
            ".kiro/specs/login/tasks.md",
            "# Plan\r\n\r\n- [x] 1. Done before\r\n- [ ] 2. Models\r\n  - [ ] 2.1 User\r\n  - [ ]* 2.2 Tests\r\n",
        )],
        merges: &["Merge PRP-1.2.1: Models"],
        marked: (
            ".kiro/specs/login/tasks.md",
            "# Plan\r\n\r\n- [x] 1. Done before\r\n- [x] 2. Models\r\n  - [x] 2.1 User\r\n  - [ ]* 2.2 Tests\r\n",
        ),
    },
    Case {
        given: "openspec/changes/add-login",
        files: &[
            ("openspec/changes/add-login/proposal.md", "# Proposal\n"),
            (
                "openspec/changes/add-login/tasks.md",
                "## 1. Schema\n- [ ] 1.1 Create\n\n## 2. Server\n- [ ] 2.1 Route\n",
            ),
        ],
        merges: &["Merge PRP-1.1.1: Schema", "Merge PRP-1.2.1: Server"],
        marked: (
            "openspec/changes/add-login/tasks.md",
            "## 1. Schema\n- [x] 1.1 Create\n\n## 2. Server\n- [x] 2.1 Route\n",
        ),
    },
    Case {
        given: ".",
        files: &[(
            ".taskmaster/tasks/tasks.json",
            "{\"tasks\": [\n  {\"id\": 1, \"title\": \"A\",  \"status\": \"pending\", \"dependencies\": []},\n  {\"id\": 2, \"title\": \"B\", \"status\" : \"pending\", \"dependencies\": [1]}\n]}\n",
        )],
        merges: &["Merge PRP-1.1.1: A", "Merge PRP-1.2.1: B"],
        marked: (
            ".taskmaster/tasks/tasks.json",
            "{\"tasks\": [\n  {\"id\": 1, \"title\": \"A\",  \"status\": \"done\", \"dependencies\": []},\n  {\"id\": 2, \"title\": \"B\", \"status\" : \"done\", \"dependencies\": [1]}\n]}\n",
        ),
    },
    Case {
        given: ".planning/phases/01-login",
        files: &[
            (".planning/ROADMAP.md", "# Roadmap\n- [ ] 01-01-PLAN.md\n- [ ] 01-02-PLAN.md\n"),
            (
                ".planning/phases/01-login/01-01-PLAN.md",
                "---\nphase: 01-login\nplan: 01\nwave: 1\ndepends_on: []\n---\n# Sign in\n<tasks>\n<task type=\"auto\">\n<name>Task 1: Route</name>\n<action>Do.</action>\n</task>\n</tasks>\n",
            ),
            (
                ".planning/phases/01-login/01-02-PLAN.md",
                "---\nphase: 01-login\nplan: 02\nwave: 2\ndepends_on: [01]\n---\n# Sign out\n<tasks>\n<task type=\"auto\">\n<name>Task 1: Route</name>\n<action>Do.</action>\n</task>\n</tasks>\n",
            ),
        ],
        merges: &["Merge PRP-1.1.1: Sign in", "Merge PRP-1.2.1: Sign out"],
        marked: (".planning/ROADMAP.md", "# Roadmap\n- [x] 01-01-PLAN.md\n- [x] 01-02-PLAN.md\n"),
    },
    Case {
        given: "docs/stories/1.1.login.md",
        files: &[(
            "docs/stories/1.1.login.md",
            "# Story 1.1: Login\n\n## Status\nApproved\n\n## Acceptance Criteria\n1. x\n\n## Tasks / Subtasks\n- [ ] Task 1: Form\n  - [ ] Subtask 1.1: draw\n- [ ] Task 2: Send\n",
        )],
        merges: &["Merge PRP-1.1.1: Login"],
        marked: (
            "docs/stories/1.1.login.md",
            "# Story 1.1: Login\n\n## Status\nDone\n\n## Acceptance Criteria\n1. x\n\n## Tasks / Subtasks\n- [x] Task 1: Form\n  - [x] Subtask 1.1: draw\n- [x] Task 2: Send\n",
        ),
    },
];

fn project(case: &Case) -> Project {
    let project = Project::new();
    for (path, text) in case.files {
        project.write(path, text);
    }
    project.commit("A plan");
    project
}

fn show(project: &Project, path: &str) -> String {
    // `git` cuts the last line end off.
    project.git(&["show", &format!("prp-1:{path}")])
}

#[test]
fn lists_are_carried_out_marked_and_done() {
    for case in &CASES {
        let project = project(case);
        let before = project.fingerprint();
        let ran = project.run(&["exe", case.given, "--no-auto-review"]).exits(0).says("is read as");
        let next = ran.says("batchprp land 1");
        assert!(!next.stdout.contains("context-update"), "its marks are set already: {}", next.stdout);
        assert_eq!(project.merges("prp-1"), case.merges, "{}", case.given);
        assert_eq!(show(&project, case.marked.0), case.marked.1.trim_end(), "{}", case.given);
        assert_eq!(project.fingerprint(), before, "the checkout is as it was: {}", case.given);
        let calls = project.calls().len();
        project.run(&["exe", case.given, "--no-auto-review"]).exits(0).says("nothing to do");
        project.run(&["exe", "--batch", "1", "--no-auto-review"]).exits(0);
        assert_eq!(project.calls().len(), calls, "{}", case.given);
    }
}

#[test]
fn a_list_that_was_stopped_goes_on_where_it_stood_and_keeps_its_ids() {
    let case = &CASES[0];
    let project = project(case);
    // The agent knows phases by the labels of the list.
    std::fs::write(project.tools().join("PRP-1.1.1.T002"), "exit 1").expect("sabotage");
    project.run(&["exe", case.given, "--no-auto-review"]).exits(10);
    assert_eq!(project.merges("prp-1"), Vec::<String>::new());
    // A phase that comes in between has an id of its own.
    let text = project
        .read("specs/001-login/tasks.md")
        .replace("## Phase 2", "## Phase 3: Docs\n- [ ] T009 Write\n\n## Phase 2");
    project.write("specs/001-login/tasks.md", &text).commit("More");
    std::fs::remove_file(project.tools().join("PRP-1.1.1.T002")).expect("mended");
    project.run(&["exe", "--batch", "1", "--no-auto-review"]).exits(0);
    let merges = project.merges("prp-1");
    assert!(merges.contains(&"Merge PRP-1.1.1: Setup".to_owned()), "{merges:?}");
    assert!(merges.contains(&"Merge PRP-1.2.1: Core".to_owned()), "{merges:?}");
    assert_eq!(merges.len(), 3, "{merges:?}");
    assert_eq!(project.calls_of("PRP-1.1.1").first().map(String::as_str), Some("T001"));
    assert_eq!(project.calls_of("PRP-1.1.1").iter().filter(|phase| *phase == "T001").count(), 1, "not twice");
}

#[test]
fn what_only_the_list_calls_done_is_told_and_runs_when_asked_for() {
    let project = Project::new();
    project.write("TODO.md", "# To do\n- [x] One\n- [ ] Two\n").commit("A list");
    project.run(&["exe", "TODO.md", "--no-auto-review"]).exits(0).says("git shows nothing of it");
    assert_eq!(project.calls_of("PRP-1.1.1"), Vec::<String>::new());
    project.run(&["exe", "TODO.md", "--redo-unproven", "--no-auto-review"]).exits(0);
    assert_eq!(project.calls_of("PRP-1.1.1").len(), 1);
}

#[test]
fn siblings_that_tick_boxes_themselves_do_not_stand_in_each_others_way() {
    let project = Project::new();
    let list = ".taskmaster/tasks/tasks.json";
    project
        .write(list, "{\"tasks\": [\n{\"id\": 1, \"title\": \"A\", \"status\": \"pending\"},\n{\"id\": 2, \"title\": \"B\", \"status\": \"pending\"}]}\n")
        .commit("A list");
    for (id, number) in [("PRP-1.1.1", 1), ("PRP-1.1.2", 2)] {
        project.sabotage(
            id,
            1,
            &format!("sed -i 's/\"id\": {number}\\(.*\\)pending/\"id\": {number}\\1in-progress/' {list}"),
        );
    }
    // Its folder is enough, and that it has no gates is told once.
    let ran = project.run(&["exe", ".taskmaster", "--no-auto-review"]).exits(0).says("no gates");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!said.contains("has no validation gates"), "{said}");
    assert_eq!(project.merges("prp-1").len(), 2);
    assert_eq!(show(&project, list).matches("\"done\"").count(), 2);
}

#[test]
fn lists_outside_of_the_project_are_refused() {
    let project = Project::new();
    let outside = project.root().parent().expect("a folder").join("outside");
    std::fs::create_dir(&outside).expect("a folder");
    std::fs::write(outside.join("TODO.md"), "# To do\n- [ ] One\n").expect("a list");
    std::os::unix::fs::symlink(&outside, project.root().join("linked")).expect("a link");
    let absolute = outside.join("TODO.md").display().to_string();
    for path in ["../outside/TODO.md", "linked/TODO.md", &absolute] {
        project.run(&["exe", path]).exits(5).says("lies outside of the project");
    }
    assert!(project.calls().is_empty());
}

#[test]
fn the_other_commands_take_lists_too() {
    let case = &CASES[0];
    let project = project(case);
    project.run(&["inspect", case.given]).exits(0).says("spec-kit: 2 items, 0 done");
    project.run(&["graph", case.given, "--format", "text"]).exits(0);
    project.run(&["exe", case.given, "--dry-run"]).exits(0).says("PRP-1.2.1");
    assert_eq!(project.git(&["for-each-ref", "refs/batchprp/plans"]), "", "a dry run keeps nothing");
    project.run(&["review", case.given, "--mode", "structural"]).says("PRP-1.1.1");
    project.run(&["gen", case.given, "--agent", "template"]).exits(0).says("is read as spec-kit");
    assert!(project.root().join("PRPs/feature-requests/PRP-1.1.1-setup.md").exists());
    project.run(&["formats"]).exits(0).says("taskmaster");
}

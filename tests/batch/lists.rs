//! Lists of other tools: carried out as batches, marked in their own manner, and not carried out twice.

use std::time::{Duration, Instant};

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
    /// The item and the phase in which the program dies first.
    dies_in: (&'static str, &'static str),
}

const CASES: [Case; 11] = [
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
        dies_in: ("PRP-1.2.1", "T003"),
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
        dies_in: ("PRP-1.2.1", "2.1"),
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
        dies_in: ("PRP-1.2.1", "2.1"),
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
        dies_in: ("PRP-1.2.1", "1"),
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
        dies_in: ("PRP-1.2.1", "1"),
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
        dies_in: ("PRP-1.1.1", "2"),
    },
    Case {
        given: "docs/superpowers/plans/login.md",
        files: &[(
            "docs/superpowers/plans/login.md",
            "# Login Implementation Plan\n\n> REQUIRED SUB-SKILL: Use superpowers:executing-plans\n\n### Task 1: Form\n- [ ] **Step 1: Test**\n- [ ] **Step 2: Code**\n\n### Task 2: Session\n- [ ] **Step 1: Code**\n",
        )],
        merges: &["Merge PRP-1.1.1: Form", "Merge PRP-1.2.1: Session"],
        marked: (
            "docs/superpowers/plans/login.md",
            "# Login Implementation Plan\n\n> REQUIRED SUB-SKILL: Use superpowers:executing-plans\n\n### Task 1: Form\n- [x] **Step 1: Test**\n- [x] **Step 2: Code**\n\n### Task 2: Session\n- [x] **Step 1: Code**\n",
        ),
        dies_in: ("PRP-1.2.1", "1"),
    },
    Case {
        given: "docs/plans/login.md",
        files: &[(
            "docs/plans/login.md",
            "# Plan: Login\n\n## Validation Commands\n- `test -d out`\n\n### Task 1: Form\n- [ ] draw\n\n### Task 2: Session\n- [x] begun\n- [ ] keep\n",
        )],
        merges: &["Merge PRP-1.1.1: Form", "Merge PRP-1.2.1: Session"],
        marked: (
            "docs/plans/login.md",
            "# Plan: Login\n\n## Validation Commands\n- `test -d out`\n\n### Task 1: Form\n- [x] draw\n\n### Task 2: Session\n- [x] begun\n- [x] keep\n",
        ),
        dies_in: ("PRP-1.2.1", "1"),
    },
    Case {
        given: "TODO.md",
        files: &[("TODO.md", "# To do\n* [ ] One\n* [ ] Two\n\t* [ ] a part\n\t* [ ] another\n")],
        merges: &["Merge PRP-1.1.1: One", "Merge PRP-1.2.1: Two"],
        marked: ("TODO.md", "# To do\n* [x] One\n* [x] Two\n\t* [x] a part\n\t* [x] another\n"),
        dies_in: ("PRP-1.2.1", "2.2"),
    },
    Case {
        given: "PRPs/login.md",
        files: &[(
            "PRPs/login.md",
            "# Login\n\n## Why\nx\n\n## What\ny\n\n## Implementation Blueprint\n```yaml\nTask 1: CREATE a.py\nTask 2: CREATE b.py\n```\n",
        )],
        merges: &["Merge PRP-1.1.1: Login"],
        marked: (
            "PRPs/login.md",
            "# Login\n\n## Why\nx\n\n## What\ny\n\n## Implementation Blueprint\n```yaml\nTask 1: CREATE a.py\nTask 2: CREATE b.py\n```\n",
        ),
        dies_in: ("PRP-1.1.1", "2"),
    },
    Case {
        given: "PLAN.md",
        files: &[(
            "PLAN.md",
            "# Login\n\n### Phase 1: Form\n**Goal**: g\n**Dependencies**: None\n**Implementation Steps**:\n- [ ] draw\n**Validation Gates**:\n- L1: `true`\n\n### Phase 2: Session\n**Goal**: g\n**Dependencies**: Phase 1\n**Implementation Steps**:\n- [ ] keep\n**Validation Gates**:\n- L1: `true`\n",
        )],
        merges: &["Merge PRP-1.1.1: Form", "Merge PRP-1.2.1: Session"],
        marked: (
            "PLAN.md",
            "# Login\n\n### Phase 1: Form\n**Goal**: g\n**Dependencies**: None\n**Implementation Steps**:\n- [x] draw\n**Validation Gates**:\n- L1: `true`\n\n### Phase 2: Session\n**Goal**: g\n**Dependencies**: Phase 1\n**Implementation Steps**:\n- [x] keep\n**Validation Gates**:\n- L1: `true`\n",
        ),
        dies_in: ("PRP-1.2.1", "1"),
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

/// Every tool's list, from the start to the end, with a death of the program in between: the cases run beside each other,
/// because each of them starts the program four times.
#[test]
fn lists_are_carried_out_marked_and_done_whatever_dies() {
    std::thread::scope(|scope| {
        for case in &CASES {
            scope.spawn(|| from_start_to_end(case));
        }
    });
}

fn from_start_to_end(case: &Case) {
    let project = project(case);
    let before = project.fingerprint();
    let (item, phase) = case.dies_in;
    let sabotage = project.tools().join(format!("{item}.{phase}"));
    std::fs::write(&sabotage, "touch \"$TOOLS/here\"; while [ -e \"$TOOLS/here\" ]; do sleep 0.05; done; exit 1")
        .expect("sabotage");
    let mut child = project.command(&["exe", case.given, "--no-auto-review"]).spawn().expect("starts");
    let here = project.tools().join("here");
    let begin = Instant::now();
    while !here.exists() {
        let ended = child.try_wait().expect("a child").is_some();
        assert!(!ended && begin.elapsed() < Duration::from_secs(60), "{}: {:?}", case.given, project.calls());
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    std::fs::remove_file(&sabotage).expect("mended");

    let ran = project.run(&["exe", case.given, "--no-auto-review"]).exits(0).says("is read as");
    let next = ran.says("batchprp land 1");
    assert!(!next.stdout.contains("context-update"), "its marks are set already: {}", next.stdout);
    assert_eq!(project.merges("prp-1"), case.merges, "{}", case.given);
    assert_eq!(show(&project, case.marked.0), case.marked.1.trim_end(), "{}", case.given);
    assert_eq!(project.fingerprint(), before, "the checkout is as it was: {}", case.given);
    // What was done before the death was not done again.
    let calls = project.calls();
    let mut once: Vec<(&str, &str)> = calls.iter().map(|call| (&*call.item, &*call.phase)).collect();
    once.retain(|call| *call != case.dies_in);
    let count = once.len();
    once.dedup();
    assert_eq!(once.len(), count, "{}: {calls:?}", case.given);
    project.run(&["exe", case.given, "--no-auto-review"]).exits(0).says("nothing to do");
    project.run(&["exe", "--batch", "1", "--no-auto-review"]).exits(0);
    assert_eq!(project.calls().len(), calls.len(), "{}", case.given);
    assert_eq!(project.processes(), Vec::<u32>::new(), "{}", case.given);
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

/// Returns the code block of a language in the document about formats that has some words in it.
fn block(language: &str, words: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let text = std::fs::read_to_string(path).expect("a document");
    let start = format!("```{language}\n");
    let mut blocks = text.split(&start).skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned() + "\n"));
    blocks.find(|block| block.contains(words)).expect(words)
}

#[test]
fn the_reader_of_the_guide_makes_a_format_like_the_others() {
    let project = Project::new();
    let plan = block("text", "* todo").replace('\n', "\r\n");
    project.write("plans/plan.ox.md", &plan).write("plans/goals.md", "Be quick.\n");
    project.write(".ce/formats/oxplan.rhai", &block("rhai", "Oxplan")).commit("A plan and its reader");
    project.run(&["check", ".ce/formats"]).exits(0).says("no effects");
    project.run(&["formats"]).exits(0).says("oxplan\n  found in  `plan.ox.md`");
    let read = project.run(&["inspect", "plans", "--json"]).exits(0);
    let read: serde_json::Value = serde_json::from_str(&read.stdout).expect("JSON");
    assert_eq!((&read["format"], &read["items"][2]["files"][0]), (&"oxplan".into(), &"src/login.ts".into()));
    let problem = &read["problems"][0];
    assert_eq!((&problem["code"], &problem["line"]), (&"format::said".into(), &6.into()));

    let ran = project.run(&["exe", "plans", "--no-auto-review"]).exits(0);
    let merges = ["Merge PRP-1.1.1: Write db/schema.sql", "Merge PRP-1.2.1: Write src/login.ts"];
    assert_eq!(project.merges("prp-1"), merges, "{}", ran.stdout);
    let marked = plan.replace("todo", "done");
    assert_eq!(show(&project, "plans/plan.ox.md"), marked.trim_end());
    let calls = project.calls().len();
    project.run(&["exe", "plans", "--no-auto-review"]).exits(0).says("nothing to do");
    project.run(&["exe", "--batch", "1", "--no-auto-review"]).exits(0);
    assert_eq!(project.calls().len(), calls);
}

#[test]
fn a_reader_can_only_compute_and_its_mistakes_are_told() {
    let project = Project::new();
    project.write("TODO.md", "# To do\n- [ ] One\n- [ ] Two\n").commit("A list");
    let reader = |text: &str| project.write(".ce/formats/mine.rhai", text);
    for (recognise, said) in [
        ("loop { }", "computed for too long"),
        ("files::read(\"TODO.md\").len()", "can only compute"),
        ("throw \"no\"", "the reader `mine` failed"),
        ("\"sure\"", "something else: Output type incorrect"),
    ] {
        reader(&format!("fn recognise(document) {{ {recognise} }}\nfn read(document) {{ #{{}} }}\n"));
        project.run(&["inspect", "TODO.md"]).exits(0).says(said).says("checklist: 2 items");
    }
    reader("fn recognise(document) { if env::get(\"HOME\") == () { 1 } else { 2 } }\nfn read(document) { #{} }\n");
    project.run(&["check", ".ce/formats"]).exits(6).says("can only compute, and this one");
    reader("const FORMAT = #{ place: 3 };\nfn recognise(document) { 100 }\n");
    project.run(&["check", ".ce/formats"]).exits(6).says("no `fn read(document)`").says("expected a string");
    project.run(&["inspect", "TODO.md"]).exits(3).says("`FORMAT` of `.ce/formats/mine.rhai` is wrong");
    // What it says is held against the document.
    let told = "#{ items: [#{ title: \"A\", line: 9 }, #{ title: \"B\", line: 2, mark: #{ at: \"[?]\", done: \"x\" } },\
        #{ label: \"C\", title: \"C\", line: 3, dependencies: [\"D\"] }], problems: [#{ message: \"hm\", line: 1 }] }";
    reader(&format!("fn recognise(document) {{ 100 }}\nfn read(document) {{ {told} }}\n"));
    project
        .run(&["inspect", "TODO.md"])
        .exits(5)
        .says("said to stand on line 9")
        .says("the mark `[?]` is not on line 2")
        .says("C waits for D, which is not there")
        .says("hm");
    reader("fn recognise(document) { 1 }\nfn read(document) { #{ items: document.boxes, titel: 1 } }\n");
    project.run(&["inspect", "TODO.md", "--format", "mine"]).exits(5).says("unknown field `titel`");
    project.run(&["exe", "TODO.md", "--format", "theirs"]).exits(5).says("`theirs` is not a format");
    project.write(".ce/formats/kiro.rhai", "fn recognise(document) { 1 }\nfn read(document) { #{} }\n");
    project.run(&["formats"]).exits(3).says("`kiro` is a format that is built in");
}

/// What a reader computes is counted in steps of the engine, so that no slow machine decides.
#[test]
fn the_reader_of_the_guide_takes_as_many_steps_for_each_item_however_many_there_are() {
    const STEPS: usize = 100;
    let project = Project::new();
    project.write(".ce/formats/oxplan.rhai", &block("rhai", "Oxplan"));
    let configured = project.read(".ce/batchprp.toml");
    for count in [200, 2_000] {
        let plan: String =
            (0..count).map(|at| ["* todo | s", &at.to_string(), " | Write it | after first\n"].concat()).collect();
        project.write("plan.ox.md", &format!("# Long\n\n* done | first | Begin\n{plan}"));
        let read = |steps: usize| {
            project.write(".ce/batchprp.toml", &format!("{configured}\n[script]\nmax_operations = {steps}\n"));
            let read = project.run(&["inspect", "plan.ox.md", "--json", "--format", "oxplan"]);
            let read: serde_json::Value = serde_json::from_str(&read.stdout).expect("JSON");
            (read["items"].as_array().map_or(0, Vec::len), read["problems"].to_string())
        };
        assert_eq!(read(count * STEPS).0, count + 1);
        let (items, problems) = read(count * STEPS / 4);
        assert!(items == 0 && problems.contains("too many steps"), "the steps are counted: {problems}");
    }
}

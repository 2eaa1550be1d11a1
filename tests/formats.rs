//! Lists of other tools, read as what they are and marked in their own manner. Every fixture was written for this test.

use std::path::Path;
use std::time::Duration;

use batchprp::model::inspect::{InspectedItem, Inspection};
use batchprp::model::read::dialect::{
    Companion, Format, MarkTarget, Numbering, Source, TaskList, marked, numbering, read_as, recognise, to_plan, to_prps,
};
use batchprp::model::read::{ReadDocument, document_beside};
use nix::time::{ClockId, clock_gettime};

#[path = "formats/fixtures.rs"]
mod fixtures;

use fixtures::{FIXTURES, Fixture};

fn companions(fixture: &Fixture) -> Vec<Companion> {
    let one =
        |(path, text): &(&str, &str)| Companion { path: Path::new(path).to_owned(), text: Some((*text).to_owned()) };
    fixture.beside.iter().map(one).collect()
}

fn read(fixture: &Fixture, text: &str) -> ReadDocument {
    document_beside(Path::new(fixture.path), text.as_bytes(), companions(fixture), None)
}

fn list(fixture: &Fixture, text: &str) -> TaskList {
    match read(fixture, text) {
        ReadDocument::Tasks(list, _) => *list,
        other => unreachable!("{} is read as {:?}", fixture.path, other.format()),
    }
}

/// Says an item in one line: `[x] 2* Title <- 1 {files}`, with what is below it in brackets.
fn said(item: &InspectedItem) -> String {
    let mark = if item.done { "x" } else { " " };
    let star = if item.optional { "*" } else { "" };
    let needs =
        if item.dependencies.is_empty() { String::new() } else { format!(" <- {}", item.dependencies.join(",")) };
    let files = if item.files.is_empty() { String::new() } else { format!(" {{{}}}", item.files.join(",")) };
    let below = item.phases.iter().map(said).collect::<Vec<_>>().join("; ");
    let below = if below.is_empty() { below } else { format!(" ({below})") };
    format!("[{mark}] {}:{}{star} {}{needs}{files}{below}", item.line, item.label, item.title)
}

#[test]
fn every_list_is_read_whole() {
    for fixture in FIXTURES {
        let document = read(fixture, fixture.text);
        let inspection = Inspection::new(&document);
        assert_eq!(document.format(), fixture.format, "{}", fixture.path);
        let items: Vec<String> = inspection.items.iter().flatten().map(said).collect();
        assert_eq!(items, fixture.items, "{}", fixture.path);
        let codes: Vec<&str> = inspection.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, fixture.problems, "{}", fixture.path);
        assert_eq!(inspection.title.as_deref(), Some(fixture.title), "{}", fixture.path);
        assert_eq!(inspection.id.as_deref(), fixture.id, "{}", fixture.path);
    }
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_change_nothing() {
    for fixture in FIXTURES {
        let windows = format!("\u{feff}{}", fixture.text.replace('\n', "\r\n"));
        // JSON has no byte order mark.
        let windows = if fixture.format == Format::Taskmaster { windows[3..].to_owned() } else { windows };
        let items = |text: &str| {
            Inspection::new(&read(fixture, text)).items.unwrap_or_default().iter().map(said).collect::<Vec<_>>()
        };
        assert_eq!(items(&windows), items(fixture.text), "{}", fixture.path);
    }
}

/// Documents of all projects that may hold boxes and numbers and are no plans.
const UNRELATED: [(&str, &str); 12] = [
    ("README.md", "# Tool\n\nA tool.\n\n## Roadmap\n- [x] one\n- [ ] two\n\n## Install\n```\nnpm install\n```\n"),
    ("CHANGELOG.md", "# Changelog\n\n## 1.2.0\n\n### Added\n- a thing\n- another (#12)\n"),
    ("docs/notes.md", "# Notes\n\nSome thoughts.\n\n1. first\n2. second\n\nMore words here.\n"),
    ("CONTRIBUTING.md", "# Contributing\n\n- [ ] tests\n- [ ] docs\n- [ ] signed\n"),
    (".github/PULL_REQUEST_TEMPLATE.md", "## Checklist\n- [ ] tests\n- [ ] docs\n"),
    ("docs/guide.md", "# Guide\n\n### Step 1: Install\nDo.\n\n### Step 2: Run\nDo.\n"),
    (
        "docs/adr/0001.md",
        "# 1. Record decisions\n\n## Status\nAccepted\n\n## Context\nWe need.\n\n## Decision\nWe do.\n",
    ),
    (
        "docs/meeting.md",
        "# Meeting\n\nPresent: A, B.\n\nWe talked for long about many things.\nAnd then some more.\nAnd more.\n\n- [ ] A writes it down\n",
    ),
    ("docs/api.md", "# API\n\n## Tasks\n\n`GET /tasks` lists tasks.\n\n| id | title |\n|---|---|\n| 1 | x |\n"),
    ("specs/api/overview.md", "# Overview\n\nThe spec says `T001` somewhere, and phases.\n"),
    ("docs/release.md", "# Release\n\nText.\n\n```\n- [ ] T001 no\n- [ ] T002 no\n```\n"),
    ("package.json", "{\"name\": \"x\", \"tasks\": {\"build\": \"make\"}}"),
];

#[test]
fn no_document_is_taken_for_a_list_of_another_tool() {
    for (path, text) in UNRELATED {
        let found = recognise(&Source::new(Path::new(path), text.as_bytes(), Vec::new()));
        assert_eq!(found, None, "{path}");
    }
    for fixture in FIXTURES {
        let source = Source::new(Path::new(fixture.path), fixture.text.as_bytes(), companions(fixture));
        let found = recognise(&source).expect(fixture.path);
        assert_eq!((found.format, found.others), (fixture.format, vec![]), "{}", fixture.path);
    }
}

#[test]
fn a_plan_of_tasks_without_marks_names_both_tools() {
    let text = "# Login\n\n### Task 1: Form\n- [ ] draw it\n- [ ] test it\n\n### Task 2: Session\n- [ ] keep it\n";
    let document = document_beside(Path::new("plan.md"), text.as_bytes(), Vec::new(), None);
    assert_eq!(document.format(), Format::Superpowers);
    let problem = document.problems().iter().find(|problem| problem.code == "format::ambiguous").expect("both");
    assert!(problem.message.contains("`superpowers`") && problem.message.contains("`ralphex`"), "{}", problem.message);
    let forced = document_beside(Path::new("plan.md"), text.as_bytes(), Vec::new(), Some(Format::Ralphex));
    assert_eq!(forced.format(), Format::Ralphex);
    assert!(forced.problems().iter().all(|problem| problem.code != "format::ambiguous"));
}

#[test]
fn own_documents_stay_what_they_are() {
    let plan = "# Tasks\n### Phase 1: A\n**Goal**: g\n**Dependencies**: None\n**Steps**:\n- [ ] T001 x\n- [ ] T002 y\n**Gates**:\n- z\n";
    let prp = "---\nprp_id: PRP-1\n---\n# T\n## Implementation Blueprint\n## Validation Loop\n## Why\n## What\n- [ ] 1. a\n- [ ] 2. b\n";
    let format = |text: &str| document_beside(Path::new("tasks.md"), text.as_bytes(), Vec::new(), None).format();
    assert_eq!((format(plan), format(prp)), (Format::Plan, Format::Prp));
}

fn ids(list: &TaskList) -> Numbering {
    numbering(std::slice::from_ref(list), 48, &Numbering::new())
}

fn target(list: &TaskList, label: &str) -> MarkTarget {
    let prps = to_prps(std::slice::from_ref(list), &ids(list), true);
    let origin = |prp: batchprp::model::prp::Prp| prp.origin;
    let found = prps.into_iter().filter_map(origin).find(|origin| origin.label == label);
    found.and_then(|origin| origin.mark).expect(label)
}

/// Returns the places at which two texts differ, as `old→new`.
fn differences(old: &str, new: &str) -> Vec<String> {
    let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    assert_eq!(old.len(), new.len(), "as many lines as before");
    let one = |(old, new): (&String, &String)| {
        let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[start..], &new[start..]);
        let end = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
        format!("{}→{}", &old[..old.len() - end], &new[..new.len() - end])
    };
    old.iter().zip(&new).filter(|(old, new)| old != new).map(one).collect()
}

#[test]
fn marking_an_item_changes_its_marks_and_no_other_byte() {
    for fixture in FIXTURES.iter().filter(|fixture| !fixture.marked.is_empty()) {
        for text in
            [fixture.text.to_owned(), fixture.text.replace('\n', "\r\n"), fixture.text.replace("  - [", "\t- [")]
        {
            let list = list(fixture, &text);
            let target = target(&list, fixture.marked);
            // The mark of some tools is in a document beside the list.
            let beside = fixture.beside.iter().find(|(path, _)| Path::new(path) == target.path);
            let before = beside.map_or(text.clone(), |(_, text)| (*text).to_owned());
            let after = marked(&target, before.as_bytes()).expect(fixture.path);
            let after = String::from_utf8(after).expect("UTF-8");
            assert_eq!(differences(&before, &after), fixture.changes, "{}", fixture.path);
            assert_eq!(marked(&target, after.as_bytes()), None, "{} is marked twice", fixture.path);
            if beside.is_none() {
                let item = Inspection::new(&read(fixture, &after)).items.unwrap_or_default();
                let one = item.iter().find(|item| item.label == fixture.marked);
                assert!(one.is_none_or(|item| item.done), "{}", fixture.path);
            }
        }
    }
}

#[test]
fn items_become_packages_with_ids_that_stay() {
    let fixture = FIXTURES.iter().find(|fixture| fixture.format == Format::Kiro).expect("a fixture");
    let whole = list(fixture, fixture.text);
    let first = ids(&whole);
    let prps = to_prps(std::slice::from_ref(&whole), &first, false);
    let shown: Vec<String> = prps
        .iter()
        .map(|prp| {
            let phases =
                prp.phases.iter().map(|phase| format!("{}/{}", phase.label, phase.ordinal)).collect::<Vec<_>>();
            let needs = prp.dependencies.iter().map(|dependency| dependency.id.to_string()).collect::<Vec<_>>();
            let status = prp.status.map_or("", |status| status.as_str());
            format!("{} {status} {} <- {}", prp.id.as_ref().expect("id"), phases.join(" "), needs.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "PRP-48.1.1 completed 1/1 <- ",
            "PRP-48.2.1 planning 2.2/2 <- PRP-48.1.1",
            "PRP-48.3.1 planning 1/1 <- PRP-48.2.1",
        ]
    );
    for prp in &prps {
        for phase in &prp.phases {
            assert!(prp.phase_text(phase).starts_with(&format!("### Phase {}: ", phase.label)), "{}", prp.text);
        }
        assert!(prp.text.contains("requirements.md"), "{}", prp.text);
    }
    // A task that comes in between gets a number of its own, and the others keep theirs.
    let longer = list(fixture, &fixture.text.replace("- [ ] 3. ", "- [ ] 4. New\n- [ ] 3. "));
    let later = numbering(std::slice::from_ref(&longer), 48, &first);
    assert!(first.iter().all(|(label, id)| later.get(label) == Some(id)));
    assert_eq!(later.len(), first.len() + 1);
}

#[test]
fn a_list_is_a_plan_for_gen_too() {
    for fixture in FIXTURES {
        let list = list(fixture, fixture.text);
        let plan = to_plan(&list, true);
        assert_eq!(plan.phases.len(), list.items.len(), "{}", fixture.path);
        for phase in &plan.phases {
            assert!(!phase.faulty && phase.goal.is_some() && !phase.steps.is_empty(), "{}: {phase:?}", fixture.path);
            assert!(plan.text[phase.span.clone()].starts_with("### Phase "), "{}", fixture.path);
        }
    }
}

/// Makes a document of a format with so many tasks.
fn long(format: Format, count: usize) -> (&'static str, String) {
    let many = |one: &dyn Fn(usize) -> String| (1..=count).map(one).collect::<String>();
    match format {
        Format::SpecKit => ("specs/001-x/tasks.md", {
            let task =
                |at: usize| format!("- [ ] T{at:03} [P] Task in src/a{at}.rs (depends on T{:03})\n", at.max(2) - 1);
            let phase =
                |at: usize| if at % 20 == 1 { format!("\n## Phase {}: Part\n", at / 20 + 1) } else { String::new() };
            format!("# Tasks: Long\n{}", many(&|at| [phase(at), task(at)].concat()))
        }),
        Format::OpenSpec => ("openspec/changes/x/tasks.md", many(&|at| format!("## {at}. Part\n- [ ] {at}.1 Task\n"))),
        Format::Taskmaster => (".taskmaster/tasks/tasks.json", {
            let task = |at: usize| {
                format!(
                    "{{\"id\": {at}, \"title\": \"Task\", \"status\": \"pending\", \"dependencies\": [{}],\n \
                    \"subtasks\": [{{\"id\": 1, \"title\": \"a\", \"status\": \"done\"}}]}},\n",
                    at.max(2) - 1
                )
            };
            format!("{{\"tasks\": [{}]}}", many(&task).trim_end_matches(",\n"))
        }),
        Format::Gsd => (".planning/phases/01-x/01-01-PLAN.md", {
            let task = |at: usize| {
                format!(
                    "<task type=\"auto\">\n<name>Task {at}: A</name>\n<files>src/a{at}.rs</files>\n<action>Do.</action>\n</task>\n"
                )
            };
            format!("---\nphase: 01-x\nplan: 01\nwave: 1\n---\n# X\n<tasks>\n{}</tasks>\n", many(&task))
        }),
        Format::Bmad => ("docs/stories/1.1.x.md", {
            let task = |at: usize| format!("- [ ] Task {at}: A (AC: 1)\n  - [ ] Subtask {at}.1: B in src/b{at}.ts\n");
            format!(
                "# Story 1.1: X\n## Status\nApproved\n## Acceptance Criteria\n1. x\n## Tasks / Subtasks\n{}",
                many(&task)
            )
        }),
        Format::Superpowers => ("docs/superpowers/plans/x.md", {
            let head = |at: usize| format!("### Task {}: A\n**Files:**\n- Create: `src/a{at}.rs`\n", at / 4 + 1);
            let step = |at: usize| format!("- [ ] **Step {}: B**\n", at % 4 + 1);
            let one = |at: usize| if at % 4 == 1 { [head(at), step(at)].concat() } else { step(at) };
            format!("# X\n\n{}", many(&one))
        }),
        Format::Ralphex => ("docs/plans/x.md", {
            let task = |at: usize| format!("### Task {at}: A\n- [ ] b\n  - [ ] c\n");
            format!("# X\n\n## Validation Commands\n- `make`\n\n{}", many(&task))
        }),
        Format::ClassicPrp => ("PRPs/x.md", {
            let task = |at: usize| format!("Task {at}: CREATE src/a{at}.py\n  - x\n");
            format!("# X\n## Why\nx\n## What\ny\n## Implementation Blueprint\n```yaml\n{}```\n", many(&task))
        }),
        Format::Checklist => {
            ("TODO.md", format!("# To do\n{}", many(&|at| format!("- [ ] Task `src/a{at}.rs`\n  - [x] part\n"))))
        }
        _ => (".kiro/specs/x/tasks.md", many(&|at| format!("- [ ] {at}. Task {at}\n  - [ ] {at}.1 Part\n"))),
    }
}

/// Reads a document, makes packages of it and marks one of them; returns how long that took.
fn worked_through(format: Format, count: usize) -> Duration {
    let (path, text) = long(format, count);
    let source = Source::new(Path::new(path), text.as_bytes(), Vec::new());
    let start = worked();
    assert_eq!(recognise(&source).map(|found| found.format), Some(format));
    let (list, _) = read_as(&source, format);
    let below: usize = list.items.iter().map(|item| item.phases.len()).sum();
    assert!(list.items.len().max(below) >= count, "{format}: {} items", list.items.len());
    let prps = to_prps(std::slice::from_ref(&list), &ids(&list), false);
    let mark = prps.into_iter().rev().find_map(|prp| prp.origin?.mark);
    assert!(mark.is_none_or(|mark| marked(&mark, text.as_bytes()).is_some()), "{format}");
    worked().saturating_sub(start)
}

/// Returns the time that this thread has worked: how long others kept it waiting is not in it.
fn worked() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock").into()
}

/// Ten times the tasks may take ten times as long, and not a hundred times.
#[test]
fn reading_takes_linear_time() {
    for format in Format::ALL.into_iter().filter(|format| !format.is_own()) {
        worked_through(format, 10);
        // The fastest of three says what the work is; the others, what else the machine did.
        let fastest = |count: usize| (0..3).map(|_| worked_through(format, count)).min().expect("three");
        let (small, large) = (fastest(150), fastest(1_500));
        assert!(large < small * 40, "{format}: {small:?} for 150 tasks, {large:?} for ten times as many");
    }
}

/// Makes a document in which one task has so many parts, files or needs.
fn wide(format: Format, count: usize) -> (&'static str, String) {
    let many = |one: &dyn Fn(usize) -> String| (1..=count).map(one).collect::<String>();
    match format {
        Format::Superpowers => ("docs/superpowers/plans/x.md", {
            let files = many(&|at| format!("- Create: `src/a{at}.rs`\n"));
            format!("### Task 1: A\n**Files:**\n{files}{}", many(&|at| format!("- [ ] **Step {at}: B**\n")))
        }),
        Format::Ralphex => ("docs/plans/x.md", {
            let steps = many(&|at| format!("- [ ] same in src/a{at}.rs\n"));
            format!("# X\n\n## Validation Commands\n- `make`\n\n### Task 1: A\n{steps}")
        }),
        Format::Gsd => (".planning/phases/01-x/01-01-PLAN.md", {
            let (declared, files) = (many(&|at| format!("  - b{at}.rs\n")), many(&|at| format!("src/a{at}.rs ")));
            format!(
                "---\nphase: 01-x\nplan: 01\nwave: 1\nfiles_modified:\n{}---\n<task type=\"auto\">\n<files>{files}</files>\n</task>\n",
                declared.lines().take(4_000).map(|line| [line, "\n"].concat()).collect::<String>()
            )
        }),
        Format::Taskmaster => (".taskmaster/tasks/tasks.json", {
            let one = |at: usize| format!("{{\"id\": {at}, \"title\": \"T\", \"status\": \"pending\"}},");
            let needs = many(&|at| format!("{at},"));
            let last = format!("{{\"id\": 0, \"title\": \"T\", \"dependencies\": [{}]}}", needs.trim_end_matches(','));
            format!("{{\"tasks\": [{}{last}]}}", many(&one))
        }),
        Format::Kiro => (".kiro/specs/x/tasks.md", {
            format!("- [ ] 1. Task\n{}", many(&|at| format!("- [ ] 1.{at} Part in src/a{at}.rs\n")))
        }),
        _ => ("TODO.md", format!("# To do\n- [ ] A\n{}", many(&|at| format!("  - [ ] part `src/a{at}.rs`\n")))),
    }
}

/// One task with very many parts takes no longer than very many tasks.
#[test]
fn reading_one_task_with_many_parts_takes_linear_time() {
    use Format::{Checklist, Gsd, Kiro, Ralphex, Superpowers, Taskmaster};
    for format in [Superpowers, Ralphex, Gsd, Taskmaster, Kiro, Checklist] {
        let read = |count: usize| {
            let (path, text) = wide(format, count);
            let source = Source::new(Path::new(path), text.as_bytes(), Vec::new());
            let start = worked();
            let (list, _) = read_as(&source, format);
            let took = worked().saturating_sub(start);
            let parts = list.items.iter().map(|item| item.phases.len() + item.files.len() + item.dependencies.len());
            assert!(parts.max() >= Some(count), "{format}");
            took
        };
        let fastest = |count: usize| (0..3).map(|_| read(count)).min().expect("three");
        let (small, large) = (fastest(2_000), fastest(20_000));
        assert!(large < small * 40, "{format}: {small:?} for 2 000 parts, {large:?} for ten times as many");
    }
}

#[test]
#[ignore = "measures with optimisation: cargo test --release --test formats -- --ignored"]
fn a_hundred_thousand_boxes_are_read_in_time() {
    let mut slow = Vec::new();
    for format in Format::ALL.into_iter().filter(|format| !format.is_own()) {
        // Those with a box below each box have two for each task.
        let two = [Format::Kiro, Format::Taskmaster, Format::Bmad, Format::Ralphex, Format::Checklist];
        let (path, text) = long(format, if two.contains(&format) { 50_000 } else { 100_000 });
        let once = || {
            let start = worked();
            let document = document_beside(Path::new(path), text.as_bytes(), Vec::new(), None);
            assert!(matches!(document, ReadDocument::Tasks(..)), "{format}");
            worked().saturating_sub(start)
        };
        // The fastest of five says what the work is; the others, what else the machine did.
        let took = (0..5).map(|_| once()).min().expect("five");
        println!("{format}: {took:?} for {} bytes", text.len());
        if took >= Duration::from_millis(300) {
            slow.push(format!("{format}: {took:?}"));
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

/// A document of a file in `formats/documents/`: where it stands, why it is there, and what is read in it.
struct Case<'a> {
    path: &'a str,
    beside: Vec<(&'a str, String)>,
    text: String,
    /// The format is said, because nothing in the document shows it.
    told: bool,
    /// Where what is read stands in the file.
    expected: std::ops::Range<usize>,
}

/// Reads the documents of one format.
fn cases(file: &str) -> Vec<Case<'_>> {
    let mut found: Vec<Case<'_>> = Vec::new();
    let (mut at, mut part, mut crlf) = (0, "", false);
    for line in file.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let word = line.trim_end();
        if let Some(head) = word.strip_prefix("=== ") {
            let path = head.split(" | ").next().expect("a path");
            part = "";
            found.push(Case { path, beside: Vec::new(), text: String::new(), told: false, expected: 0..0 });
        }
        let Some(case) = found.last_mut() else { continue };
        if let Some(name) = word.strip_prefix("--- ") {
            part = name.split(' ').next().expect("a part");
            match part {
                "beside" => case.beside.push((name.split_once(' ').expect("a path").1, String::new())),
                "document" => crlf = name.ends_with("crlf"),
                _ => (case.told, case.expected) = (name.contains(" as "), at..at),
            }
            continue;
        }
        let line = if crlf { line.replace('\n', "\r\n") } else { line.to_owned() };
        match part {
            "document" => case.text.push_str(&line),
            "beside" => case.beside.last_mut().expect("a document").1.push_str(&line),
            "is" => case.expected.end = at,
            _ => assert!(start == 0 || word.starts_with("=== "), "what is this? {word}"),
        }
    }
    found
}

impl Case<'_> {
    fn companions(&self) -> Vec<Companion> {
        let one = |(path, text): &(&str, String)| Companion { path: Path::new(path).into(), text: Some(text.clone()) };
        self.beside.iter().map(one).collect()
    }

    fn read(&self, format: Format, text: &str) -> ReadDocument {
        document_beside(Path::new(self.path), text.as_bytes(), self.companions(), self.told.then_some(format))
    }

    /// Says everything that is read: title, id, items with all of theirs, gates and problems.
    fn said(&self, format: Format) -> String {
        let document = self.read(format, &self.text);
        if document.format() != format {
            return format!("a document of {}\n", document.format());
        }
        let inspection = Inspection::new(&document);
        let mut said = format!("title: {}\n", inspection.title.unwrap_or_default());
        said += &inspection.id.map(|id| format!("id: {id}\n")).unwrap_or_default();
        said += &inspection.status.map(|status| format!("status: {status}\n")).unwrap_or_default();
        if !inspection.dependencies.is_empty() {
            said += &["after: ", &inspection.dependencies.join(", "), "\n"].concat();
        }
        for item in inspection.items.iter().flatten() {
            said += &told(item, 0);
        }
        for gate in &inspection.gates {
            let command = gate.command.as_deref().unwrap_or("-").replace('\n', "; ");
            said += &["gate ", &gate.level.to_string(), ": ", &command, "\n"].concat();
        }
        for problem in &inspection.problems {
            let line = problem.line.map_or_else(|| "-".to_owned(), |line| line.to_string());
            said += &[problem.severity, " ", &line, ": ", problem.code, " ", &problem.message, "\n"].concat();
        }
        said
    }
}

/// Says an item and what is below it, a line each.
fn told(item: &InspectedItem, depth: usize) -> String {
    let mark = if item.done { "x" } else { " " };
    let star = if item.optional { "*" } else { "" };
    let needs =
        if item.dependencies.is_empty() { String::new() } else { format!(" <- {}", item.dependencies.join(",")) };
    let files = if item.files.is_empty() { String::new() } else { format!(" {{{}}}", item.files.join(", ")) };
    let below: String = item.phases.iter().map(|item| told(item, depth + 1)).collect();
    let indent = "  ".repeat(depth);
    format!("{indent}[{mark}] {}:{}{star} {}{needs}{files}\n{below}", item.line, item.label, item.title)
}

/// Returns every format of another tool with the file of its documents.
fn files() -> Vec<(Format, std::path::PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/documents");
    let foreign = Format::ALL.into_iter().filter(|format| !format.is_own());
    let one = |format: Format| {
        let path = folder.join(format!("{format}.txt"));
        let text = std::fs::read_to_string(&path).expect("documents").replace("\r\n", "\n");
        (format, path, text)
    };
    foreign.map(one).collect()
}

#[test]
fn every_document_is_read_whole() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for (format, path, text) in files() {
        let cases = cases(&text);
        assert!(cases.len() >= 12, "{format} has {} documents", cases.len());
        let (mut new, mut from) = (String::new(), 0);
        for case in &cases {
            let said = case.said(format);
            if said != text[case.expected.clone()] && !update {
                wrong.push(format!("{}\nis read as\n{said}and should be\n{}", case.text, &text[case.expected.clone()]));
            }
            new += &text[from..case.expected.start];
            new += &said;
            from = case.expected.end;
        }
        if update {
            std::fs::write(path, new).expect("written");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the words at which two texts differ; all else is the same, byte for byte.
fn changed_words(old: &str, new: &str) -> Vec<(String, String)> {
    // A box with a blank in it is one word.
    fn words(text: &str) -> Vec<&str> {
        let (mut words, mut from) = (Vec::new(), 0);
        for (at, letter) in text.char_indices() {
            let is_end = letter.is_whitespace() || matches!(letter, ',' | ':' | '{' | '}' | '*' | '(');
            if is_end && !text[..at].ends_with('[') {
                words.extend([&text[from..at], &text[at..at + letter.len_utf8()]]);
                from = at + letter.len_utf8();
            }
        }
        words.push(&text[from..]);
        words
    }
    // A status may have several words.
    let old = old.replace("Ready for Review", "ReadyForReview");
    let (old, new) = (words(&old), words(new));
    assert_eq!(old.len(), new.len(), "as many words as before");
    let changed = old.into_iter().zip(new).filter(|(old, new)| old != new);
    changed.map(|(old, new)| (old.to_owned(), new.to_owned())).collect()
}

/// Marking an item sets its marks and changes no other byte, in whatever form the document stands.
#[test]
fn marking_any_item_of_any_document_changes_its_marks_and_no_other_byte() {
    let mut marks = 0;
    for (format, _, text) in files() {
        for case in cases(&text) {
            let unix = case.text.replace("\r\n", "\n");
            for text in [unix.clone(), unix.replace('\n', "\r\n"), unix.replace("  - [", "\t- [")] {
                let ReadDocument::Tasks(list, _) = case.read(format, &text) else { continue };
                for prp in to_prps(std::slice::from_ref(&list), &ids(&list), true) {
                    let Some(target) = prp.origin.and_then(|origin| origin.mark) else { continue };
                    let beside = case.beside.iter().find(|(path, _)| Path::new(path) == target.path);
                    let before = beside.map_or(&text, |(_, text)| text);
                    let Some(after) = marked(&target, before.as_bytes()) else { continue };
                    let after = String::from_utf8(after).expect("UTF-8");
                    for (old, new) in changed_words(before, &after) {
                        let is_box = matches!(&*old, "[ ]" | "[-]" | "[~]" | "[/]") && new == "[x]";
                        let is_word = ["done", "Done", "\"done\"", "\"done\","].contains(&&*new);
                        assert!(
                            is_box || is_word,
                            "{old} became {new}:
{after}"
                        );
                        marks += 1;
                    }
                    assert_eq!(marked(&target, after.as_bytes()), None, "marked twice:\n{after}");
                    if beside.is_none() {
                        let again = Inspection::new(&case.read(format, &after));
                        let items = again.items.unwrap_or_default();
                        let done = |item: &InspectedItem| item.done || item.optional;
                        let own =
                            items.iter().filter(|item| target.label.as_ref().is_none_or(|own| *own == item.label));
                        assert!(own.clone().all(done), "{:?} is not done:\n{after}", target.label);
                    }
                }
            }
        }
    }
    assert!(marks > 300, "{marks} marks");
}

/// No document is taken for that of another tool, also where its path says nothing.
#[test]
fn no_document_is_taken_for_that_of_another_tool() {
    let mut wrong = Vec::new();
    for (format, _, text) in files() {
        for case in cases(&text).into_iter().filter(|case| !case.told) {
            let found = recognise(&Source::new(Path::new(case.path), case.text.as_bytes(), case.companions()));
            let found = found.map(|found| (found.format, found.others));
            if found != Some((format, Vec::new())) {
                wrong.push(format!("{} is {found:?}:\n{}", case.path, case.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Documents of every project in every mixture of what they have in common with plans.
fn made_up() -> Vec<(String, String)> {
    let names =
        ["README.md", "CHANGELOG.md", "docs/notes.md", "docs/guide.md", "docs/design.md", "HISTORY.md", "docs/faq.md"];
    let heads = ["# Tool\n\nA tool for things.\n", "# Notes\n", "", "---\ntitle: x\ntags: [a, b]\n---\n\n# Page\n"];
    let parts = [
        "\n## Usage\n\n```sh\ntool run\n```\n\nIt runs, and tells you what it did.\n",
        "\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- a thing (#12)\n- another in `src/a.rs`\n\n### Fixed\n\n- 1.1 was broken\n",
        "\n## Roadmap\n\nWhat comes next, in no order:\n\n- [x] one\n- [ ] two\n\nAnd what may come after that, some day.\nWho knows.\n",
        "\n## Steps\n\n1. Install it\n2. Run it\n   1. with care\n3. Done\n",
        "\n### Step 1: Install\n\nDo.\n\n### Step 2: Run\n\nDo.\n",
        "\n## Tasks\n\n| id | title | done |\n|----|-------|------|\n| T001 | x | no |\n",
        "\n## Status\n\nAccepted\n\n## Decision\n\nWe do it.\n\n## Acceptance criteria\n\nNone.\n",
        "\nSee T001 and `[P]` in <task name>, or 2.1 of the requirements.\n\n> - [ ] quoted\n",
    ];
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        for (head_at, head) in heads.iter().enumerate() {
            for first in 0..parts.len() {
                let more = [first, (first + at + 1) % parts.len(), (first + head_at + 3) % parts.len()];
                let body: String = more.iter().map(|part| parts[*part]).collect();
                all.push(((*name).to_owned(), format!("{head}{body}")));
            }
        }
    }
    all
}

/// Documents of the libraries that were built with, where their sources are on this machine.
fn of_libraries() -> Vec<(String, String)> {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")) else { return Vec::new() };
    let below = |folder: std::path::PathBuf| {
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
    };
    let files = below(sources).flat_map(below).flat_map(below);
    let documents = files.filter(|path| path.extension().is_some_and(|end| end == "md")).take(600);
    documents
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok().filter(|text| text.len() < 100_000)?;
            Some((path.file_name()?.to_str()?.to_owned(), text))
        })
        .collect()
}

#[test]
fn documents_that_are_no_plans_are_none() {
    let all = [made_up(), of_libraries()].concat();
    assert!(all.len() >= 200, "{} documents", all.len());
    let mut wrong = Vec::new();
    for (name, text) in &all {
        let found = recognise(&Source::new(Path::new(name), text.as_bytes(), Vec::new()));
        // A list of what is to be done is one, also in a library.
        let is_list = |format: Format| format == Format::Checklist && name.to_lowercase().starts_with("todo");
        if let Some(found) = found.filter(|found| !is_list(found.format)) {
            wrong.push(format!("{name} is {:?}:\n{}", found.format, text.chars().take(600).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), all.len(), wrong.join("\n"));
}

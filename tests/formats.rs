//! Lists of other tools, read as what they are and marked in their own manner. Every fixture was written for this test.

use std::path::Path;
use std::time::{Duration, Instant};

use batchprp::model::inspect::{InspectedItem, Inspection};
use batchprp::model::read::dialect::{
    Companion, Format, MarkTarget, Numbering, Source, TaskList, marked, numbering, read_as, recognise, to_plan, to_prps,
};
use batchprp::model::read::{ReadDocument, document_beside};

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

/// Ten times the boxes may take ten times as long, and not a hundred times.
#[test]
fn reading_takes_linear_time() {
    let boxes = |at: usize| format!("- [ ] {at}. Task {at}\n  - [ ] {at}.1 Part\n");
    let time = |count: usize| -> Duration {
        let text: String = (1..=count).map(boxes).collect::<Vec<_>>().concat();
        let source = Source::new(Path::new(".kiro/specs/x/tasks.md"), text.as_bytes(), Vec::new());
        let start = Instant::now();
        assert!(recognise(&source).is_some());
        let (list, _) = read_as(&source, Format::Kiro);
        assert_eq!(list.items.len(), count);
        let ids = ids(&list);
        assert_eq!(to_prps(&[list], &ids, false).len(), count);
        start.elapsed()
    };
    time(100);
    let (small, large) = (time(1_000), time(10_000));
    assert!(large < small * 40, "{small:?} for a thousand tasks, {large:?} for ten times as many");
}

#[test]
#[ignore = "measures with optimisation: cargo test --release --test formats -- --ignored"]
fn a_hundred_thousand_boxes_are_read_in_time() {
    let text: String = (1..=100_000).map(|at| format!("- [ ] {at}. Task {at}\n")).collect::<Vec<_>>().concat();
    let start = Instant::now();
    let document = document_beside(Path::new(".kiro/specs/x/tasks.md"), text.as_bytes(), Vec::new(), None);
    assert!(matches!(document, ReadDocument::Tasks(list, _) if list.items.len() == 100_000));
    let took = start.elapsed();
    assert!(took < Duration::from_millis(300), "{took:?}");
}

//! Every finding of the readers: its text, its place and its way out.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use batchprp::model::problem::Problem;
use batchprp::model::read::catalogue::CATALOGUE;
use batchprp::model::read::{LineIndex, document};
use batchprp::model::read::{plan, prp};

const PHASE: &str = "## Implementation\n### Phase 1: A\n";

fn front(lines: &str) -> String {
    format!("---\nprp_id: PRP-1\ntitle: T\n{lines}\n---\n# T\n{PHASE}")
}

fn body(text: &str) -> String {
    format!("---\nprp_id: PRP-1\ntitle: T\n---\n# T\n{text}")
}

/// A plan of one phase with one line of its own.
fn phase(line: &str) -> String {
    format!("# T\n{}", phase_of(1, line))
}

fn phase_of(label: usize, line: &str) -> String {
    let all = [
        ("**Goal**", "g"),
        ("**Estimated Hours**", "1"),
        ("**Complexity**", "low"),
        ("**Files Modified**", "`a`"),
        ("**Dependencies**", "None"),
        ("**Implementation Steps**", "\n1. a"),
        ("**Validation Gates**", "\n- b"),
    ];
    let name = line.split(':').next().unwrap_or_default();
    let others = all.iter().filter(|(other, _)| *other != name).map(|(name, value)| format!("{name}: {value}\n"));
    format!("### Phase {label}: A\n{line}\n{}", others.collect::<String>())
}

const GSD: &str = "---\nphase: 1\nplan: 1\nwave: 1\n---\n# P\n";

/// One document for each code, and the name under which it is read.
fn samples() -> Vec<(&'static str, &'static str, String)> {
    let plans = |count: usize| format!("# T\n{}", (1..=count).map(|at| phase_of(at, "")).collect::<String>());
    let cycle =
        format!("# T\n{}{}", phase_of(1, "**Dependencies**: Phase 2"), phase_of(2, "**Dependencies**: Phase 1 (why)"));
    vec![
        ("file::binary", "PRP-1.md", "\0".to_owned()),
        ("file::data", "plan.md", "{\"tasks\": 1}".to_owned()),
        ("file::empty", "plan.md", "\n".to_owned()),
        ("format::ambiguous", "plan.md", "# L\n### Task 1: A\n- [ ] x\n### Task 2: B\n- [ ] y\n".to_owned()),
        ("format::draft", "1.1.a.md", "# Story 1.1: A\n## Status\nDraft\n## Tasks\n- [ ] Task 1: x\n".to_owned()),
        (
            "format::duplicate_label",
            "tasks.md",
            "# T\n## Phase 1: A\n- [ ] T001 x\n## Phase 1: B\n- [ ] T002 [P] y\n".to_owned(),
        ),
        (
            "format::for_a_person",
            "01-01-PLAN.md",
            "---\nphase: 1\nplan: 1\nwave: 1\n---\n<task type=\"checkpoint:decision\">\n<name>x</name>\n</task>\n"
                .to_owned(),
        ),
        ("format::no_items", "1.1.a.md", "# Story 1.1: A\n## Status\nApproved\n## Tasks\nNone yet.\n".to_owned()),
        ("format::no_id", "specs/001-a/tasks.md", "## Phase 1: A\n- [ ] T001 x\n- [ ] y\n".to_owned()),
        (
            "format::in_code",
            "01-01-PLAN.md",
            format!(
                "{GSD}```\n<task type=\"auto\"><name>A</name></task>\n```\n<task type=\"auto\"><name>B</name></task>\n"
            ),
        ),
        ("format::open_tag", "01-01-PLAN.md", format!("{GSD}<task type=\"auto\"><name>A</name>\n")),
        ("format::no_mark", "tasks.json", "{\"tasks\": [{\"id\": 1, \"title\": \"x\"}]}".to_owned()),
        ("format::not_said", "TODO.md", "# To do\n- [ ] x\n- [ ] y\n".to_owned()),
        ("format::open_below_done", ".kiro/specs/a/tasks.md", "- [x] 1. A\n  - [ ] 1.1 B\n".to_owned()),
        (
            "format::unknown_dependency",
            "tasks.json",
            "{\"tasks\": [{\"id\": 1, \"title\": \"x\", \"status\": \"pending\", \"dependencies\": [9]}]}".to_owned(),
        ),
        ("frontmatter::duplicate_key", "PRP-1.md", front("status: done\nstatus: new")),
        ("frontmatter::fenced", "PRP-1.md", format!("# T\n```yaml\n---\nprp_id: PRP-1\n---\n```\n{PHASE}")),
        ("frontmatter::not_a_map", "PRP-1.md", format!("---\n{{prp_id: PRP-1}}\n---\n# T\n{PHASE}")),
        ("frontmatter::too_large", "PRP-1.md", front(&format!("x: {}", "y".repeat(70_000)))),
        ("frontmatter::unclosed", "PRP-1.md", format!("---\nprp_id: PRP-1\n\n# T\n{PHASE}")),
        ("frontmatter::unopened", "PRP-1.md", format!("prp_id: PRP-1\n---\n# T\n{PHASE}")),
        ("frontmatter::unsupported", "PRP-1.md", front("owner: &me someone")),
        ("frontmatter::yaml", "PRP-1.md", front("note: a: b")),
        ("gate::plain_command", "PRP-1.md", body(&format!("{PHASE}## Validation\n- L2: npm test\n"))),
        ("gate::endless", "PRP-1.md", body(&format!("{PHASE}**Command**: `npm run dev`\n"))),
        ("plan::bad_complexity", "plan.md", phase("**Complexity**: low | medium")),
        ("plan::bad_dependency", "plan.md", phase("**Dependencies**: the schema")),
        ("plan::bad_hours", "plan.md", phase("**Estimated Hours**: soon")),
        ("plan::bad_path", "plan.md", phase("**Files Modified**: ../secret")),
        ("plan::cycle", "plan.md", cycle),
        (
            "plan::dependency_range",
            "plan.md",
            format!("# T\n{}{}", plans(2), phase_of(3, "**Dependencies**: Phase 1-2")),
        ),
        ("plan::duplicate_phase", "plan.md", format!("# T\n{}{}", phase_of(1, ""), phase_of(1, ""))),
        (
            "plan::missing_estimate",
            "plan.md",
            "# T\n### Phase 1: A\n**Goal**: g\n**Dependencies**: None\n**Steps**:\n1. a\n**Gates**:\n- b\n".into(),
        ),
        ("plan::missing_fields", "plan.md", "# T\n### Phase 1: A\n**Steps**:\n1. a\n**Gates**:\n- b\n".into()),
        ("plan::no_phases", "plan.md", "# A plan\n## Mega-Phase 1: x\n".into()),
        ("plan::no_sub_plan", "plan.md", "# A plan\n## Mega-Phase 1: x\n".into()),
        ("plan::over_parallel", "plan.md", plans(9)),
        ("plan::prose_file", "plan.md", phase("**Files Modified**: several docs")),
        ("plan::self_dependency", "plan.md", phase("**Dependencies**: Phase 1")),
        ("plan::ticked_steps", "plan.md", phase("**Implementation Steps**:\n- [x] a\n- [ ] b")),
        ("plan::unknown_dependency", "plan.md", phase("**Dependencies**: Phase 12")),
        ("prp::ambiguous_fence", "PRP-1.md", body(&format!("{PHASE}```md\n```sh\nls\n```\n### Phase 9: x\n```\n"))),
        ("prp::bad_conflict", "PRP-1.md", front("conflicts_with: [everything]")),
        ("prp::bad_dependency", "PRP-1.md", front("dependencies: numpy>=1.2, PRP-2")),
        ("prp::bad_hours", "PRP-1.md", front("estimated_hours: soon")),
        ("prp::bad_id", "PRP-1.md", format!("---\nprp_id: ../x\ntitle: T\n---\n# T\n{PHASE}")),
        ("prp::bad_number", "PRP-1.md", front("stage: last")),
        ("prp::bad_path", "PRP-1.md", front("files_modified: [/etc/passwd]")),
        ("prp::dependency_range", "PRP-1.md", front("dependencies: PRP-2 through PRP-9")),
        ("prp::duplicate_phase", "PRP-1.md", body(&format!("{PHASE}### Phase 1: B\n"))),
        ("prp::id_mismatch", "PRP-2-x.md", front("status: new")),
        ("plan::unknown_field", "plan.md", phase("**Depedencies**: Phase 1")),
        ("prp::missing_id", "PRP-1.md", format!("# T\n{PHASE}")),
        ("prp::missing_title", "PRP-1.md", format!("---\nprp_id: PRP-1\n---\n{PHASE}")),
        ("prp::no_implementation", "PRP-1.md", body("## Fix\n### Phase 1: A\n## Rollout\n### Phase 1: B\n")),
        ("prp::no_phases", "PRP-1.md", body("## Implementation\n## Notes\nLater.\n")),
        ("prp::open_fence", "PRP-1.md", body(&format!("{PHASE}```\n### Phase 2: B\n"))),
        ("prp::prose_file", "PRP-1.md", body(&format!("{PHASE}## Files Modified\n- most of them\n"))),
        ("prp::self_dependency", "PRP-1.md", front("dependencies: [PRP-1]")),
        ("prp::single_phase", "PRP-1.md", body("## Implementation\n1. a\n2. b\n")),
        ("prp::step_headings", "PRP-1.md", body("## Implementation\n### Step 1: A\n")),
        ("prp::unknown_complexity", "PRP-1.md", front("complexity: tricky")),
        ("prp::unknown_status", "PRP-1.md", front("status: rejected")),
    ]
}

/// Writes a problem as people could check it: place, quoted text, message, way out.
fn show(text: &str, problem: &Problem, out: &mut String) {
    let lines = LineIndex::new(text);
    let place = |span: &std::ops::Range<usize>| {
        let quoted: String = text[span.clone()].chars().take(60).collect();
        format!("line {}: {quoted:?}", lines.line(span.start))
    };
    let severity = if problem.is_error() { "error" } else { "warning" };
    let span = problem.span.as_ref().map_or_else(|| "no place".to_owned(), place);
    let help = problem.help.as_deref().unwrap_or("NO HELP");
    writeln!(out, "{severity}[{}] {}\n  {span}", problem.code, problem.message).expect("a string takes it");
    for label in &problem.labels {
        writeln!(out, "  {} - {}", place(&label.span), label.text).expect("a string takes it");
    }
    writeln!(out, "  help: {help}\n").expect("a string takes it");
}

#[test]
fn every_finding_has_a_text_a_place_and_a_way_out() {
    let mut shown = String::new();
    let mut seen = BTreeSet::new();
    for (code, name, text) in samples() {
        let document = document(Path::new(name), text.as_bytes());
        let problem = document.problems().iter().find(|problem| problem.code == code);
        let problem = problem.unwrap_or_else(|| unreachable!("{code} is not found: {:?}", document.problems()));
        show(document.text(), problem, &mut shown);
        seen.insert(code);
    }
    let (prp, problems) = prp(Path::new("PRP-1.md"), b"# Caf\xe9\n");
    let text = problems.iter().find(|problem| problem.code == "file::not_utf8").expect("latin-1 is found");
    show(&prp.text, text, &mut shown);
    seen.insert(text.code);
    let (first, text) = (front("dependencies: [PRP-12]\nconflicts_with: [PRP-77]"), front(""));
    let read = |path: &str, text: &str| batchprp::model::read::prp(Path::new(path), text.as_bytes()).0;
    let prps = [read("a/PRP-1-x.md", &first), read("b/PRP-1-y.md", &text)];
    let known = prps.iter().filter_map(|prp| prp.id.clone()).chain(["PRP-13".parse().expect("an id")]).collect();
    for finding in
        batchprp::model::read::duplicates(&prps).into_iter().chain(batchprp::model::read::unknown_ids(&prps, &known))
    {
        let text = if finding.path == Path::new("a/PRP-1-x.md") { &first } else { &text };
        show(text, &finding.problem, &mut shown);
        seen.insert(finding.problem.code);
    }
    insta::assert_snapshot!(shown);
    // These need documents of many megabytes, whole folders, or a reader of the project, and have tests of their own.
    seen.extend([
        "file::too_large",
        "format::reader",
        "format::said",
        "file::unreadable",
        "graph::cycle",
        "plan::too_many_dependencies",
    ]);
    assert_eq!(seen, CATALOGUE.iter().map(|(code, _)| *code).collect());
}

#[test]
fn a_plan_with_too_many_dependencies_is_refused_and_cheap() {
    let mut text = "# T\n".to_owned();
    for at in 1..=1500 {
        writeln!(text, "### Phase {at}: p\n**Goal**: g\n**Dependencies**: Phase 1-1500").expect("a string takes it");
    }
    let (_, problems) = plan(Path::new("plan.md"), text.as_bytes());
    assert!(problems.iter().any(|problem| problem.code == "plan::too_many_dependencies"));
    assert!(problems.iter().filter(|problem| problem.code == "plan::cycle").count() <= 20);
}

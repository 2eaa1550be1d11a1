//! What the readers make of the peculiarities of real documents; every fixture was written for this test.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use batchprp::model::inspect::Inspection;
use batchprp::model::read::plan;
use batchprp::model::read::prp;
use batchprp::model::read::{ReadDocument, document};

mod reading {
    pub(crate) mod plans;
    pub(crate) mod prps;
}

/// Reads a PRP from a file of a good name.
fn read(text: &str) -> Inspection {
    let (prp, problems) = prp(Path::new("PRPs/PRP-7.1.1-x.md"), text.as_bytes());
    Inspection::new(&ReadDocument::Prp(Box::new(prp), problems))
}

fn read_plan(text: &str) -> Inspection {
    let (plan, problems) = plan(Path::new("plan.md"), text.as_bytes());
    Inspection::new(&ReadDocument::Plan(Box::new(plan), problems))
}

fn labels(read: &Inspection) -> Vec<&str> {
    read.phases.iter().map(|phase| phase.label.as_str()).collect()
}

/// Codes with severity and line, in order: `error prp::bad_id:2`.
fn codes(read: &Inspection) -> Vec<String> {
    let show = |problem: &batchprp::model::inspect::InspectedProblem| {
        format!("{} {}:{}", problem.severity, problem.code, problem.line.unwrap_or(0))
    };
    read.problems.iter().map(show).collect()
}

#[test]
fn the_kind_is_decided_by_id_then_fields_then_names() {
    let plan = "# T\n### Phase 1: A\n**Goal**: g\n**Dependencies**: None\n**Steps**:\n1. x\n**Gates**:\n- y\n";
    let kind = |path: &str, text: &str| Inspection::new(&document(Path::new(path), text.as_bytes())).kind;
    assert_eq!(kind("x.md", plan), "plan");
    assert_eq!(kind("PRP-9-PLAN.md", plan), "plan");
    assert_eq!(kind("x.md", &format!("---\nprp_id: 9.1\n---\n{plan}")), "prp");
    assert_eq!(kind("x.md", &format!("---\nprp_id: PRP-9-DRAFT\n---\n{plan}")), "plan");
    assert_eq!(kind("PRP-9-x.md", "# T\n## Implementation\n### Phase 1: A\n**Goal**: g\n"), "prp");
    assert_eq!(kind("x.md", "# A Plan\n### Phase 1: A\n"), "plan");
    assert_eq!(kind("x.md", "# Notes\ntext\n"), "prp");
    assert_eq!(kind("x.md", "# T\n## Mega-Phase 1: M\n[p](p.md)\n"), "plan");
}

#[test]
fn documents_that_are_too_large_or_not_text_are_errors() {
    let (_, problems) = prp(Path::new("PRP-1.md"), &vec![b'a'; 50 * 1024 * 1024 + 1]);
    assert!(problems.iter().any(|problem| problem.code == "file::too_large" && problem.is_error()));
    let (read, problems) = prp(Path::new("PRP-1.md"), b"# Caf\xe9\n");
    assert_eq!(read.title.as_deref(), Some("Caf\u{fffd}"));
    assert!(problems.iter().any(|problem| problem.code == "file::not_utf8" && problem.is_error()));
}

/// Ten times the phases may take ten times as long, and not a hundred times.
#[test]
fn reading_takes_linear_time() {
    grows_linearly(1_000);
}

#[test]
#[ignore = "takes long without optimisation: cargo test --release --test reading -- --ignored"]
fn a_hundred_thousand_phases_are_read_in_linear_time() {
    grows_linearly(10_000);
}

fn grows_linearly(count: usize) {
    let time = |count: usize| -> Duration {
        let mut text = "---\nprp_id: PRP-1\ntitle: t\n---\n## Implementation\n".to_owned();
        let mut phases = "# T\n".to_owned();
        for at in 1..=count {
            writeln!(text, "### Phase {at}: p (1h)\n- [ ] a\n**Command**: `true`").expect("a string takes it");
            writeln!(phases, "### Phase {at}: p\n**Goal**: g\n**Dependencies**: Phase {}\n**Steps**:\n1. a", at / 2)
                .expect("a string takes it");
        }
        let start = Instant::now();
        assert_eq!(read(&text).phases.len(), count);
        assert_eq!(read_plan(&phases).phases.len(), count);
        start.elapsed()
    };
    time(100);
    let (small, large) = (time(count), time(count * 10));
    assert!(large < small * 30, "{small:?} for {count} phases, {large:?} for ten times as many");
}

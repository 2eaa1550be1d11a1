//! Documents with the peculiarities of real ones, each with the points and findings that a person gave it by the rules.

use std::path::Path;

use batchprp::model::prp::Prp;
use batchprp::model::read;
use batchprp::review::{Finding, FindingSeverity, Review, structural};

/// A document, and what a person reads off it by the rules.
struct Case {
    name: &'static str,
    text: &'static str,
    score: f64,
    /// Points of the ten checks in order.
    points: [f64; 10],
    /// Severity, category and line of every finding in order.
    findings: &'static [&'static str],
}

/// What one reads off each document: see the comment above it.
const CASES: [Case; 12] = [
    // Everything is there.
    Case { name: "canonical", text: include_str!("prps/canonical.md"), score: 10.0, points: [1.0; 10], findings: &[] },
    // Gates are checklists without a command; risks are sub-sections.
    Case {
        name: "checklists",
        text: include_str!("prps/checklists.md"),
        score: 9.0,
        points: [1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        findings: &["warning gates 27"],
    },
    // Phases stand outside of the implementation, one of them in a nested fence; a fence is one gate.
    Case {
        name: "nested-fences",
        text: include_str!("prps/nested-fences.md"),
        score: 7.4,
        points: [1.0, 1.0, 1.0, 0.0, 0.4, 0.0, 1.0, 1.0, 1.0, 1.0],
        findings: &["error prp::no_implementation 20", "warning gates 34", "warning files 1"],
    },
    // No frontmatter; gates in words; files and dependencies in sections of the body; acceptance below testing.
    Case {
        name: "no-frontmatter",
        text: include_str!("prps/no-frontmatter.md"),
        score: 6.0,
        points: [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0],
        findings: &[
            "error prp::missing_id 1",
            "error prp::no_implementation 1",
            "warning gates 26",
            "warning files 21",
            "warning dependencies 42",
        ],
    },
    // Numbered sections; a letter as id; rollout phases are no phases; the way back names no risk.
    Case {
        name: "PRP-B",
        text: include_str!("prps/numbered-sections.md"),
        score: 8.1,
        points: [1.0, 1.0, 1.0, 1.0, 0.6, 1.0, 1.0, 0.0, 1.0, 0.5],
        findings: &["warning gates 27", "warning acceptance 1", "info risks 54"],
    },
    // Four gates; no files, no acceptance, no risks; hours under another key.
    Case {
        name: "undeclared",
        text: include_str!("prps/undeclared-files.md"),
        score: 6.8,
        points: [1.0, 1.0, 1.0, 1.0, 0.8, 0.0, 1.0, 0.0, 1.0, 0.0],
        findings: &["warning gates 24", "warning files 1", "warning acceptance 1", "info risks 1"],
    },
    // Emoji in headings; steps as phases without durations; nothing about tests.
    Case {
        name: "emoji-steps",
        text: include_str!("prps/emoji-steps.md"),
        score: 6.4,
        points: [1.0, 1.0, 1.0, 0.8, 0.6, 0.0, 1.0, 1.0, 0.0, 0.0],
        findings: &["info phases 15", "warning gates 20", "warning files 1", "warning testing 1", "info risks 1"],
    },
    // Goal, why, what; tasks in a fence are no phases; the validation loop says how it is tested.
    Case {
        name: "goal-why-what",
        text: include_str!("prps/goal-why-what.md"),
        score: 6.2,
        points: [0.0, 1.0, 1.0, 0.6, 0.6, 0.0, 0.0, 1.0, 1.0, 1.0],
        findings: &[
            "error prp::missing_id 6",
            "warning phases 29",
            "info phases 29",
            "warning gates 48",
            "warning files 1",
            "warning dependencies 1",
        ],
    },
    // A numbered list is one phase; files under a heading.
    Case {
        name: "tasks-in-one",
        text: include_str!("prps/tasks-in-one.md"),
        score: 7.0,
        points: [0.0, 1.0, 1.0, 0.8, 0.2, 0.5, 0.5, 1.0, 1.0, 1.0],
        findings: &[
            "error prp::missing_id 1",
            "info phases 9",
            "warning gates 18",
            "warning files 10",
            "warning dependencies 28",
        ],
    },
    // Dependencies on packages are none on PRPs; two criteria; no tests.
    Case {
        name: "steps-only",
        text: include_str!("prps/steps-only.md"),
        score: 3.7,
        points: [0.0, 1.0, 1.0, 0.8, 0.2, 0.0, 0.0, 0.7, 0.0, 0.0],
        findings: &[
            "error prp::missing_id 1",
            "info phases 20",
            "warning gates 28",
            "warning files 1",
            "warning dependencies 1",
            "warning acceptance 9",
            "warning testing 1",
            "info risks 1",
        ],
    },
    // Labels with letters, durations as a range; the criteria are the last gate.
    Case {
        name: "lettered",
        text: include_str!("prps/lettered-phases.md"),
        score: 7.0,
        points: [1.0, 1.0, 1.0, 0.8, 0.2, 0.0, 1.0, 1.0, 1.0, 0.0],
        findings: &["info phases 21", "warning gates 32", "warning files 1", "info risks 1"],
    },
    // A label used twice, a path that leaves the project, itself as dependency: nothing of the three can be used. A
    // fence is one gate; criteria are rows of a table; the risks are one sentence.
    Case {
        name: "PRP-76.2.1-second-printer",
        text: include_str!("prps/refused.md"),
        score: 6.2,
        points: [1.0, 1.0, 1.0, 0.0, 0.2, 0.0, 0.0, 1.0, 1.0, 1.0],
        findings: &[
            "error prp::duplicate_phase 25",
            "warning gates 28",
            "error prp::bad_path 10",
            "error prp::self_dependency 7",
        ],
    },
];

/// Reads a document as a review does: with what the reader refuses.
fn read(name: &str, bytes: &[u8]) -> Prp {
    let (mut prp, problems) = read::prp(Path::new(&format!("{name}.md")), bytes);
    prp.problems = problems;
    prp
}

fn check(name: &str, review: &Review, score: f64, points: [f64; 10]) {
    let seen = review.checks.iter().map(|check| check.points).collect::<Vec<_>>();
    assert_eq!(seen, points, "{name}");
    assert!((review.score - score).abs() < 1e-9, "{name}: {}", review.score);
    for finding in review.findings() {
        let placed = finding.line.is_some_and(|line| line >= 1) && finding.file == format!("{name}.md");
        assert!(placed && !finding.suggestion.is_empty() && !finding.description.is_empty(), "{finding:?}");
    }
    let passed =
        review.checks.iter().all(|check| check.passed == check.findings.is_empty() && !check.evidence.is_empty());
    assert!(passed, "{name}: {:#?}", review.checks);
}

#[test]
fn documents_of_all_kinds_get_the_points_that_a_person_gave_them() {
    for case in CASES {
        let review = structural(&read(case.name, case.text.as_bytes()));
        check(case.name, &review, case.score, case.points);
        let line = |finding: &Finding| finding.line.unwrap_or_default();
        let seen = review.findings().map(|f| format!("{} {} {}", f.severity.as_str(), f.category, line(f)));
        assert_eq!(seen.collect::<Vec<_>>(), case.findings, "{}", case.name);
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    for case in CASES {
        let text = format!("\u{feff}{}", case.text.replace('\n', "\r\n"));
        check(case.name, &structural(&read(case.name, text.as_bytes())), case.score, case.points);
    }
}

#[test]
fn a_document_in_another_encoding_and_language_is_reviewed_to_the_end() {
    let bytes = b"# Integra\xe7\xe3o\n\n## Problema\nA p\xe1gina n\xe3o responde.\n";
    let review = structural(&read("latin1", bytes));
    check("latin1", &review, 0.0, [0.0; 10]);
    assert!(review.findings().any(|finding| finding.severity == FindingSeverity::Error));
}

#[test]
fn findings_point_to_the_line_that_they_are_about() {
    let line = |index: usize, category: &str| {
        let Case { name, text, .. } = CASES[index];
        let review = structural(&read(name, text.as_bytes()));
        let found = review.findings().find(|finding| finding.category == category).cloned().expect(category);
        let line = found.line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
        let span = found.span.clone().map(|span| text[span].to_owned()).unwrap_or_default();
        assert!(line.contains(span.lines().next().unwrap_or_default()), "{found:?}");
        line.to_owned()
    };
    assert_eq!(line(1, "gates"), "- [ ] the ledger is merged");
    assert_eq!(line(3, "dependencies"), "## Dependencies");
    assert_eq!(line(4, "risks"), "### Rollback Strategy");
    assert_eq!(line(6, "phases"), "### Step 1: List");
    assert_eq!(line(9, "acceptance"), "## Success Criteria");
}

#[test]
fn a_pattern_that_matches_everything_and_empty_sections_are_seen() {
    let text = CASES[0].text.replace("[src/ledger.rs, tests/ledger.rs]", "[\"**\"]");
    let text =
        text.replace("A ledger file to which every booking is appended before it is confirmed to the customer.", "TBD");
    let text = text.replace("Define one line per booking and write a reader and a writer for it.\n", "");
    let mut prp = read("thin", text.as_bytes());
    prp.files = vec!["**/*".to_owned()];
    prp.problems.clear();
    let review = structural(&prp);
    check("thin", &review, 8.8, [1.0, 1.0, 0.5, 0.8, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn an_empty_document_has_no_points_and_does_no_harm() {
    for bytes in [&b""[..], b"---\n", b"---\n---\n", b"```\n", b"## \n### \n"] {
        assert!(structural(&read("empty", bytes)).score < 1.0);
    }
    assert!(structural(&Prp::default()).score.abs() < 1e-9);
}

//! Documents with the peculiarities of real ones, each with the points that a person gave it by the rules.

use std::path::Path;

use batchprp::model::prp::Prp;
use batchprp::model::read;
use batchprp::review::{Review, Severity, structural};

/// Name, text, score, points of the ten checks in order.
type Case = (&'static str, &'static str, f64, [f64; 10]);

/// What one reads off each document: see the comment above it.
const CASES: [Case; 11] = [
    // Everything is there.
    ("canonical", include_str!("prps/canonical.md"), 10.0, [1.0; 10]),
    // Gates are checklists without a command; risks are sub-sections.
    ("checklists", include_str!("prps/checklists.md"), 9.0, [1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    // Phases stand outside of the implementation, one of them in a nested fence; a fence is one gate.
    ("nested-fences", include_str!("prps/nested-fences.md"), 7.4, [1.0, 1.0, 1.0, 0.0, 0.4, 0.0, 1.0, 1.0, 1.0, 1.0]),
    // No frontmatter; gates in words; files and dependencies in sections of the body; acceptance below testing.
    ("no-frontmatter", include_str!("prps/no-frontmatter.md"), 6.0, [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0]),
    // Numbered sections; a letter as id; rollout phases are no phases; the way back names no risk.
    ("PRP-B", include_str!("prps/numbered-sections.md"), 8.1, [1.0, 1.0, 1.0, 1.0, 0.6, 1.0, 1.0, 0.0, 1.0, 0.5]),
    // Four gates; no files, no acceptance, no risks; hours under another key.
    ("undeclared", include_str!("prps/undeclared-files.md"), 6.8, [1.0, 1.0, 1.0, 1.0, 0.8, 0.0, 1.0, 0.0, 1.0, 0.0]),
    // Emoji in headings; steps as phases without durations; nothing about tests.
    ("emoji-steps", include_str!("prps/emoji-steps.md"), 6.4, [1.0, 1.0, 1.0, 0.8, 0.6, 0.0, 1.0, 1.0, 0.0, 0.0]),
    // Goal, why, what; tasks in a fence are no phases; the validation loop says how it is tested.
    ("goal-why-what", include_str!("prps/goal-why-what.md"), 5.6, [0.0, 1.0, 1.0, 0.0, 0.6, 0.0, 0.0, 1.0, 1.0, 1.0]),
    // A numbered list is one phase; files under a heading.
    ("tasks-in-one", include_str!("prps/tasks-in-one.md"), 7.0, [0.0, 1.0, 1.0, 0.8, 0.2, 0.5, 0.5, 1.0, 1.0, 1.0]),
    // Dependencies on packages are none on PRPs; two criteria; no tests.
    ("steps-only", include_str!("prps/steps-only.md"), 3.7, [0.0, 1.0, 1.0, 0.8, 0.2, 0.0, 0.0, 0.7, 0.0, 0.0]),
    // Labels with letters, durations as a range; the criteria are the last gate.
    ("lettered", include_str!("prps/lettered-phases.md"), 7.0, [1.0, 1.0, 1.0, 0.8, 0.2, 0.0, 1.0, 1.0, 1.0, 0.0]),
];

fn read(name: &str, bytes: &[u8]) -> Prp {
    read::prp(Path::new(&format!("{name}.md")), bytes).0
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
    for (name, text, score, points) in CASES {
        check(name, &structural(&read(name, text.as_bytes())), score, points);
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    for (name, text, score, points) in CASES {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        check(name, &structural(&read(name, text.as_bytes())), score, points);
    }
}

#[test]
fn a_document_in_another_encoding_and_language_is_reviewed_to_the_end() {
    let bytes = b"# Integra\xe7\xe3o\n\n## Problema\nA p\xe1gina n\xe3o responde.\n";
    let review = structural(&read("latin1", bytes));
    check("latin1", &review, 0.0, [0.0; 10]);
    assert!(review.findings().any(|finding| finding.severity == Severity::Error));
}

#[test]
fn findings_point_to_the_line_that_they_are_about() {
    let line = |index: usize, category: &str| {
        let (name, text, ..) = CASES[index];
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
    let text = CASES[0].1.replace("[src/ledger.rs, tests/ledger.rs]", "[\"**\"]");
    let text =
        text.replace("A ledger file to which every booking is appended before it is confirmed to the customer.", "TBD");
    let text = text.replace("Define one line per booking and write a reader and a writer for it.\n", "");
    let mut prp = read("thin", text.as_bytes());
    prp.files = vec!["**/*".to_owned()];
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

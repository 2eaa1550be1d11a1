use batchprp::model::phase::Phase;
use batchprp::model::prp::{Prp, Section};
use batchprp::model::validation::{LevelResult, LevelVerdict, ValidationRecord};
use batchprp::review::{PhaseFacts, Review, WorkFacts, executed};

const TEXT: &str = "\
---
prp_id: PRP-47.1.1
files_modified: [src/a.rs]
---
## Implementation
### Phase 1: One
### Phase 2: Two
## Acceptance Criteria
- [x] it works
- [ ] it is fast
";

fn prp() -> Prp {
    let at = |needle: &str| TEXT.find(needle).expect("part of the text");
    let phase = |ordinal: u32, title: &str| {
        let start = at(&format!("### Phase {ordinal}"));
        let heading = start..start + format!("### Phase {ordinal}: {title}").len();
        let line = TEXT[..start].lines().count() + 1;
        let label = ordinal.to_string();
        Phase { label, ordinal, title: title.to_owned(), minutes: None, line, span: heading.clone(), heading }
    };
    let criteria = at("## Acceptance");
    Prp {
        path: "PRPs/executed/PRP-47.1.1-one.md".into(),
        text: TEXT.to_owned(),
        id: "PRP-47.1.1".parse().ok(),
        files: vec!["src/a.rs".to_owned()],
        phases: vec![phase(1, "One"), phase(2, "Two")],
        sections: vec![Section {
            title: "Acceptance Criteria".to_owned(),
            heading: criteria..criteria + "## Acceptance Criteria".len(),
            span: criteria..TEXT.len(),
        }],
        ..Prp::default()
    }
}

fn record(result: LevelVerdict) -> ValidationRecord {
    let errors = if result == LevelVerdict::Failed { vec!["assertion failed".to_owned()] } else { Vec::new() };
    let level = LevelResult { level: 3, result, commands: Vec::new(), errors, log: None, duration: 1.0 };
    ValidationRecord {
        schema_version: 1,
        prp: "PRP-47.1.1".to_owned(),
        phase: 1,
        level: 4,
        levels: vec![level],
        changed: Vec::new(),
    }
}

fn done(ordinal: u32, result: Option<LevelVerdict>) -> PhaseFacts {
    PhaseFacts { ordinal, commit: Some("c".to_owned()), validation: result.map(record) }
}

fn facts(phases: Vec<PhaseFacts>) -> WorkFacts {
    WorkFacts { phases, files: vec!["src/a.rs".to_owned()], ..WorkFacts::default() }
}

fn found(review: &Review) -> Vec<(String, Option<usize>)> {
    review.findings().map(|finding| (finding.category.clone(), finding.line)).collect()
}

#[test]
fn good_work_lacks_only_what_is_not_ticked() {
    let review =
        executed(&prp(), &facts(vec![done(1, Some(LevelVerdict::Passed)), done(2, Some(LevelVerdict::Passed))]));
    assert_eq!(found(&review), [("open_criterion".to_owned(), Some(10))]);
    assert!((review.score - 9.5).abs() < 1e-9, "{}", review.score);
}

#[test]
fn commits_without_proof_are_not_enough() {
    let review = executed(&prp(), &facts(vec![done(1, None), done(2, Some(LevelVerdict::Failed))]));
    let validation = review.check("validation").unwrap();
    assert!(validation.points.abs() < 1e-9);
    assert!(validation.findings.iter().all(batchprp::review::Finding::is_error));
    assert!(validation.findings[1].description.contains("assertion failed"));
    assert!(validation.findings[1].suggestion.contains("batchprp exe PRP-47.1.1"));
}

#[test]
fn skipped_levels_are_not_passed() {
    let review =
        executed(&prp(), &facts(vec![done(1, Some(LevelVerdict::Skipped)), done(2, Some(LevelVerdict::Manual))]));
    let validation = review.check("validation").unwrap();
    assert!((validation.points - 1.5).abs() < 1e-9 && !validation.passed);
}

#[test]
fn a_phase_without_a_checkpoint_is_an_error_at_its_heading() {
    let review = executed(&prp(), &facts(vec![done(1, Some(LevelVerdict::Passed))]));
    assert!(found(&review).contains(&("missing_commit".to_owned(), Some(7))));
    let claimed = PhaseFacts { ordinal: 2, commit: None, validation: Some(record(LevelVerdict::Passed)) };
    let review = executed(&prp(), &facts(vec![done(1, Some(LevelVerdict::Passed)), claimed]));
    assert!((review.check("commits").unwrap().points - 1.5).abs() < 1e-9);
    assert!((review.check("validation").unwrap().points - 1.5).abs() < 1e-9);
}

#[test]
fn files_outside_the_declared_ones_and_markers_are_named_with_their_place() {
    let mut facts = facts(vec![done(1, Some(LevelVerdict::Passed)), done(2, Some(LevelVerdict::Passed))]);
    facts.files = vec!["src/b.rs".to_owned()];
    facts.diff = "--- a/src/b.rs\n+++ b/src/b.rs\n@@ -7,0 +8,2 @@\n+// FIXME: later\n+<<<<<<< ours\n".to_owned();
    let review = executed(&prp(), &facts);
    let named = |category: &str| review.findings().find(|finding| finding.category == category).cloned().unwrap();
    assert_eq!(named("unchanged_file").line, Some(3));
    assert!(named("undeclared_file").description.contains("src/b.rs"));
    assert_eq!((named("leftover").file.as_str(), named("leftover").line), ("src/b.rs", Some(8)));
    assert!(named("conflict_marker").is_error());
    assert!(review.check("leftovers").unwrap().points.abs() < 1e-9);
}

#[test]
fn an_empty_prp_is_reviewed_without_a_crash() {
    let review = executed(&Prp::default(), &WorkFacts::default());
    assert!(review.score < 5.0 && review.check("commits").unwrap().findings[0].is_error());
}

use batchprp::review::{
    BatchReport, Finding, FindingSeverity, NeedsManualReview, PrpReport, ReviewVerdict, RulePart, SemanticPart,
    annotations, markdown, parse_answer,
};
use serde_json::json;

fn finding(severity: FindingSeverity, description: &str) -> Finding {
    Finding {
        severity,
        category: "gates".to_owned(),
        file: "PRPs/a,b.md".to_owned(),
        line: Some(12),
        description: description.to_owned(),
        suggestion: "add some".to_owned(),
        span: Some(3..9),
    }
}

fn rules(score: f64) -> RulePart {
    RulePart { score, findings: vec![finding(FindingSeverity::Warning, "few gates")] }
}

fn report() -> BatchReport {
    let answer = parse_answer(r#"{"score": 9, "summary": "good\n::error::x", "findings": []}"#);
    let manual = Err(NeedsManualReview("the answer holds no JSON object".to_owned()));
    let prps = vec![
        PrpReport::new("PRP-47.1.1", "a.md", Some(rules(8.0)), Some(answer.into()), 7.0),
        PrpReport::new("PRP-47.1.2", "b.md", Some(rules(8.0)), Some(manual.into()), 7.0),
        PrpReport::new("PRP-47.1.3", "c.md", Some(rules(3.0)), None, 7.0),
    ];
    BatchReport::new(Some(47), "full", 7.0, prps, vec![finding(FindingSeverity::Error, "a circle")])
}

#[test]
fn parts_are_averaged_and_an_unreadable_answer_leaves_no_score() {
    let report = report();
    let seen = report.prps.iter().map(|prp| (prp.score, prp.verdict)).collect::<Vec<_>>();
    assert_eq!(
        seen,
        [
            (Some(8.5), ReviewVerdict::Approve),
            (None, ReviewVerdict::NeedsManualReview),
            (Some(3.0), ReviewVerdict::Reject)
        ]
    );
    assert_eq!((report.score, report.verdict), (Some(5.8), ReviewVerdict::Reject));
}

#[test]
fn an_error_by_rule_is_not_made_good_by_a_high_score() {
    let broken = RulePart { score: 9.0, findings: vec![finding(FindingSeverity::Error, "no phases")] };
    assert_eq!(PrpReport::new("PRP-1", "a.md", Some(broken), None, 7.0).verdict, ReviewVerdict::NeedsRevision);
}

#[test]
fn a_batch_that_is_not_consistent_is_not_approved() {
    let good = || vec![PrpReport::new("PRP-1", "a.md", Some(rules(9.0)), None, 7.0)];
    assert_eq!(BatchReport::new(None, "structural", 7.0, good(), Vec::new()).verdict, ReviewVerdict::Approve);
    let broken = BatchReport::new(None, "structural", 7.0, good(), vec![finding(FindingSeverity::Error, "x")]);
    assert_eq!(broken.verdict, ReviewVerdict::NeedsRevision);
}

#[test]
fn the_json_has_the_published_form_and_is_read_back() {
    let report = report();
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!(value["reviews"][0]["verdict"], json!("APPROVE"));
    assert_eq!(value["reviews"][2]["semantic"], json!(null));
    assert_eq!(value["reviews"][1]["score"], json!(null));
    assert_eq!(
        value["reviews"][0]["structural"]["findings"][0],
        json!({"severity": "warning", "category": "gates", "file": "PRPs/a,b.md", "line": 12,
               "description": "few gates", "suggestion": "add some"})
    );
    let back: BatchReport = serde_json::from_value(value).unwrap();
    assert_eq!(markdown(&back), markdown(&report));
}

#[test]
fn the_markdown_names_verdicts_places_and_ways_out() {
    let text = markdown(&report());
    for part in [
        "# Review of batch 47",
        "| PRP-47.1.2 | 8.0/10 | ?/10 | ? | NEEDS_MANUAL_REVIEW |".replace("?/10", "?").as_str(),
        "- **error** gates PRPs/a,b.md:12: a circle → add some",
        "A person has to review this PRP: the answer holds no JSON object",
        "good ::error::x",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn annotations_are_one_line_each_and_cannot_be_forged() {
    let mut forged = finding(FindingSeverity::Error, "50%\n::warning::forged");
    forged.suggestion = String::new();
    assert_eq!(
        annotations([&forged, &finding(FindingSeverity::Info, "note")]),
        "::error file=PRPs/a%2Cb.md,line=12,title=gates::50%25%0A::warning::forged\n\
         ::notice file=PRPs/a%2Cb.md,line=12,title=gates::note%0Aadd some\n"
    );
}

#[test]
fn an_error_of_the_reviewer_counts_and_is_about_the_document_when_it_names_no_file() {
    let answer = r#"{"score": 9, "findings": [{"severity": "error", "category": "scope", "description": "too wide"}]}"#;
    let semantic = SemanticPart::from(parse_answer(answer));
    let report = PrpReport::new("PRP-9.1.1", "PRPs/a.md", None, Some(semantic), 7.0);
    assert_eq!((report.verdict, report.score), (ReviewVerdict::NeedsRevision, Some(9.0)));
    assert_eq!(report.findings().map(|finding| finding.file.as_str()).collect::<Vec<_>>(), ["PRPs/a.md"]);
}

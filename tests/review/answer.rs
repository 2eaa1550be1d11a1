use batchprp::review::{FindingSeverity, answer_schema, parse_answer, parse_value};
use serde_json::{Value, json};

const GOOD: &str = r#"{"score": 8.5, "summary": "sound", "findings": [
    {"severity": "warning", "category": "scope", "file": "a.md", "line": 4, "description": "too wide", "suggestion": "split"}]}"#;

fn refused(text: &str) -> String {
    parse_answer(text).expect_err(text).0
}

#[test]
fn the_last_object_in_the_text_is_the_answer() {
    let text = format!("I looked at {{this}}. A draft: {{\"score\": 2}}\n```json\n{GOOD}\n```\nThat is all.");
    let review = parse_answer(&text).unwrap();
    assert!((review.score - 8.5).abs() < 1e-9);
    assert_eq!((review.findings[0].severity, review.findings[0].line), (FindingSeverity::Warning, Some(4)));
}

#[test]
fn what_cannot_be_read_is_never_a_score() {
    assert!(refused("looks good, 9/10").contains("no JSON object"));
    assert!(refused("").contains("no JSON object"));
    assert!(refused(r#"{"verdict": "APPROVE"}"#).contains("no `score`"));
    assert!(refused(r#"{"score": "8/10"}"#).contains("schema"));
    assert!(refused(r#"{"score": 11}"#).contains("between 0 and 10"));
    assert!(refused(r#"{"score": -1}"#).contains("between 0 and 10"));
    assert!(
        refused(r#"{"score": 8, "findings": [{"severity": "awful", "category": "x", "description": "y"}]}"#)
            .contains("schema")
    );
    assert!(
        refused(r#"{"score": 8, "findings": [{"severity": "error", "category": "x", "description": " "}]}"#)
            .contains("description")
    );
    assert!(refused("[8]").contains("no JSON object"));
}

#[test]
fn an_answer_that_is_cut_off_does_not_fall_back_to_an_older_object() {
    assert!(refused("The form is {\"score\": 10}.\n{\"score\": 2, \"findings\": [").contains("cut off"));
    // The last whole object is then one of the findings.
    assert!(refused(&GOOD[..GOOD.len() - 2]).contains("score"));
}

#[test]
fn deep_and_long_answers_end() {
    assert!(parse_answer(&"{\"a\":".repeat(2_000)).is_err());
    assert!(parse_answer(&"{".repeat(100_000)).is_err());
}

#[test]
fn a_value_is_read_like_a_text_and_more_keys_do_no_harm() {
    let review = parse_value(json!({"score": 7, "confidence": "high", "findings": []})).unwrap();
    assert_eq!((review.score, review.summary.as_str()), (7.0, ""));
}

#[test]
fn keys_that_are_null_are_not_given() {
    let finding = json!({"severity": "info", "category": "x", "file": null, "line": null, "description": "y", "suggestion": null});
    let review = parse_value(json!({"score": 7, "summary": "", "findings": [finding]})).unwrap();
    assert_eq!((review.findings[0].file.as_str(), review.findings[0].line), ("", None));
}

#[test]
fn the_schema_is_strict_and_names_what_the_reader_reads() {
    let schema: Value = serde_json::from_str(&answer_schema()).unwrap();
    assert_eq!(schema["required"], json!(["findings", "score", "summary"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    let finding = &schema["properties"]["findings"]["items"];
    assert_eq!(finding["additionalProperties"], json!(false));
    let names = finding["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names, ["category", "description", "file", "line", "severity", "suggestion"]);
    assert_eq!(finding["properties"]["line"]["type"], json!(["integer", "null"]));
    assert_eq!(finding["required"].as_array().unwrap().len(), 6);
    let text = answer_schema();
    assert!(!text.contains("$ref") && !text.contains("\"format\"") && !text.contains("critical"), "{text}");
}

//! What a reviewing agent answers: its schema, and reading it without believing more than it says.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::finding::Finding;

/// Bytes at the end of a text in which the answer is looked for.
const LONGEST: usize = 256 * 1024;

/// The answer of the reviewer role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SemanticReview {
    /// Score out of 10, decimals allowed.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub score: f64,
    /// The judgement in one or two sentences.
    #[serde(default)]
    pub summary: String,
    /// Everything that should be changed.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

/// The answer cannot be used: a person has to review. Holds the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NeedsManualReview(pub String);

/// Reads the answer out of the final text of an agent: the last JSON object in it.
pub fn parse_answer(text: &str) -> Result<SemanticReview, NeedsManualReview> {
    let (value, rest) =
        last_object(text).ok_or_else(|| NeedsManualReview("the answer holds no JSON object".to_owned()))?;
    // An object that starts after the last whole one was cut off: the whole one before it is not the answer.
    if opens_object(rest) {
        return Err(NeedsManualReview("the JSON object at the end of the answer is cut off".to_owned()));
    }
    parse_value(value)
}

/// Reads the answer when it came as a value, such as `output.review` of a result file.
pub fn parse_value(value: Value) -> Result<SemanticReview, NeedsManualReview> {
    if value.get("score").is_none() {
        return Err(NeedsManualReview("the answer has no `score`".to_owned()));
    }
    let review: SemanticReview = serde_json::from_value(value)
        .map_err(|error| NeedsManualReview(format!("the answer does not fit the schema: {error}")))?;
    if !(0.0..=10.0).contains(&review.score) {
        return Err(NeedsManualReview(format!("the score {} is not between 0 and 10", review.score)));
    }
    if let Some(empty) = review.findings.iter().find(|finding| finding.description.trim().is_empty()) {
        return Err(NeedsManualReview(format!("a finding of category `{}` has no description", empty.category)));
    }
    Ok(review)
}

/// Returns the JSON Schema of the answer, as agents take it on their command line.
///
/// Every property is required and no other is allowed, which is what the strict modes of the vendors ask for; the
/// reader is more lenient.
pub fn answer_schema() -> String {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema: Schema = settings.into_generator().into_root_schema_for::<SemanticReview>();
    let mut value = schema.to_value();
    make_strict(&mut value);
    serde_json::to_string(&value).unwrap_or_default()
}

fn make_strict(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // Vendors refuse the formats and defaults that are only hints.
            if map.contains_key("type") {
                map.remove("format");
                map.remove("default");
            }
            if let Some(Value::Object(properties)) = map.get("properties") {
                let names = properties.keys().cloned().map(Value::String).collect();
                map.insert("required".to_owned(), Value::Array(names));
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(make_strict);
        }
        Value::Array(values) => values.iter_mut().for_each(make_strict),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Finds the last JSON object that is not part of another one, and the text behind it.
fn last_object(text: &str) -> Option<(Value, &str)> {
    let mut found = None;
    // A text of nothing but braces costs time for every one of them.
    let mut start = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let mut rest = &text[start..];
    while let Some(at) = rest.find('{') {
        let mut values = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<Value>();
        let end = match values.next() {
            Some(Ok(value)) => {
                let end = at + values.byte_offset();
                found = Some((value, &rest[end..]));
                end
            }
            Some(Err(_)) | None => at + 1,
        };
        rest = &rest[end..];
    }
    found
}

/// Tells whether a text holds the beginning of a JSON object with at least one key.
fn opens_object(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| rest.trim_start().starts_with('"'))
}

//! JSON Schema, as far as answers of agents need it: what is not known is refused, and never passed over.

use serde_json::Value;

use crate::error::Error;
use crate::script::api::native::invalid;
use crate::script::suggest;

/// Keywords that are looked at, and those that only tell people something.
const KEYWORDS: [&str; 20] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "title",
    "description",
    "default",
    "examples",
    "$schema",
    "$id",
];

const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];

/// Deepest part of an answer that is looked at.
const DEPTH: usize = 32;

/// Refuses a schema with keywords that are not known.
pub(crate) fn require_known(schema: &Value) -> Result<(), Error> {
    known(schema, 0)
}

fn known(schema: &Value, depth: usize) -> Result<(), Error> {
    let Some(map) = schema.as_object().filter(|_| depth < DEPTH) else {
        return match schema {
            Value::Bool(_) => Ok(()),
            _ => Err(invalid("a schema is a map such as `#{ type: \"string\" }`")),
        };
    };
    for (keyword, value) in map {
        if !KEYWORDS.contains(&keyword.as_str()) {
            let error = invalid(format!("the schema has the keyword `{keyword}`, which is not known here"));
            return Err(error.help(suggest::help(keyword, &KEYWORDS)));
        }
        match keyword.as_str() {
            "properties" => {
                for part in value.as_object().into_iter().flat_map(serde_json::Map::values) {
                    known(part, depth + 1)?;
                }
            }
            "items" | "additionalProperties" => known(value, depth + 1)?,
            "type" => {
                let words = types(value);
                if let Some(word) = words.iter().find(|word| !TYPES.contains(word)) {
                    let error = invalid(format!("the schema has the type `{word}`"));
                    return Err(error.help(suggest::help(word, &TYPES)));
                }
            }
            "pattern" => {
                regex::Regex::new(value.as_str().unwrap_or_default())
                    .map_err(|_| invalid(format!("the pattern {value} of the schema is no regular expression")))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn types(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

/// Returns what of a value does not fit a schema, a line each: where, and what was wanted.
pub(crate) fn misfits(value: &Value, schema: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    look(value, schema, "the answer", 0, &mut wrong);
    wrong
}

fn look(value: &Value, schema: &Value, place: &str, depth: usize, wrong: &mut Vec<String>) {
    if *schema == Value::Bool(false) {
        wrong.push(format!("{place} must not be there"));
    }
    let Some(schema) = schema.as_object().filter(|_| depth < DEPTH) else { return };
    if let Some(wanted) = schema.get("type") {
        let wanted = types(wanted);
        if !wanted.iter().any(|word| is_of(value, word)) {
            return wrong.push(format!("{place} is {} and not {}", name(value), wanted.join(" or ")));
        }
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        wrong.push(format!("{place} is {value} and not one of {}", words.join(", ")));
    }
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        wrong.push(format!("{place} is {value} and not {constant}"));
    }
    let count = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let size = match value {
        Value::String(text) => Some((text.chars().count(), "minLength", "maxLength", "characters")),
        Value::Array(list) => Some((list.len(), "minItems", "maxItems", "elements")),
        _ => None,
    };
    if let Some((size, least, most, what)) = size {
        if let Some(least) = count(least).filter(|least| size < *least) {
            wrong.push(format!("{place} has {size} {what} and not at least {least}"));
        }
        if let Some(most) = count(most).filter(|most| size > *most) {
            wrong.push(format!("{place} has {size} {what} and not at most {most}"));
        }
    }
    match value {
        Value::Object(map) => object(map, schema, place, depth, wrong),
        Value::Array(list) => {
            for (at, part) in list.iter().enumerate() {
                let Some(schema) = schema.get("items") else { break };
                look(part, schema, &format!("{place}[{at}]"), depth + 1, wrong);
            }
        }
        Value::Number(number) => {
            let bound = |key: &str| schema.get(key).and_then(Value::as_f64).zip(number.as_f64());
            if let Some((least, _)) = bound("minimum").filter(|(least, number)| number < least) {
                wrong.push(format!("{place} is {number} and not at least {least}"));
            }
            if let Some((most, _)) = bound("maximum").filter(|(most, number)| number > most) {
                wrong.push(format!("{place} is {number} and not at most {most}"));
            }
        }
        Value::String(text) => {
            if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
                && !regex::Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
            {
                wrong.push(format!("{place} is {value} and does not match `{pattern}`"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn object(
    map: &serde_json::Map<String, Value>,
    schema: &serde_json::Map<String, Value>,
    place: &str,
    depth: usize,
    wrong: &mut Vec<String>,
) {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    wrong.extend(required.filter(|key| !map.contains_key(*key)).map(|key| format!("{place} has no `{key}`")));
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema.get("additionalProperties");
    for (key, part) in map {
        let place = if place == "the answer" { format!("`{key}`") } else { format!("{place}.`{key}`") };
        match (properties.and_then(|properties| properties.get(key)), others) {
            (Some(schema), _) => look(part, schema, &place, depth + 1, wrong),
            (None, Some(others)) => look(part, others, &place, depth + 1, wrong),
            (None, None) => {}
        }
    }
}

fn is_of(value: &Value, word: &str) -> bool {
    match word {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        word => name(value) == word,
    }
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{misfits, require_known};

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "kind": { "enum": ["bug", "idea"] },
                "score": { "type": "integer", "minimum": 0, "maximum": 10 },
                "files": { "type": "array", "items": { "type": "string", "pattern": "^src/" }, "maxItems": 2 },
                "why": { "type": ["string", "null"], "minLength": 2 },
            },
            "required": ["kind", "score"],
            "additionalProperties": false,
        })
    }

    #[test]
    fn what_fits_has_nothing_wrong() {
        let value = json!({ "kind": "bug", "score": 3.0, "files": ["src/a.rs"], "why": null });
        assert_eq!(misfits(&value, &schema()), Vec::<String>::new());
    }

    #[test]
    fn everything_that_does_not_fit_is_told_with_its_place() {
        let value = json!({ "kind": "joke", "files": ["a", "src/b", 3], "why": "x", "more": 1 });
        assert_eq!(
            misfits(&value, &schema()),
            [
                "the answer has no `score`",
                "`files` has 3 elements and not at most 2",
                "`files`[0] is \"a\" and does not match `^src/`",
                "`files`[2] is number and not string",
                "`kind` is \"joke\" and not one of \"bug\", \"idea\"",
                "`more` must not be there",
                "`why` has 1 characters and not at least 2",
            ]
        );
        assert_eq!(misfits(&json!([]), &schema()), ["the answer is array and not object"]);
        assert_eq!(misfits(&json!(11), &json!({ "maximum": 10 })), ["the answer is 11 and not at most 10"]);
    }

    #[test]
    fn a_schema_with_something_else_in_it_is_refused() {
        assert!(require_known(&schema()).is_ok());
        for (schema, says) in [
            (json!({ "oneOf": [] }), "the keyword `oneOf`"),
            (json!({ "type": "text" }), "the type `text`"),
            (json!({ "properties": { "a": { "requird": [] } } }), "the keyword `requird`"),
            (json!({ "items": { "pattern": "(" } }), "no regular expression"),
            (json!("string"), "a schema is a map"),
        ] {
            let error = require_known(&schema).expect_err("refused");
            assert!(error.message.contains(says), "{}", error.message);
        }
    }
}

//! `json::…`: reading and printing JSON.

use rhai::Dynamic;
use rhai::plugin::*;
use serde_json::Value;

use crate::script::api::native::{Thrown, invalid, native};
use crate::script::value::convert::data;

/// An object that starts further from the end than this is not looked for.
const TAIL: usize = 1024 * 1024;
/// Braces that are tried before an answer counts as having no object.
const TRIES: usize = 2000;

/// Returns the last object of a text that is not part of another one.
fn last_of(text: &str) -> Option<Value> {
    let start = text.len().saturating_sub(TAIL);
    let mut rest = (start..text.len()).find_map(|index| text.get(index..))?;
    let mut last = None;
    for _ in 0..TRIES {
        let Some(brace) = rest.find('{') else { break };
        rest = &rest[brace..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                rest = &rest[stream.byte_offset()..];
                last = Some(value);
            }
            _ => rest = &rest[1..],
        }
    }
    last
}

/// Returns the JSON value of an answer: the whole text, what stands in its last fence, or its last object.
pub(crate) fn value_of(text: &str) -> Option<Value> {
    let whole = |text: &str| serde_json::from_str(text.trim()).ok();
    let fenced = || {
        let (before, _) = text.trim_end().rsplit_once("```")?;
        let (_, inside) = before.rsplit_once("```")?;
        whole(inside.strip_prefix("json").unwrap_or(inside))
    };
    whole(text).or_else(fenced).or_else(|| last_of(text))
}

#[export_module]
pub(crate) mod module {
    /// Reads JSON into maps, arrays and plain values; `null` is `()`.
    ///
    /// ```rhai
    /// let record = json::parse(line);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Thrown<Dynamic> {
        native(&context, |_| {
            let value: Value =
                serde_json::from_str(text).map_err(|error| invalid(format!("this is not JSON: {error}")))?;
            Ok(data(&value))
        })
    }

    /// Returns a value as JSON text, indented.
    ///
    /// ```rhai
    /// files::write("review.json", json::text(#{ score: 9.0 }));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn text(context: NativeCallContext, value: Dynamic) -> Thrown<String> {
        native(&context, |_| {
            let text = serde_json::to_string_pretty(&value);
            Ok(text.map_err(|error| invalid(format!("this value has no JSON form: {error}")))?)
        })
    }

    /// Returns the last JSON object in a text with other words around it, or `()`.
    ///
    /// ```rhai
    /// let review = json::last_object(answer.text);
    /// ```
    pub fn last_object(text: &str) -> Dynamic {
        last_of(text).map_or(Dynamic::UNIT, |value| data(&value))
    }
}

#[cfg(test)]
mod tests {
    use super::last_of;

    #[test]
    fn the_last_whole_object_is_found_among_words() {
        let text = "I think {this} fits: {\"a\": {\"b\": 1}} and then\n```json\n{\"score\": 9}\n```\nDone {.";
        assert_eq!(last_of(text).map(|v| v.to_string()).as_deref(), Some("{\"score\":9}"));
        assert_eq!(last_of("no object {here"), None);
        assert_eq!(last_of(""), None);
    }

    #[test]
    fn thousands_of_open_braces_do_not_take_long() {
        assert_eq!(last_of(&"{\"a\":".repeat(100_000)), None);
    }
}

//! Heartbeat files: what an agent says about itself while it works, read tolerantly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Largest heartbeat that is read, in bytes.
pub const MAX_HEARTBEAT: u64 = 64 * 1024;

/// What a heartbeat file says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heartbeat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_item_id: Option<String>,
    /// `analyzing`, `working`, `complete`, `failed`, or the agent's own word.
    pub status: String,
    /// Percent; `None` when the file has none or something else.
    pub progress: Option<f64>,
    pub step: String,
    /// Epoch seconds.
    pub timestamp: Option<i64>,
}

/// Reads a heartbeat: any JSON object. `None` means a missed poll.
pub fn parse(content: &[u8]) -> Option<Heartbeat> {
    let Ok(Value::Object(object)) = serde_json::from_slice(content) else { return None };
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let percent = object.get("progress").and_then(Value::as_f64).filter(|percent| (0.0..=100.0).contains(percent));
    let time = object.get("timestamp").or_else(|| object.get("last_update")).and_then(time);
    Some(Heartbeat {
        work_item_id: text("work_item_id").filter(|id| !id.is_empty()),
        status: text("status").unwrap_or_default(),
        progress: percent,
        step: text("step").or_else(|| text("current_step")).unwrap_or_default(),
        timestamp: time,
    })
}

/// Reads epoch seconds, epoch milliseconds or RFC 3339.
fn time(value: &Value) -> Option<i64> {
    /// Epoch numbers above this are milliseconds: as seconds they would lie beyond the year 5000.
    const MILLISECONDS: i64 = 100_000_000_000;
    match value {
        Value::Number(number) => {
            #[expect(clippy::cast_possible_truncation, reason = "a time stamp out of range saturates")]
            let whole = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))?;
            Some(if whole > MILLISECONDS { whole / 1000 } else { whole })
        }
        Value::String(text) => text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_form_and_its_variants_are_read() {
        let read = |text: &str| parse(text.as_bytes()).unwrap();
        let whole = read(
            r#"{"work_item_id":"PRP-1","status":"working","progress":65,"step":"Phase 1","timestamp":1699564823}"#,
        );
        assert_eq!(
            (whole.progress, whole.timestamp, whole.step.as_str()),
            (Some(65.0), Some(1_699_564_823), "Phase 1")
        );
        assert_eq!(read(r#"{"last_update":"2023-11-09T21:20:23Z"}"#).timestamp, Some(1_699_564_823));
        assert_eq!(read(r#"{"timestamp":1699564823000.5}"#).timestamp, Some(1_699_564_823));
        assert_eq!(read(r#"{"progress":"half"}"#).progress, None);
        assert_eq!(read(r#"{"progress":101}"#).progress, None);
        assert_eq!(read("{}"), Heartbeat::default());
    }

    #[test]
    fn partial_and_foreign_content_is_a_missed_poll() {
        for text in ["", "{", "[1]", "null", r#"{"progress":6"#, "\u{0}", &"[".repeat(10_000)] {
            assert_eq!(parse(text.as_bytes()), None, "{text:.20}");
        }
    }
}

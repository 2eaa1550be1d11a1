//! The JSON form of protobuf messages: 64-bit numbers as texts, ids in hexadecimal.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::spans::{self, Ended, Span};
use crate::event::Event;

/// `SPAN_KIND_INTERNAL`.
const INTERNAL: u8 = 1;

/// Content type under which a collector takes the document.
pub const CONTENT_TYPE: &str = "application/json";

/// Turns the events of a run into the request that exports its spans: run, items, phases, agent calls, checks, merges.
/// The same run gives the same ids, so that sending it twice makes no second trace.
pub fn document(events: &[Event]) -> String {
    let run = events.first().map(|event| event.run.as_str()).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let resource =
        [("service.name", json!("batchprp")), ("service.version", json!(version)), ("batchprp.run", json!(run))];
    let scope = json!({ "name": "batchprp", "version": version });
    let spans = Encoded { spans: spans::of(events), run, trace: id(&[run], 16) };
    let request = Request {
        resource_spans: [ResourceSpans {
            resource: json!({ "attributes": attributes(&resource) }),
            scope_spans: [ScopeSpans { scope, spans }],
        }],
    };
    // Texts, numbers and lists can always be written.
    serde_json::to_string(&request).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Value,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Value,
    spans: Encoded<'a>,
}

/// Spans that are encoded one after the other: as values, those of a long run are many times its journal.
struct Encoded<'a> {
    spans: Vec<Span>,
    run: &'a str,
    trace: String,
}

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.spans.iter().map(|span| encoded(span, self.run, &self.trace)))
    }
}

fn encoded(span: &Span, run: &str, trace: &str) -> Value {
    let status = match &span.ended {
        Ended::Well => json!({ "code": 1 }),
        Ended::Badly(reason) => json!({ "code": 2, "message": reason }),
        Ended::Unknown => json!({}),
    };
    json!({
        "traceId": trace,
        "spanId": id(&[run, &span.key], 8),
        "parentSpanId": span.parent.as_ref().map(|key| id(&[run, key], 8)).unwrap_or_default(),
        "name": span.name,
        "kind": INTERNAL,
        "startTimeUnixNano": nanoseconds(&span.begin),
        "endTimeUnixNano": nanoseconds(&span.end),
        "attributes": attributes(&span.attributes),
        "status": status,
    })
}

fn attributes(pairs: &[(&'static str, Value)]) -> Vec<Value> {
    pairs.iter().map(|(key, value)| json!({ "key": key, "value": any(value) })).collect()
}

fn any(value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::Number(number) if number.is_f64() => json!({ "doubleValue": number }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::String(text) => json!({ "stringValue": text }),
        other => json!({ "stringValue": other.to_string() }),
    }
}

/// Returns an id that follows from what it names.
fn id(parts: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = format!("{:x}", hash.finalize());
    text.truncate(2 * bytes);
    text
}

fn nanoseconds(at: &str) -> String {
    at.parse::<Timestamp>().map(Timestamp::as_nanosecond).unwrap_or_default().to_string()
}

//! A run as OpenTelemetry spans, in the JSON encoding of OTLP/HTTP (opentelemetry-proto 1, `ExportTraceServiceRequest`).

mod encode;
mod spans;

use crate::event::Event;

/// Content type under which a collector takes the document.
pub const CONTENT_TYPE: &str = "application/json";

/// Turns the events of a run into the request that exports its spans: run, items, phases, agent calls, checks, merges.
/// The same run gives the same ids, so that sending it twice makes no second trace.
pub fn document(events: &[Event]) -> serde_json::Value {
    encode::request(events, &spans::of(events))
}

//! A run as OpenTelemetry spans, in the JSON encoding of OTLP/HTTP (opentelemetry-proto 1, `ExportTraceServiceRequest`).

mod encode;
mod spans;

pub use encode::{CONTENT_TYPE, document};

//! One line of `events.jsonl`: head and kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kind::EventKind;

/// Version of every machine format that batchprp writes. Formats only ever grow.
pub const SCHEMA_VERSION: u32 = 1;

/// One event: who, when, what.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Counts from 1 within a run.
    pub seq: u64,
    /// RFC 3339 with milliseconds, UTC.
    pub at: String,
    /// Run id; sorts by time.
    pub run: String,
    pub kind: EventKind,
}

/// What every event begins with.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Head {
    schema_version: u32,
    /// Counts from 1 within a run.
    seq: u64,
    /// RFC 3339 with milliseconds, UTC.
    at: String,
    /// Run id; sorts by time.
    run: String,
}

impl Event {
    /// Returns the event as one flat JSON object: head fields first, then the fields of its kind.
    pub fn to_json(&self) -> serde_json::Value {
        let head = Head { schema_version: SCHEMA_VERSION, seq: self.seq, at: self.at.clone(), run: self.run.clone() };
        let mut object = object(serde_json::to_value(head));
        object.append(&mut self::object(serde_json::to_value(&self.kind)));
        serde_json::Value::Object(object)
    }

    /// Returns the JSON Schema of one line: the head, and the fields of one kind.
    pub fn json_schema() -> serde_json::Value {
        let mut generator = schemars::SchemaGenerator::default();
        let parts = [generator.subschema_for::<Head>(), generator.subschema_for::<EventKind>()];
        serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Event",
            "allOf": parts,
            "$defs": generator.take_definitions(true),
        })
    }

    /// Reads an event back; an unknown kind or a damaged line is an error.
    pub fn from_json(line: &str) -> Result<Self, serde_json::Error> {
        // Two passes over the text are cheaper than one tree of it: journals are read whole.
        let head: Head = serde_json::from_str(line)?;
        let kind: EventKind = serde_json::from_str(line)?;
        Ok(Self { seq: head.seq, at: head.at, run: head.run, kind })
    }
}

fn object(value: Result<serde_json::Value, serde_json::Error>) -> serde_json::Map<String, serde_json::Value> {
    match value {
        Ok(serde_json::Value::Object(object)) => object,
        Ok(other) => std::iter::once(("value".to_owned(), other)).collect(),
        Err(error) => std::iter::once(("error".to_owned(), error.to_string().into())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::kind::ItemStatus;

    #[test]
    fn what_is_written_is_read_back() {
        let kinds = [
            EventKind::Graph {
                items: vec![],
                stages: BTreeMap::from([(1, vec!["PRP-1".to_owned()]), (10, vec![])]),
                edges: vec![],
                critical_path: vec![],
                bound_hours: 1.5,
            },
            EventKind::RunFinished {
                totals: BTreeMap::from([(ItemStatus::Completed, 2)]),
                exit_code: 0,
                resume: None,
                next: vec![],
            },
        ];
        for kind in kinds {
            let event = Event { seq: 1, at: "2026-11-20T10:15:30.123Z".to_owned(), run: "r".to_owned(), kind };
            assert_eq!(Event::from_json(&event.to_json().to_string()).ok(), Some(event));
        }
    }
}

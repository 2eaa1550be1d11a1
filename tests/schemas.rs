//! The published JSON Schemas are those of the program. `UPDATE=1 cargo test --test schemas` writes them anew.

use std::fs;
use std::path::PathBuf;

use batchprp::event::Event;
use batchprp::model::inspect::Inspection;
use batchprp::report::Metrics;
use schemars::{JsonSchema, schema_for};

fn check<T: JsonSchema>(name: &str) {
    compare(name, &schema_for!(T).to_value());
}

fn compare(name: &str, schema: &serde_json::Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.json"));
    let wanted = serde_json::to_string_pretty(schema).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &wanted).expect("a written file");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is stale: run `UPDATE=1 cargo test --test schemas`", path.display());
}

#[test]
fn inspection() {
    check::<Inspection>("inspect");
}

#[test]
fn metrics() {
    check::<Metrics>("metrics");
}

#[test]
fn events() {
    compare("event", &Event::json_schema());
}

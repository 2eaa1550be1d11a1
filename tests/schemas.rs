//! The published JSON Schemas are those of the program. `UPDATE=1 cargo test --test schemas` writes them anew.

use std::fs;
use std::path::PathBuf;

use batchprp::cli::start::document;
use batchprp::event::Event;
use batchprp::graph::render::GraphDocument as Graph;
use batchprp::model::agent_files::heartbeat::Heartbeat;
use batchprp::model::agent_files::task::{TaskResult, TaskSpec};
use batchprp::model::inspect::Inspection;
use batchprp::model::validation::ValidationRecord;
use batchprp::model::worker::{OutcomeRecord, WorkerSpec};
use batchprp::report::Metrics;
use batchprp::review::BatchReport;
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
fn documents_about_the_work() {
    check::<Inspection>("inspect");
    check::<Graph>("graph");
    check::<Metrics>("metrics");
    check::<BatchReport>("review");
    check::<ValidationRecord>("validation");
    compare("event", &Event::json_schema());
}

#[test]
fn files_of_an_attempt() {
    check::<TaskSpec>("spec");
    check::<TaskResult>("result");
    check::<Heartbeat>("heartbeat");
    check::<WorkerSpec>("worker-spec");
    check::<OutcomeRecord>("worker-outcome");
}

#[test]
fn what_the_subcommands_print() {
    for (name, schema) in document::schemas() {
        compare(name, &schema.to_value());
    }
}

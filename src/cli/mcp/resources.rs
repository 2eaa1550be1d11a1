//! What a host may read: the schemas of all machine formats, and a report of each run.

use std::path::Path;

use rmcp::model::Resource;

use crate::cli::follow::runs;

const SCHEMA: &str = "batchprp://schemas/";
const REPORT: &str = "batchprp://runs/";

/// So many runs are listed, the latest first.
const RUNS: usize = 20;

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        /// The published schemas, by name.
        const SCHEMAS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../docs/schemas/", $name, ".json")))),+];
    };
}

schemas![
    "agents",
    "agents-test",
    "analyze",
    "api",
    "check",
    "clean",
    "config",
    "detach",
    "doctor",
    "doctor-env",
    "error",
    "event",
    "executors-test",
    "formats",
    "graph",
    "heartbeat",
    "inspect",
    "list",
    "metrics",
    "overview",
    "result",
    "review",
    "runs",
    "spec",
    "status",
    "trend",
    "validation",
    "worker-outcome",
    "worker-spec",
];

/// What a resource is.
pub(super) enum Meant {
    /// A text that is here.
    Schema(&'static str),
    /// The run whose report is wanted.
    Report(String),
}

/// Lists the schemas, and the runs of a folder.
pub(super) fn list(runs_folder: &Path) -> Vec<Resource> {
    let schema = |(name, _): &(&str, &str)| {
        Resource::new(format!("{SCHEMA}{name}"), format!("{name}.json"))
            .with_description(format!("JSON Schema of the {name} format"))
            .with_mime_type("application/schema+json")
    };
    let report = |id: &String| {
        Resource::new(format!("{REPORT}{id}"), format!("report of {id}"))
            .with_description(format!("Summary of the run {id}"))
            .with_mime_type("text/plain")
    };
    let latest = runs::ids(runs_folder);
    latest.iter().rev().take(RUNS).map(report).chain(SCHEMAS.iter().map(schema)).collect()
}

/// Tells what a URI means.
pub(super) fn meant(uri: &str) -> Option<Meant> {
    if let Some(name) = uri.strip_prefix(SCHEMA) {
        return SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| Meant::Schema(text));
    }
    let run = uri.strip_prefix(REPORT)?;
    (!run.is_empty() && !run.starts_with('-')).then(|| Meant::Report(run.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_schema_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas");
        let mut published: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
            .collect();
        published.sort();
        assert_eq!(SCHEMAS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), published);
    }
}

//! What `--json` prints: one document on one line, with its version. The schemas of all of them are published.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::render;
use super::terminal::Terminal;
use crate::cli::agents;
use crate::cli::author::{api, list};
use crate::cli::batch::detach;
use crate::cli::executors;
use crate::cli::follow::{analyze, history, overview, status, trend};
use crate::cli::setup::{config_show, doctor, formats};
use crate::cli::steer::clean;
use crate::event::SCHEMA_VERSION;
use crate::script::check::CheckDocument;

/// A document and the version of its form.
#[derive(Serialize, JsonSchema)]
pub struct JsonDocument<T> {
    /// Rises when a key changes its meaning or goes away; new keys may come at any time.
    schema_version: u32,
    #[serde(flatten)]
    content: T,
}

/// Writes a document, and ends its line.
pub fn write(content: impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let document = JsonDocument { schema_version: SCHEMA_VERSION, content };
    serde_json::to_writer(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

impl Terminal {
    /// Writes a document to standard output.
    pub fn document(&mut self, content: impl Serialize) -> io::Result<()> {
        write(content, &mut self.out)
    }
}

/// Returns the schemas of what the subcommands print, by name.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    fn schema<T: JsonSchema>() -> Schema {
        SchemaGenerator::default().into_root_schema_for::<JsonDocument<T>>()
    }
    vec![
        ("agents", schema::<agents::AgentList>()),
        ("agents-test", schema::<agents::AgentTrial>()),
        ("analyze", schema::<analyze::Analysis>()),
        ("api", schema::<api::ApiListing<'_>>()),
        ("check", schema::<CheckDocument>()),
        ("clean", schema::<clean::Cleaning>()),
        ("config", schema::<config_show::ConfigListing>()),
        ("detach", schema::<detach::Detached>()),
        ("doctor", schema::<doctor::DoctorReport>()),
        ("doctor-env", schema::<doctor::AgentEnvironment>()),
        ("error", schema::<render::ErrorDocument<'_>>()),
        ("executors-test", schema::<executors::ExecutorTrial>()),
        ("formats", schema::<formats::FormatList>()),
        ("list", schema::<list::CommandList>()),
        ("overview", schema::<overview::Overview>()),
        ("runs", schema::<history::RunList>()),
        ("status", schema::<status::StatusDocument>()),
        ("trend", schema::<trend::Comparison>()),
    ]
}

//! `formats`: the formats in which plans can be given.

use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::model::read::dialect::{Format, Readers};
use crate::report::style::Tone;

/// Reads the name of a format.
pub fn named(readers: &Readers, name: &str) -> Result<Format> {
    readers.named(name).ok_or_else(|| {
        let known = readers.formats().iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ");
        Error::new(ExitCode::Usage, format!("`{name}` is not a format")).help(format!("known are {known}"))
    })
}

/// List the formats of plans that can be read, where they are found, and what is written back
#[derive(clap::Args)]
pub struct Args {}

/// What `formats --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct FormatList {
    formats: Vec<ListedFormat>,
}

/// A format.
#[derive(Serialize, JsonSchema)]
struct ListedFormat {
    name: &'static str,
    /// Where such documents are found.
    place: &'static str,
    /// What becomes an item, and what its phases are.
    unit: &'static str,
    /// What is written back after a merge.
    mark: &'static str,
}

/// Runs the subcommand.
pub fn run(_: &Args, context: &mut Context) -> CommandResult {
    let readers = scripts::readers(context, &context.config()?)?;
    let formats: Vec<ListedFormat> = readers
        .formats()
        .into_iter()
        .map(|format| ListedFormat {
            name: format.as_str(),
            place: format.place(),
            unit: format.unit(),
            mark: format.mark(),
        })
        .collect();
    let terminal = &mut context.terminal;
    if context.globals.json {
        terminal.document(FormatList { formats })?;
        return Ok(ExitCode::Done);
    }
    for format in formats {
        writeln!(terminal.out, "{}", terminal.style.paint(Tone::Strong, format.name))?;
        writeln!(terminal.out, "  found in  {}", format.place)?;
        writeln!(terminal.out, "  read      {}", format.unit)?;
        writeln!(terminal.out, "  marked    {}", format.mark)?;
    }
    writeln!(
        terminal.out,
        "\nbatchprp inspect FILE|FOLDER shows what is read; exe, gen, review and graph take any of them"
    )?;
    Ok(ExitCode::Done)
}

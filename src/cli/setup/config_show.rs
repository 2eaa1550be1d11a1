//! `config show`: every key with its value, and where the value comes from.

use std::collections::BTreeMap;
use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::config_set;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::{self, KEYS};
use crate::error::ExitCode;
use crate::report::style::Tone;
use crate::report::text::safe;

/// Show the configuration, or set one value of it
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show every key with its value
    Show {
        /// Also show where each value comes from
        #[arg(long)]
        origin: bool,
    },
    Set(config_set::Args),
}

/// What `config show --json` prints: every key with its value.
#[derive(Serialize, JsonSchema)]
pub struct ConfigListing {
    entries: BTreeMap<String, Entry>,
}

#[derive(Serialize, JsonSchema)]
struct Entry {
    value: serde_json::Value,
    /// The file, variable or flag that says it, or `default`.
    origin: String,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let origin = match &args.command {
        Command::Show { origin } => *origin,
        Command::Set(args) => return config_set::run(args, context),
    };
    let config = context.config()?;
    let project = context.project.clone();
    let terminal = &mut context.terminal;
    if context.globals.json {
        let entry = |entry: &config::Setting| Entry { value: entry.value.to_json(), origin: entry.origin.to_string() };
        let entries = config.entries().iter().map(|(path, found)| (path.clone(), entry(found))).collect();
        terminal.document(ConfigListing { entries })?;
        return Ok(ExitCode::Done);
    }
    if origin {
        let ignored = project
            .ignored
            .iter()
            .map(|ignored| format!("# passed over: {} ({})", ignored.path.display(), ignored.reason));
        let root = format!("# project: {} ({})", project.root.display(), project.reason);
        for line in std::iter::once(root).chain(ignored) {
            writeln!(terminal.out, "{}", terminal.style.paint(Tone::Dim, &safe(&line)))?;
        }
    }
    // In the order of the table; names that the user chose come where their pattern stands.
    let order = KEYS.iter().map(Some).chain([None]);
    for key in order {
        // The tables `[[notify]]` are no key of the table of keys.
        let is_it = |path: &str| key.map_or(path == "notify", |key| key.matches(&path.split('.').collect::<Vec<_>>()));
        let matching = config.entries().iter().filter(|(path, _)| is_it(path));
        for (path, entry) in matching {
            let line = format!("{path} = {}", entry.value);
            if origin {
                writeln!(
                    terminal.out,
                    "{line:<60} {}",
                    terminal.style.paint(Tone::Dim, &format!("# {}", entry.origin))
                )?;
            } else {
                writeln!(terminal.out, "{line}")?;
            }
        }
    }
    Ok(ExitCode::Done)
}

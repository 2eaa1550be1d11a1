//! `config show`: every key with its value, and where the value comes from.

use std::io::Write;

use serde_json::json;

use super::context::Context;
use super::failure::Outcome;
use crate::config::KEYS;
use crate::error::ExitCode;
use crate::event::SCHEMA_VERSION;
use crate::report::style::Tone;

/// Show the configuration
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
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let Command::Show { origin } = args.command;
    let config = context.config()?;
    let terminal = &mut context.terminal;
    if context.globals.json {
        let entries: serde_json::Map<_, _> = config
            .entries()
            .iter()
            .map(|(path, entry)| {
                (path.clone(), json!({"value": entry.value.to_json(), "origin": entry.origin.to_string()}))
            })
            .collect();
        writeln!(terminal.out, "{}", json!({"schema_version": SCHEMA_VERSION, "entries": entries}))?;
        return Ok(ExitCode::Done);
    }
    // In the order of the table; names that the user chose come where their pattern stands.
    for key in KEYS {
        let matching = config.entries().iter().filter(|(path, _)| key.matches(&path.split('.').collect::<Vec<_>>()));
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

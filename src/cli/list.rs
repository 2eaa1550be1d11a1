//! `list`: the commands that are scripts, where each comes from, and what it shadows.

use std::io::Write;

use serde_json::json;

use super::context::Context;
use super::failure::Outcome;
use super::scripts;
use crate::error::ExitCode;
use crate::event::SCHEMA_VERSION;
use crate::report::style::Tone;
use crate::report::text::line;
use crate::script::Host;
use crate::script::search::Found;

/// List the commands that are scripts, with where they come from
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_args: &Args, context: &mut Context) -> Outcome {
    let host = scripts::describer(context);
    let all = scripts::search_path(context).list();
    let terminal = &mut context.terminal;
    if context.globals.json {
        let commands: Vec<_> = all.iter().map(|found| to_json(found, &host)).collect();
        writeln!(terminal.out, "{}", json!({"schema_version": SCHEMA_VERSION, "commands": commands}))?;
        return Ok(ExitCode::Done);
    }
    let width = all.iter().map(|found| found.name.len()).max().unwrap_or_default();
    for found in &all {
        let (about, is_good) = about(found, &host);
        let tone = if is_good { Tone::Name } else { Tone::Bad };
        let name = terminal.style.paint(tone, &format!("{:width$}", found.name));
        let origin = terminal.style.paint(Tone::Dim, &format!("({})", host.library.name(&found.place)));
        writeln!(terminal.out, "{name}  {} {origin}", line(&about, 100))?;
        for (_, place) in &found.shadows {
            writeln!(terminal.out, "{:width$}  shadows {}", "", host.library.name(place))?;
        }
    }
    Ok(ExitCode::Done)
}

/// Returns what a script says it does, or why it cannot be used.
fn about(found: &Found, host: &Host) -> (String, bool) {
    match scripts::spec(host, found) {
        Ok(spec) => (spec.about.unwrap_or_default(), true),
        Err(error) => (format!("cannot be used: {}", error.message), false),
    }
}

fn to_json(found: &Found, host: &Host) -> serde_json::Value {
    let (about, usable) = about(found, host);
    json!({
        "name": found.name,
        "about": about,
        "usable": usable,
        "origin": found.origin,
        "path": host.library.name(&found.place),
        "shadows": found.shadows.iter().map(|(_, place)| host.library.name(place)).collect::<Vec<_>>(),
    })
}

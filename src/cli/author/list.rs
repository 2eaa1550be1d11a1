//! `list`: the commands that are scripts, where each comes from, and what it shadows.

use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::report::style::Tone;
use crate::report::text::line;
use crate::script::ScriptHost;
use crate::script::search::{FoundScript, ScriptOrigin};

/// List the commands that are scripts, with where they come from
#[derive(clap::Args)]
pub struct Args {}

/// What `list --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct CommandList {
    commands: Vec<Command>,
}

/// One command that is a script.
#[derive(Serialize, JsonSchema)]
struct Command {
    name: String,
    /// What it says it does, or why it cannot be used.
    about: String,
    usable: bool,
    origin: ScriptOrigin,
    path: String,
    /// Scripts of the same name that come later in the search.
    shadows: Vec<String>,
}

impl Command {
    fn of(found: &FoundScript, host: &ScriptHost) -> Self {
        let (about, usable) = about(found, host);
        Self {
            name: found.name.clone(),
            about,
            usable,
            origin: found.origin,
            path: host.library.name(&found.place),
            shadows: found.shadows.iter().map(|(_, place)| host.library.name(place)).collect(),
        }
    }
}

/// Runs the subcommand.
pub fn run(_args: &Args, context: &mut Context) -> CommandResult {
    let host = scripts::describer(context);
    let all = scripts::search_path(context).list();
    let terminal = &mut context.terminal;
    if context.globals.json {
        terminal.document(CommandList { commands: all.iter().map(|found| Command::of(found, &host)).collect() })?;
        return Ok(ExitCode::Done);
    }
    let width = all.iter().map(|found| found.name.len()).max().unwrap_or_default();
    for found in &all {
        let (about, is_good) = about(found, &host);
        let tone = if is_good { Tone::Name } else { Tone::Bad };
        let name = terminal.style.paint(tone, &format!("{:width$}", found.name));
        let origin = terminal.style.paint(Tone::Dim, &format!("({})", host.library.name(&found.place)));
        writeln!(terminal.out, "{name}  {} {origin}", line(&about, 100))?;
        for what in host.needs(&found.place) {
            writeln!(terminal.out, "{:width$}  {what}", "")?;
        }
        for (_, place) in &found.shadows {
            writeln!(terminal.out, "{:width$}  shadows {}", "", host.library.name(place))?;
        }
    }
    Ok(ExitCode::Done)
}

/// Returns what a script says it does, or why it cannot be used.
fn about(found: &FoundScript, host: &ScriptHost) -> (String, bool) {
    match scripts::spec(host, found) {
        Ok(spec) => (spec.about.unwrap_or_default(), true),
        Err(error) => (format!("cannot be used: {}", error.message), false),
    }
}

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
use crate::script::search::{FoundScript, ScriptOrigin};
use crate::script::{LibraryModule, ScriptHost};

/// List the commands that are scripts, with where they come from
#[derive(clap::Args)]
pub struct Args {
    /// The modules of the standard library instead, which scripts import by name
    #[arg(long)]
    modules: bool,
}

/// What `list --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct CommandList {
    commands: Vec<Command>,
    /// Hooks in the order in which a run calls them.
    hooks: Vec<Hook>,
    /// With `--modules`: the modules of the standard library.
    modules: Vec<Module>,
}

/// A function that a run calls at a fixed moment.
#[derive(Serialize, JsonSchema)]
struct Hook {
    name: &'static str,
    path: String,
}

/// A module of the standard library, or the project's own instead.
#[derive(Serialize, JsonSchema)]
struct Module {
    name: String,
    about: String,
    path: String,
}

impl Module {
    fn all(host: &ScriptHost) -> Vec<Self> {
        let own = |module: LibraryModule| Self { name: module.name, about: module.about, path: module.path };
        host.modules().into_iter().map(own).collect()
    }
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
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let host = scripts::describer(context);
    let all = if args.modules { Vec::new() } else { scripts::search_path(context).list() };
    let modules = if args.modules { Module::all(&host) } else { Vec::new() };
    let hooks = if args.modules { Vec::new() } else { host.hooks()? };
    let hooks: Vec<Hook> = hooks.into_iter().map(|(name, path)| Hook { name, path }).collect();
    let terminal = &mut context.terminal;
    if context.globals.json {
        let commands = all.iter().map(|found| Command::of(found, &host)).collect();
        terminal.document(CommandList { commands, hooks, modules })?;
        return Ok(ExitCode::Done);
    }
    let names = all.iter().map(|found| found.name.as_str()).chain(modules.iter().map(|module| module.name.as_str()));
    let width = names.map(str::len).max().unwrap_or_default();
    for module in &modules {
        let name = terminal.style.paint(Tone::Name, &format!("{:width$}", module.name));
        let origin = terminal.style.paint(Tone::Dim, &format!("({})", module.path));
        writeln!(terminal.out, "{name}  {} {origin}", line(&module.about, 100))?;
    }
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
    for hook in &hooks {
        let name = terminal.style.paint(Tone::Name, hook.name);
        writeln!(terminal.out, "hook {name} {}", terminal.style.paint(Tone::Dim, &format!("({})", hook.path)))?;
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

//! From arguments to what they ask for: a built-in subcommand or a script.

use std::ffi::OsString;

use clap::{Args, Command, CommandFactory, FromArgMatches};

use super::context::Context;
use super::globals::Globals;
use super::peek::peek;
use super::root::Cli;
use super::{groups, synonyms};
use crate::cli::batch::script_args;
use crate::cli::batch::script_command::ScriptCall;
use crate::cli::batch::scripts;
use crate::error::Error;
use crate::script::search::FoundScript;

/// What the arguments ask for.
pub enum Parsed {
    BuiltIn(Box<Cli>),
    Script(Globals, Box<ScriptCall>),
}

/// Why the arguments are refused.
pub enum Refused {
    /// Wrong usage, or help and version that were asked for.
    Clap(clap::Error),
    Error(Box<Error>),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

/// Reads the arguments.
pub fn parse(argv: &[OsString], context: &Context) -> Result<Parsed, Refused> {
    let word = peek(argv).word;
    match word.map(|at| argv[at].to_string_lossy().into_owned()) {
        Some(run) if run == "run" => {
            if let Some((argv, script)) = without_run(argv, word.unwrap_or_default()) {
                let found = scripts::search_path(context).find(&script)?;
                return self::script(&argv, found, context);
            }
        }
        Some(name) if Cli::command().find_subcommand(&name).is_none() && name != "help" => {
            if let Some(found) = scripts::search_path(context).list().into_iter().find(|found| found.name == name) {
                return self::script(argv, found, context);
            }
            if let Some(refusal) = synonyms::refusal(&name) {
                return Err(refusal.into());
            }
        }
        Some(_) | None => {}
    }
    let matches = whole(context).try_get_matches_from(argv)?;
    Ok(Parsed::BuiltIn(Box::new(Cli::from_arg_matches(&matches)?)))
}

/// Takes the word `run` out; returns the rest and the script that follows it.
fn without_run(argv: &[OsString], at: usize) -> Option<(Vec<OsString>, String)> {
    let mut argv = argv.to_vec();
    argv.remove(at);
    let script = peek(&argv).word.filter(|word| *word >= at)?;
    let name = argv[script].to_string_lossy().into_owned();
    Some((argv, name))
}

/// Reads the arguments of a script.
fn script(argv: &[OsString], found: FoundScript, context: &Context) -> Result<Parsed, Refused> {
    let host = scripts::describer(context);
    let spec = scripts::spec(&host, &found)?;
    let mut argv = argv.to_vec();
    if let Some(at) = peek(&argv).word {
        argv[at] = OsString::from(&found.name);
    }
    let root = Globals::augment_args(Command::new("batchprp"))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .subcommand(script_args::command(&found.name, &spec));
    let mut matches = root.try_get_matches_from(argv)?;
    let globals = Globals::from_arg_matches(&matches)?;
    let (_, matches) = matches.remove_subcommand().ok_or_else(|| {
        clap::Error::raw(clap::error::ErrorKind::MissingSubcommand, format!("`{}` is not called\n", found.name))
    })?;
    Ok(Parsed::Script(globals, Box::new(ScriptCall { found, spec, matches })))
}

/// Returns the whole command line: built-in subcommands, and every script that is found with its arguments.
pub fn whole(context: &Context) -> Command {
    let mut root = Cli::command();
    let host = scripts::describer(context);
    for found in scripts::search_path(context).list() {
        if root.find_subcommand(&found.name).is_some() || found.name == "help" {
            continue;
        }
        let command = match scripts::spec(&host, &found) {
            Ok(spec) => script_args::command(&found.name, &spec),
            Err(error) => Command::new(found.name).about(format!("(cannot be used: {})", error.message)),
        };
        root = root.subcommand(command);
    }
    groups::grouped(root)
}

//! The root of the command line: built-in subcommands and, beside them, the batch scripts.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::context::Context;
use super::failure::Outcome;
use super::globals::Globals;
use super::{
    analyze, completions, config_show, doctor, graph, init, inspect, logs, man, replay, report, status, stop, trend,
    watch,
};
use crate::error::Error;

/// Runs batches of PRPs (work packages for coding agents): dataflow scheduling, git checkpoints, evidence
#[derive(Parser)]
#[command(name = "batchprp", version, subcommand_required = true, arg_required_else_help = true)]
pub struct Root {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: BuiltIn,
}

/// Built-in subcommands.
#[derive(Subcommand)]
pub enum BuiltIn {
    Inspect(inspect::Args),
    Graph(graph::Args),
    Status(status::Args),
    Watch(watch::Args),
    Logs(logs::Args),
    Stop(stop::Args),
    Analyze(analyze::Args),
    Trend(trend::Args),
    Report(report::Args),
    Replay(replay::Args),
    Init(init::Args),
    Doctor(doctor::Args),
    Config(config_show::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// What the arguments ask for.
pub enum Parsed {
    BuiltIn(Box<Root>),
}

/// Why the arguments are refused.
pub enum Refused {
    Clap(clap::Error),
    Error(Box<Error>),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

/// Reads the arguments.
pub fn parse(argv: Vec<OsString>, _context: &Context) -> Result<Parsed, Refused> {
    let matches = Root::command().try_get_matches_from(argv)?;
    Ok(Parsed::BuiltIn(Box::new(Root::from_arg_matches(&matches)?)))
}

/// Runs a built-in subcommand.
pub fn run(command: BuiltIn, context: &mut Context) -> Outcome {
    match command {
        BuiltIn::Inspect(args) => inspect::run(&args, context),
        BuiltIn::Graph(args) => graph::run(&args, context),
        BuiltIn::Status(args) => status::run(&args, context),
        BuiltIn::Watch(args) => watch::run(&args, context),
        BuiltIn::Logs(args) => logs::run(&args, context),
        BuiltIn::Stop(args) => stop::run(&args, context),
        BuiltIn::Analyze(args) => analyze::run(&args, context),
        BuiltIn::Trend(args) => trend::run(&args, context),
        BuiltIn::Report(args) => report::run(&args, context),
        BuiltIn::Replay(args) => replay::run(&args, context),
        BuiltIn::Init(args) => init::run(&args, context),
        BuiltIn::Doctor(args) => doctor::run(&args, context),
        BuiltIn::Config(args) => config_show::run(&args, context),
        BuiltIn::Completions(args) => completions::run(&args, context),
        BuiltIn::Man(args) => man::run(&args, context),
    }
}

//! The root of the command line: built-in subcommands and, beside them, the batch scripts.

use clap::{Parser, Subcommand};

use super::context::Context;
use super::failure::Outcome;
use super::globals::Globals;
use crate::cli::author::{api, check, kit, list, repl, test};
use crate::cli::batch::{clean, graph, inspect, resolve, run};
use crate::cli::demo;
use crate::cli::follow::{analyze, logs, replay, report, status, stop, trend, watch};
use crate::cli::setup::{completions, config_show, doctor, init, man};

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
    Run(run::Args),
    List(list::Args),
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
    Resolve(resolve::Args),
    Clean(clean::Args),
    New(kit::NewArgs),
    Check(check::Args),
    Test(test::Args),
    Api(api::Args),
    Eject(kit::EjectArgs),
    Repl(repl::Args),
    Init(init::Args),
    Doctor(doctor::Args),
    Demo(demo::Args),
    Config(config_show::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a built-in subcommand.
pub fn dispatch(command: BuiltIn, context: &mut Context) -> Outcome {
    match command {
        BuiltIn::Run(args) => run::run(&args, context),
        BuiltIn::List(args) => list::run(&args, context),
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
        BuiltIn::Resolve(args) => resolve::run(&args, context),
        BuiltIn::Clean(args) => clean::run(&args, context),
        BuiltIn::New(args) => kit::new(&args, context),
        BuiltIn::Check(args) => check::run(&args, context),
        BuiltIn::Test(args) => test::run(&args, context),
        BuiltIn::Api(args) => api::run(&args, context),
        BuiltIn::Eject(args) => kit::eject(&args, context),
        BuiltIn::Repl(args) => repl::run(&args, context),
        BuiltIn::Init(args) => init::run(&args, context),
        BuiltIn::Doctor(args) => doctor::run(&args, context),
        BuiltIn::Demo(args) => demo::run(&args, context),
        BuiltIn::Config(args) => config_show::run(&args, context),
        BuiltIn::Completions(args) => completions::run(&args, context),
        BuiltIn::Man(args) => man::run(&args, context),
    }
}

//! From a built-in subcommand to the function that runs it.

use super::context::Context;
use super::failure::CommandResult;
use super::parse;
use super::root::BuiltIn;
use crate::cli::agents::command as agents;
use crate::cli::author::lsp::command as lsp;
use crate::cli::author::{api, check, kit, list, repl, test};
use crate::cli::batch::{graph, inspect, run};
use crate::cli::dashboard::command as dashboard;
use crate::cli::demo;
use crate::cli::executors::command as executors;
use crate::cli::follow::{analyze, history, logs, replay, report, status, stop, trend, watch};
use crate::cli::mcp::command as mcp;
use crate::cli::notify::command as notify;
use crate::cli::setup::{completions, config_show, doctor, formats, init, man};
use crate::cli::steer::{approve, clean, resolve, shell};
use crate::cli::worker::command as worker;

/// Runs a built-in subcommand.
pub fn dispatch(command: BuiltIn, context: &mut Context) -> CommandResult {
    match command {
        BuiltIn::Run(args) => run::run(&args, context),
        BuiltIn::List(args) => list::run(&args, context),
        BuiltIn::Inspect(args) => inspect::run(&args, context),
        BuiltIn::Formats(args) => formats::run(&args, context),
        BuiltIn::Graph(args) => graph::run(&args, context),
        BuiltIn::Runs(args) => history::run(&args, context),
        BuiltIn::Dashboard(args) => dashboard::run(&args, context),
        BuiltIn::Status(args) => status::run(&args, context),
        BuiltIn::Watch(args) => watch::run(&args, context),
        BuiltIn::Logs(args) => logs::run(&args, context),
        BuiltIn::Stop(args) => stop::run(&args, context),
        BuiltIn::Analyze(args) => analyze::run(&args, context),
        BuiltIn::Trend(args) => trend::run(&args, context),
        BuiltIn::Report(args) => report::run(&args, context),
        BuiltIn::Replay(args) => replay::run(&args, context),
        BuiltIn::Approve(args) => approve::run(&args, context),
        BuiltIn::Resolve(args) => resolve::run(&args, context),
        BuiltIn::Shell(args) => shell::run(&args, context),
        BuiltIn::Clean(args) => clean::run(&args, context),
        BuiltIn::New(args) => kit::new(&args, context),
        BuiltIn::Check(args) => check::run(&args, context),
        BuiltIn::Test(args) => test::run(&args, context),
        BuiltIn::Api(args) => api::run(&args, context),
        BuiltIn::Eject(args) => kit::eject(&args, context),
        BuiltIn::Repl(args) => repl::run(&args, context),
        BuiltIn::Init(args) => init::run(&args, context),
        BuiltIn::Agents(args) => agents::run(&args, context),
        BuiltIn::Executors(args) => executors::run(&args, context),
        BuiltIn::Doctor(args) => doctor::run(&args, context),
        BuiltIn::Demo(args) => demo::run(&args, context),
        BuiltIn::Config(args) => config_show::run(&args, context),
        BuiltIn::Notify(args) => notify::run(&args, context),
        BuiltIn::Completions(args) => completions::run(&args, context),
        BuiltIn::Mcp(args) => mcp::run(&args, context),
        BuiltIn::Lsp(args) => lsp::run(&args, context),
        BuiltIn::Worker(args) => worker::run(&args, context),
        BuiltIn::Man(args) => man::run(&args, parse::whole(context), context),
    }
}

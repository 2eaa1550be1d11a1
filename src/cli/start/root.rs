//! The root of the command line: the built-in subcommands. The batch scripts are added beside them.

use clap::{Parser, Subcommand};

use super::globals::Globals;
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

/// Runs batches of PRPs (work packages for coding agents): dataflow scheduling, git checkpoints, evidence
#[derive(Parser)]
#[command(name = "batchprp", version)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    /// Without one it is told where the project stands.
    #[command(subcommand)]
    pub command: Option<BuiltIn>,
}

/// Built-in subcommands.
#[derive(Subcommand)]
pub enum BuiltIn {
    Run(run::Args),
    List(list::Args),
    Inspect(inspect::Args),
    Formats(formats::Args),
    Graph(graph::Args),
    Runs(history::Args),
    Dashboard(dashboard::Args),
    Status(status::Args),
    Watch(watch::Args),
    Logs(logs::Args),
    Stop(stop::Args),
    Analyze(analyze::Args),
    Trend(trend::Args),
    Report(report::Args),
    Replay(replay::Args),
    Approve(approve::Args),
    Resolve(resolve::Args),
    Shell(shell::Args),
    Clean(clean::Args),
    New(kit::NewArgs),
    Check(check::Args),
    Test(test::Args),
    Api(api::Args),
    Eject(kit::EjectArgs),
    Repl(repl::Args),
    Init(init::Args),
    Doctor(doctor::Args),
    Agents(agents::Args),
    Executors(executors::Args),
    Demo(demo::Args),
    Config(config_show::Args),
    Notify(notify::Args),
    Completions(completions::Args),
    Man(man::Args),
    Mcp(mcp::Args),
    Lsp(lsp::Args),
    Worker(worker::Args),
}

//! `agents`: the subcommand and its parts.

use super::{list, trial};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;

/// Show the coding agents, what each of them can, and whether one works
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show all agents: version, whether they look signed in, what they can
    List,
    Test(trial::Args),
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    match &args.command {
        Command::List => list::run(context),
        Command::Test(args) => trial::run(args, context),
    }
}

//! `executors`: the subcommand and its parts.

use super::trial;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;

/// Try out whether an executor holds what runs rely on
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Test(trial::Args),
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    match &args.command {
        Command::Test(args) => trial::run(args, context),
    }
}

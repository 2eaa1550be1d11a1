//! `demo`: its arguments.

use super::play;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;

/// Show the main job on the embedded agent, in a repository of its own
///
/// Makes a real git repository with a plan of seven phases and runs gen, review, exe and context-update on it. No model,
/// no key, no cost.
#[derive(clap::Args)]
pub struct Args {
    /// Make the repository in `./batchprp-demo` instead of a temporary folder
    #[arg(long)]
    keep: bool,
}

/// Plays the demonstration.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    Ok(play::play(args.keep, &mut context.terminal.out)?)
}

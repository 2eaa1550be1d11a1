//! `lsp`: serves an editor until it is done.

use super::server::Server;
use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};

/// Serve an editor that writes scripts (Language Server Protocol, stdio)
///
/// Mistakes while you type, explanations, completion, and the way to definitions: all of them what `batchprp check` and
/// `batchprp api` know.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_: &Args, context: &mut Context) -> CommandResult {
    let broken = |what: String| Error::new(ExitCode::Internal, format!("cannot serve the editor: {what}"));
    let (connection, threads) = lsp_server::Connection::stdio();
    let mut server = Server::new(scripts::describer(context), context.root.join(".ce/tmp"));
    let served = server.serve(&connection).map_err(|error| broken(error.to_string()));
    drop(connection);
    threads.join()?;
    served?;
    Ok(ExitCode::Done)
}

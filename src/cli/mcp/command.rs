//! `mcp`: serves the tools until the host closes its end.

use rmcp::ServiceExt;

use super::{call, server};
use crate::cli::follow::runs;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};

/// Serve inspect, gen, exe and so on as tools to an agent host (Model Context Protocol, stdio)
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_: &Args, context: &mut Context) -> CommandResult {
    let broken = |what: &str| Error::new(ExitCode::Internal, format!("cannot serve tools: {what}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = server::Server::new(call::Caller::new(context)?, runs::folder(context)?);
    let end = runtime.block_on(async {
        let service = server.serve(rmcp::transport::stdio()).await.map_err(|error| broken(&error.to_string()))?;
        service.waiting().await.map_err(|error| broken(&error.to_string()))
    });
    // A read of standard input cannot be called off; nothing is left to wait for.
    runtime.shutdown_background();
    end.map(|_| ExitCode::Done).map_err(Into::into)
}

//! Opens the dashboard and serves it until somebody ends it.

use std::io::Write;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::doors::Doors;
use super::project::ShownProject;
use super::routes;
use super::served::Served;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};

/// Serve a page on this machine that shows runs live, their graph, their timeline and their history
#[derive(clap::Args)]
pub struct Args {
    /// Port; 0 takes a free one
    #[arg(long, value_name = "N", default_value = "0")]
    port: u16,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
}

/// Runs the subcommand: the first line of its output is the address, which holds a secret.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let project = ShownProject::of(context)?;
    let cannot = |error: std::io::Error| Error::new(ExitCode::Internal, format!("cannot serve the dashboard: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let listener = runtime.block_on(listen(args.port))?;
    let doors = Doors::new();
    let address = doors.address(listener.local_addr().map_err(cannot)?.port());
    writeln!(context.terminal.out, "{address}")?;
    writeln!(context.terminal.out, "Ctrl-C ends the dashboard; runs go on without it.")?;
    context.terminal.out.flush()?;
    if args.open
        && let Err(error) = open::that_detached(&address)
    {
        context.terminal.warn(&format!("cannot open a browser: {error}"));
    }
    let served = Arc::new(Served::new(project, doors));
    let code = runtime.block_on(async {
        let (mut interrupt, mut end) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let server = axum::serve(listener, routes::router(served));
        tokio::select! {
            ended = async { server.await } => ended.map(|()| ExitCode::Done),
            _ = interrupt.recv() => Ok(ExitCode::Interrupted),
            _ = end.recv() => Ok(ExitCode::Terminated),
        }
    });
    // Readers of files may still be at work for pages that are gone.
    runtime.shutdown_background();
    Ok(code.map_err(cannot)?)
}

async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        Error::new(ExitCode::Usage, format!("cannot listen on port {port} of this machine: {error}"))
            .help("without `--port` a free one is taken")
    })
}

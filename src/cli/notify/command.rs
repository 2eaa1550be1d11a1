//! `notify`: tries out whether everybody of `[[notify]]` can be told. The process that tells for a run is the same.

use std::io::Write;
use std::sync::mpsc::channel;

use super::deliver;
use super::message::Message;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::event::SCHEMA_VERSION;
use crate::report::notice::Notice;

/// Send a test message to everybody that `[[notify]]` names
#[derive(clap::Args)]
pub struct Args {
    /// Deliver the messages on standard input
    #[arg(long, hide = true)]
    deliver: bool,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    if args.deliver {
        deliver::from_input(context)?;
        return Ok(ExitCode::Done);
    }
    let targets = context.config()?.notify;
    if targets.is_empty() {
        let error = Error::new(ExitCode::NothingMatched, "nobody is to be told: there is no `[[notify]]`");
        return Err(error.help("add `[[notify]]` with `kind` and `url` to .ce/batchprp.toml").into());
    }
    let (lines, messages) = channel();
    for target in targets {
        drop(lines.send(Message { target, notice: test() }));
    }
    drop(lines);
    let outcomes = deliver::all(context, messages, || false)?;
    for (who, failure) in &outcomes {
        let said = failure.as_deref().unwrap_or("told");
        writeln!(context.terminal.out, "{who}: {said}")?;
    }
    if outcomes.iter().all(|(_, failure)| failure.is_none()) {
        return Ok(ExitCode::Done);
    }
    Err(Error::new(ExitCode::Remote, "not everybody could be told").help("the lines above say why").into())
}

fn test() -> Notice {
    Notice {
        schema_version: SCHEMA_VERSION,
        event: "test".to_owned(),
        run: String::new(),
        batch: None,
        item: None,
        status: "test".to_owned(),
        title: "batchprp: test".to_owned(),
        text: "This is what a message looks like.".to_owned(),
        next: None,
    }
}

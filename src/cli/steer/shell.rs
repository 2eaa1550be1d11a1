//! `shell`: a shell, or one command, in the workspace of an item.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use super::item::Item;
use crate::cli::batch::repository;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::host::git::workspace::resolve;

/// Open a shell in the workspace of an item
///
/// The workspace has a repository of its own: what is committed there becomes part of the item with the next `exe`.
#[derive(clap::Args)]
pub struct Args {
    /// PRP whose workspace is opened
    item: String,
    /// Run this instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let Item { id, .. } = Item::read(&args.item, None)?;
    let repo = repository::open(context, &context.config()?)?;
    let place = resolve::find(&repo, &id.branch())?.path;
    let shell = || std::env::var("SHELL").ok().filter(|shell| !shell.is_empty()).unwrap_or_else(|| "sh".to_owned());
    let (program, words) = match args.command.split_first() {
        Some((program, words)) => (program.clone(), words),
        None => (shell(), &[][..]),
    };
    let status = Command::new(&program).args(words).current_dir(&place).status().map_err(|error| {
        Error::new(ExitCode::InvalidInput, format!("cannot start `{program}` in `{}`: {error}", place.display()))
            .help("set `SHELL`, or name a program after `--`")
    })?;
    if status.success() || args.command.is_empty() {
        return Ok(ExitCode::Done);
    }
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("with code {code}"),
        (None, Some(signal)) => format!("by signal {signal}"),
        (None, None) => "in an unknown way".to_owned(),
    };
    Err(Error::new(ExitCode::Unfinished, format!("`{program}` ended {how} in `{}`", place.display()))
        .help(format!("look there: batchprp shell {id}"))
        .into())
}

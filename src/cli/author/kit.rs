//! `new` and `eject`: what a script of one's own starts from.

use std::io::Write;

use super::check::own_commands;
use crate::cli::batch::trust;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::script::kit;

/// Write a new command and its test into `.ce/commands`
#[derive(clap::Args)]
pub struct NewArgs {
    /// Name of the command: lower-case letters, digits, dashes
    name: String,
}

/// Copy a built-in command into `.ce/commands`, where the copy wins
#[derive(clap::Args)]
pub struct EjectArgs {
    /// Name of the built-in command
    name: String,
}

/// Writes the new command.
pub fn new(args: &NewArgs, context: &mut Context) -> CommandResult {
    let folder = own_commands(context);
    trust::expect_own(&context.root);
    for path in kit::new_command(&folder, &args.name)? {
        writeln!(context.terminal.out, "wrote {}", path.strip_prefix(&context.root).unwrap_or(&path).display())?;
    }
    if let Some(file) = kit::hidden(&args.name) {
        writeln!(context.terminal.out, "note: it hides the built-in command `{}` ({file}) in this project", args.name)?;
    }
    writeln!(context.terminal.out, "next: batchprp test, batchprp {} --help", args.name)?;
    Ok(ExitCode::Done)
}

/// Writes the copy.
pub fn eject(args: &EjectArgs, context: &mut Context) -> CommandResult {
    trust::expect_own(&context.root);
    let path = kit::eject(&own_commands(context), &args.name)?;
    writeln!(context.terminal.out, "wrote {}", path.strip_prefix(&context.root).unwrap_or(&path).display())?;
    Ok(ExitCode::Done)
}

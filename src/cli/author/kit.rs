//! `new` and `eject`: what a script of one's own starts from.

use std::io::Write;

use super::check::own_commands;
use super::new_document::{self, NewDocument};
use crate::cli::batch::trust;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::script::kit;

/// Write a plan or a PRP to start from, or a command of your own with its test
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "plan|prp", arg_required_else_help = true)]
pub struct NewArgs {
    #[command(subcommand)]
    what: Option<NewDocument>,
    /// Name of a command to write into `.ce/commands`: lower-case letters, digits, dashes
    #[arg(required = true)]
    name: Option<String>,
}

/// Copy a built-in command into `.ce/commands`, or a module of the standard library into `.ce/stdlib`; the copy wins
#[derive(clap::Args)]
pub struct EjectArgs {
    /// Name of the built-in command, or of a module that `list --modules` shows
    name: String,
}

/// Writes the document or the new command.
pub fn new(args: &NewArgs, context: &mut Context) -> CommandResult {
    match (&args.what, &args.name) {
        (Some(what), _) => new_document::run(what, context),
        (None, name) => new_command(name.as_deref().unwrap_or_default(), context),
    }
}

fn new_command(name: &str, context: &mut Context) -> CommandResult {
    let folder = own_commands(context);
    trust::expect_own(&context.root);
    for path in kit::new_command(&folder, name)? {
        writeln!(context.terminal.out, "wrote {}", path.strip_prefix(&context.root).unwrap_or(&path).display())?;
    }
    if let Some(file) = kit::hidden(name) {
        writeln!(context.terminal.out, "note: it hides the built-in command `{name}` ({file}) in this project")?;
    }
    writeln!(context.terminal.out, "next: batchprp test, batchprp {name} --help")?;
    Ok(ExitCode::Done)
}

/// Writes the copy.
pub fn eject(args: &EjectArgs, context: &mut Context) -> CommandResult {
    trust::expect_own(&context.root);
    let path = kit::eject(&context.root, &args.name)?;
    writeln!(context.terminal.out, "wrote {}", path.strip_prefix(&context.root).unwrap_or(&path).display())?;
    Ok(ExitCode::Done)
}

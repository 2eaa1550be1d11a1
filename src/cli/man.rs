//! `man`: the manual page, made from the same definition as the help.

use std::io::Write;

use clap::CommandFactory;

use super::context::Context;
use super::failure::Outcome;
use super::root::Root;
use crate::error::ExitCode;

/// Print the manual page
///
/// To read it: `batchprp man | man -l -`.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_args: &Args, context: &mut Context) -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(Root::command()).render(&mut page)?;
    context.terminal.out.write_all(&page)?;
    Ok(ExitCode::Done)
}

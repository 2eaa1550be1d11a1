//! `man`: the manual page, made from the same definition as the help.

use std::io::Write;

use super::context::Context;
use super::failure::Outcome;
use super::parse::whole;
use crate::error::ExitCode;

/// Print the manual page
///
/// To read it: `batchprp man | man -l -`.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_args: &Args, context: &mut Context) -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(whole(context)).render(&mut page)?;
    context.terminal.out.write_all(&page)?;
    Ok(ExitCode::Done)
}

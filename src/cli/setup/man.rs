//! `man`: the manual pages, made from the same definition as the help.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};

/// Print a manual page
///
/// To read it: `batchprp man | man -l -`, for a subcommand `batchprp man exe | man -l -`.
#[derive(clap::Args)]
pub struct Args {
    /// Subcommand whose page is printed; default: the page of batchprp itself
    command: Option<String>,
    /// Write the pages of all subcommands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: &Args, whole: clap::Command, context: &mut Context) -> CommandResult {
    let mut root = whole.disable_help_subcommand(true);
    root.build();
    if let Some(folder) = &args.out {
        let write = || std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(root, folder));
        write().map_err(|error| {
            Error::new(ExitCode::Config, format!("cannot write to `{}`: {error}", folder.display()))
        })?;
        return Ok(ExitCode::Done);
    }
    let command = match &args.command {
        None => root,
        Some(word) => find(&root, word)?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.terminal.out.write_all(&page)?;
    Ok(ExitCode::Done)
}

fn find(root: &clap::Command, word: &str) -> Result<clap::Command, Error> {
    let name = |command: &clap::Command| command.get_display_name().map(str::to_owned).unwrap_or_default();
    root.find_subcommand(word).map(|command| command.clone().name(name(command))).ok_or_else(|| {
        let names: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
        let message = format!("there is no command `{word}`");
        Error::new(ExitCode::Usage, message).help(format!("the commands are {}", names.join(", ")))
    })
}

//! `completions`: the script that makes a shell ask batchprp itself, so that scripts and batches are completed too.

use std::env;
use std::io::Write;

use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};

/// Variable by which the shell asks.
const VARIABLE: &str = "BATCHPRP_COMPLETE";

/// Print the completion script of a shell
///
/// For bash, for example: `source <(batchprp completions bash)` in ~/.bashrc.
#[derive(clap::Args)]
pub struct Args {
    /// bash, zsh, fish, elvish or powershell
    shell: String,
}

/// Answers the shell's question about the whole command line and ends the program, when it is one.
pub fn answer_shell(whole: impl Fn() -> clap::Command) {
    if env::var_os(VARIABLE).is_some() {
        CompleteEnv::with_factory(whole).var(VARIABLE).bin("batchprp").complete();
    }
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(&args.shell) else {
        let known: Vec<&str> = shells.iter().map(EnvCompleter::name).collect();
        return Err(Error::new(ExitCode::Usage, format!("there is no shell `{}`", args.shell))
            .help(format!("known: {}", known.join(", ")))
            .into());
    };
    let program = env::args().next().filter(|name| name.contains('/')).unwrap_or_else(|| "batchprp".to_owned());
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "batchprp", "batchprp", &program, &mut script)?;
    context.terminal.out.write_all(&script)?;
    Ok(ExitCode::Done)
}

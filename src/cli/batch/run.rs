//! `run SCRIPT`: what is shown when the script is missing. With a script, the script's own arguments are read instead.

use std::ffi::OsString;

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};

/// Run a batch script by path or name
///
/// `batchprp run commands/exe.rhai --batch 47`, `batchprp run exe --batch 47` and `batchprp exe --batch 47` mean the
/// same. A path `commands/NAME.rhai` that is not there means the built-in script of that name.
#[derive(clap::Args)]
pub struct Args {
    /// Script, followed by its own arguments
    #[arg(value_name = "SCRIPT", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    script: Vec<OsString>,
}

/// Says that the script is missing: everything else was read as the script's own arguments.
pub fn run(args: &Args, _context: &mut Context) -> CommandResult {
    let given: Vec<_> = args.script.iter().map(|word| word.to_string_lossy()).collect();
    let message = format!("no script in `run {}`", given.join(" "));
    Err(Error::new(ExitCode::Usage, message).help("`batchprp list` shows the commands").into())
}

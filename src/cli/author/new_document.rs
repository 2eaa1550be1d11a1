//! `new plan`: a plan to start from, which can be generated and carried out as it stands.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::host::process::command_line::command_line;
use crate::report::text::safe;

/// The plan. It calls itself `PLAN.md`, which is its name unless another one is asked for.
const PLAN: &str = include_str!("plan.md");
const NAME: &str = "PLAN.md";

/// Write a plan with comments, which runs as it stands with the built-in agents
#[derive(clap::Args)]
pub struct Args {
    /// File to write
    #[arg(value_name = "FILE", default_value = NAME)]
    file: PathBuf,
}

/// Writes the plan; a file that is there stays as it is.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let path = context.current.join(&args.file);
    let shown = args.file.display().to_string();
    let word = command_line([&shown]);
    let text = PLAN.replace(NAME, &word);
    create(&path, &text).map_err(|error| refuse(&shown, &error))?;
    let out = &mut context.terminal.out;
    writeln!(out, "wrote {}: three phases to replace with your own", safe(&shown))?;
    writeln!(out, "next: batchprp gen {word} (--agent template needs no model)")?;
    Ok(ExitCode::Done)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn refuse(shown: &str, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Error::new(ExitCode::Policy, format!("`{shown}` exists and stays as it is"))
            .help("name another file: `batchprp new plan OTHER.md`");
    }
    Error::new(ExitCode::Config, format!("cannot write `{shown}`: {error}"))
}

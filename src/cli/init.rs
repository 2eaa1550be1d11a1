//! `init`: writes the project's configuration file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};

use super::context::Context;
use super::failure::Outcome;
use crate::config::project_file;
use crate::error::{Error, ExitCode};

/// Write `.ce/batchprp.toml`, with every key and its default commented out
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand. A file that exists is never touched.
pub fn run(_args: &Args, context: &mut Context) -> Outcome {
    let folder = context.root.join(".ce");
    let path = folder.join("batchprp.toml");
    let refuse =
        |error: &io::Error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", path.display()));
    fs::create_dir_all(&folder).map_err(|error| refuse(&error))?;
    let out = &mut context.terminal.out;
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            file.write_all(project_file().as_bytes()).map_err(|error| refuse(&error))?;
            writeln!(out, "wrote {}", path.display())?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(out, "kept {}, which exists", path.display())?;
        }
        Err(error) => return Err(refuse(&error).into()),
    }
    writeln!(out, "next: batchprp doctor")?;
    Ok(ExitCode::Done)
}

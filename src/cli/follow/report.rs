//! `report`: a finished run as HTML, JUnit, Markdown, GitHub annotations, or the summary.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::runs::{self, Selector};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::report::{github, html, junit, markdown, metrics, summary};

/// Write reports about a run
#[derive(clap::Args)]
pub struct Args {
    /// Run, by id or the beginning of one; `latest` for the latest
    run: String,
    /// Write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write Markdown
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Print annotations for GitHub Actions
    #[arg(long)]
    github: bool,
}

/// Runs the subcommand. Without a wish for a format it prints the summary, or the metrics with `--json`.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let wanted = (args.run != "latest").then(|| args.run.clone());
    let state = runs::find(context, &Selector { run: wanted, batch: None })?.state;
    let terminal = &mut context.terminal;
    if let Some(path) = &args.html {
        let page = html::page(&state).map_err(|error| Error::new(ExitCode::Internal, error.to_string()))?;
        save(path, page.as_bytes())?;
    }
    let views: [(&Option<PathBuf>, View); 2] = [(&args.junit, junit::write), (&args.md, markdown::write)];
    for (path, view) in views {
        if let Some(path) = path {
            let mut text = Vec::new();
            view(&state, &mut text)?;
            save(path, &text)?;
        }
    }
    if args.github {
        github::write(&state, &mut terminal.out)?;
    } else if args.html.is_none() && args.junit.is_none() && args.md.is_none() {
        if context.globals.json {
            let figures = serde_json::to_string(&metrics::from_state(&state)).map_err(io::Error::from)?;
            writeln!(terminal.out, "{figures}")?;
        } else {
            summary::write(&state, terminal.style, &mut terminal.out)?;
        }
    }
    Ok(ExitCode::Done)
}

type View = fn(&crate::event::RunView, &mut dyn Write) -> io::Result<()>;

/// Writes a report; `-` is standard output.
fn save(path: &Path, text: &[u8]) -> Result<()> {
    let written = if path == Path::new("-") { io::stdout().write_all(text) } else { fs::write(path, text) };
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", path.display())))
}

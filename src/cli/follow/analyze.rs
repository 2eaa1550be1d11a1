//! `analyze`: what the figures of one run say.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::runs::{self, RUN_HELP, Selector};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::report::{Metrics, analyze, metrics};

/// Say what the figures of a run mean
#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "RUN|FILE", help = format!("{RUN_HELP}; or a file with metrics"))]
    what: Option<String>,
}

/// What `analyze --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct Analysis {
    metrics: Metrics,
    findings: Vec<analyze::AnalysisLine>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let figures = match &args.what {
        None => metrics::from_state(&runs::find(context, &Selector::default())?.state),
        Some(word) => of_word(word, context)?,
    };
    let config = context.config()?;
    let findings = analyze::findings(&figures, &|key| config.seconds(key), context.terminal.style);
    let style = context.terminal.style;
    if context.globals.json {
        context.terminal.document(Analysis { metrics: figures, findings })?;
    } else {
        for finding in findings {
            writeln!(context.terminal.out, "{}", finding.line(style))?;
        }
    }
    Ok(ExitCode::Done)
}

/// Finds the figures of a batch, a run, or a file.
fn of_word(word: &str, context: &mut Context) -> Result<Metrics> {
    if let Ok(batch) = word.parse::<u32>()
        && let Some(figures) = of_batch(batch, context)?
    {
        return Ok(figures);
    }
    if word.contains('/') || Path::new(word).is_file() {
        return read(Path::new(word));
    }
    Ok(metrics::from_state(&runs::find(context, &Selector::of(Some(word)))?.state))
}

/// Reads the figures that the latest run of a batch left; nothing when it left none.
fn of_batch(batch: u32, context: &mut Context) -> Result<Option<Metrics>> {
    let file = context.root.join(context.config()?.paths.state).join(format!("tmp/batch-metrics-{batch}.json"));
    if file.is_file() { read(&file).map(Some) } else { Ok(None) }
}

/// Reads a file of metrics.
pub fn read(path: &Path) -> Result<Metrics> {
    let refuse = |code, reason: String| Error::new(code, format!("cannot use `{}`: {reason}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refuse(ExitCode::NothingMatched, error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refuse(ExitCode::InvalidInput, error.to_string()))
}

/// Returns the files of all finished runs.
pub fn archive(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

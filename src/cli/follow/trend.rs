//! `trend`: recent runs compared.

use std::io::Write;

use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::Serialize;

use super::analyze::{archive, read};
use super::runs;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::report::{Metrics, analyze, metrics, trend};

/// Compare recent runs and say what the figures recommend
#[derive(clap::Args)]
pub struct Args {
    /// Only runs of the last weeks
    #[arg(long, value_name = "N")]
    weeks: Option<u16>,
    /// Only the latest runs
    #[arg(long, value_name = "N", default_value = "20")]
    recent: usize,
}

/// What `trend --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct Comparison {
    operations: Vec<Group>,
}

/// The runs of one operation, oldest first.
#[derive(Serialize, JsonSchema)]
struct Group {
    operation: String,
    findings: Vec<analyze::AnalysisLine>,
    runs: Vec<Metrics>,
}

/// Returns the latest runs whose process is gone before it could write its figures.
fn interrupted(context: &Context, known: &[Metrics], most: usize) -> Result<Vec<Metrics>> {
    let folder = runs::folder(context)?;
    let is_known = |id: &&String| known.iter().any(|metrics| metrics.run == **id);
    let ids = runs::ids(&folder);
    let states = ids.iter().rev().take(most).filter(|id| !is_known(id)).filter_map(|id| runs::state(&folder, id).ok());
    Ok(states.filter(|state| state.interrupted.is_some()).map(|state| metrics::from_state(&state)).collect())
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let folder = context.root.join(&config.paths.state).join("completed-batches");
    let configured = |key: &str| config.seconds(key);
    let mut runs: Vec<Metrics> = Vec::new();
    for path in archive(&folder) {
        match read(&path) {
            Ok(metrics) => runs.push(metrics),
            Err(error) => context.terminal.warn(&error.message),
        }
    }
    runs.extend(interrupted(context, &runs, args.recent)?);
    if let Some(weeks) = args.weeks {
        let oldest = Timestamp::now() - (i64::from(weeks) * 7 * 24).hours();
        runs.retain(|run| run.started.parse::<Timestamp>().is_ok_and(|started| started >= oldest));
    }
    // By time, not by name.
    runs.sort_by(|a, b| (&a.started, &a.run).cmp(&(&b.started, &b.run)));
    runs.drain(..runs.len().saturating_sub(args.recent));
    if runs.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, "there is no finished run to compare")
            .help(format!("looked in `{}`", folder.display()))
            .into());
    }
    let style = context.terminal.style;
    if context.globals.json {
        let group = |(operation, group): trend::OperationRuns<'_>| Group {
            operation: operation.to_owned(),
            findings: trend::findings(&group, &configured, style),
            runs: group.into_iter().cloned().collect(),
        };
        let operations = trend::groups(&runs).into_iter().map(group).collect();
        context.terminal.document(Comparison { operations })?;
    } else {
        for line in trend::lines(&runs, &configured, style) {
            writeln!(context.terminal.out, "{line}")?;
        }
    }
    Ok(ExitCode::Done)
}

//! `executors test`: an executor submits, lists and cancels jobs that only wait, and is judged by what comes of it.

use std::io::Write as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::setup::try_out;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::report::style::{Sign, Tone};
use crate::report::text::safe;
use crate::script::{ExecutorFinding, Holds};

/// Try an executor out with jobs that only wait
///
/// No agent is called, and no hub is needed. What the engine does when it fails cannot be tried out here: that it says
/// `lost` or `unknown` then, and nothing that is not so.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The executor; without a name that of the configuration
    name: Option<String>,
    /// Longest wait for a job to begin or to end, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120")]
    patience: u64,
}

/// What `executors test --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct ExecutorTrial {
    executor: String,
    /// Capacity, submit, submit twice, list, logs, cancel, end, absent.
    findings: Vec<ExecutorFinding>,
}

/// Runs the subcommand: 10 when the executor does not hold something.
pub(super) fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let named = || config.get("executor.name").and_then(|name| name.as_str().map(str::to_owned));
    let Some(executor) = args.name.clone().or_else(named) else {
        let error = Error::new(ExitCode::Usage, "which executor? the configuration names none");
        return Err(error.help("`batchprp executors test ssh`, or a name of your own in .ce/executors").into());
    };
    let patience = Duration::from_secs(args.patience);
    let findings = try_out::executor(context, config.clone(), &executor, patience)?;
    let is_bad = findings.iter().any(|finding| finding.holds == Holds::No);
    let trial = ExecutorTrial { executor, findings };
    if context.globals.json {
        context.terminal.document(trial)?;
    } else {
        let style = context.terminal.style;
        for ExecutorFinding { name, holds, text } in &trial.findings {
            let (tone, sign, word) = match holds {
                Holds::Yes => (Tone::Good, Sign::Good, "yes"),
                Holds::No => (Tone::Bad, Sign::Bad, "no"),
                Holds::Unknown => (Tone::Warning, Sign::Warning, "?"),
            };
            let mark = style.paint(tone, style.mark(sign));
            writeln!(context.terminal.out, "{mark} {name:<12} {word:<4} {}", safe(text))?;
        }
    }
    Ok(if is_bad { ExitCode::Unfinished } else { ExitCode::Done })
}

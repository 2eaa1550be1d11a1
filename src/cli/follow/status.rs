//! `status`: where a run stands, read from its files.

use std::io::Write;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::alive::{self, Alive};
use super::early;
use super::pace;
use super::runs::{self, RUN_HELP, Selector};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::event::{ItemView, RunView, Seat};
use crate::host::process::command_line::going_on;
use crate::report::board::{self, Look};
use crate::report::life::Life;
use crate::report::summary;

/// Show where a run stands
#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "RUN", help = RUN_HELP)]
    run: Option<String>,
    /// The same, as a flag
    #[arg(long = "run", value_name = "RUN", hide = true, conflicts_with = "run")]
    named: Option<String>,
    /// The latest run of this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let run = args.run.as_deref().or(args.named.as_deref());
    let selector = Selector { batch: args.batch, ..Selector::of(run) };
    let early = early::meant(context, &selector)?;
    if let Some(work) = early.last().filter(|_| context.globals.json) {
        context.terminal.document(StatusDocument::of(&work.view(), Alive::Yes))?;
        return Ok(ExitCode::Done);
    }
    for work in &early {
        writeln!(context.terminal.out, "{}; follow: batchprp watch; end: batchprp stop", work.words())?;
    }
    if !early.is_empty() {
        return Ok(ExitCode::Done);
    }
    let selector = runs::prefer_at_work(context, selector, "status")?;
    let found = runs::find(context, &selector)?;
    let pace = pace::of_earlier_runs(context, &found.folder);
    let alive = alive::alive(&found.state);
    let state = &found.state;
    let terminal = &mut context.terminal;
    if context.globals.json {
        terminal.document(StatusDocument::of(state, alive))?;
        return Ok(ExitCode::Done);
    }
    if state.end.is_some() {
        summary::write(state, terminal.style, &mut terminal.out)?;
    } else {
        let now = (alive == Alive::Yes).then(Timestamp::now);
        let mut look = Look::new(now, terminal.style, usize::MAX);
        look.pace = pace;
        for line in board::frame(state, &look) {
            writeln!(terminal.out, "{line}")?;
        }
    }
    writeln!(terminal.out, "\n{}", standing(state, alive))?;
    Ok(ExitCode::Done)
}

fn standing(state: &RunView, alive: Alive) -> String {
    let run = &state.run;
    match (&state.end, alive) {
        (Some(end), _) => format!("run {run} ended with exit code {}", end.exit_code),
        (None, Alive::Yes) => {
            format!("run {run} is at work (pid {}); follow: batchprp watch {run}; end: batchprp stop {run}", state.pid)
        }
        (None, Alive::Elsewhere) => format!("run {run} belongs to pid {} on {}", state.pid, state.host),
        (None, Alive::No) => format!("run {run} was interrupted; go on with: {}", going_on(&state.argv)),
    }
}

/// What `status --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct StatusDocument {
    /// `null` for what works without a run, such as `land`.
    run: Option<String>,
    command: String,
    batch_id: Option<u32>,
    /// Process of the orchestrator.
    pid: u32,
    host: String,
    state: Life,
    /// `null` while the run goes on.
    exit_code: Option<u8>,
    /// RFC 3339.
    started: Option<String>,
    /// Seconds.
    elapsed: f64,
    /// The command that goes on with the run.
    resume: Option<String>,
    items: Vec<Item>,
}

#[derive(Serialize, JsonSchema)]
struct Item {
    id: String,
    stage: u32,
    /// `waiting`, `ready`, `running`, `validating`, `interrupted`, or how it ended.
    status: &'static str,
    /// Ordinal of the phase at work.
    phase: Option<u32>,
    phases: u32,
    /// Percent.
    progress: f64,
    /// Why it ended so; empty when there is nothing to say.
    reason: String,
    /// Where it is carried out, or was; `null` in the process of the run.
    seat: Option<Seat>,
}

impl StatusDocument {
    fn of(state: &RunView, alive: Alive) -> Self {
        Self {
            run: Some(state.run.clone()).filter(|run| !run.is_empty()),
            command: state.command.clone(),
            batch_id: state.batch,
            pid: state.pid,
            host: state.host.clone(),
            state: alive::life(state, alive),
            exit_code: state.end.as_ref().map(|end| end.exit_code),
            started: state.started.map(|at| at.to_string()),
            elapsed: state.elapsed((alive == Alive::Yes).then(Timestamp::now)),
            resume: state.resume().cloned(),
            items: state.items.iter().map(Item::of).collect(),
        }
    }
}

impl Item {
    fn of(item: &ItemView) -> Self {
        Self {
            id: item.info.id.clone(),
            stage: item.info.stage,
            status: item.standing.as_str(),
            phase: item.phase.as_ref().map(|phase| phase.ordinal),
            phases: item.info.phases,
            progress: item.progress(),
            reason: item.reason.clone(),
            seat: item.seat.clone(),
        }
    }
}

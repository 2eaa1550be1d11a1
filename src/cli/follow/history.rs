//! `runs`: lists the runs of the project.

use std::io::Write;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::alive::{Alive, alive};
use super::runs;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::model::duration::show;
use crate::model::usage::Tokens;
use crate::report::style::Tone;
use crate::report::table::{self, Cell};
use crate::report::text::{count, dollars, line, numbered};

/// List the runs of the project, the latest first
#[derive(clap::Args)]
pub struct Args {
    /// Only runs of this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
    /// Only runs of this command
    #[arg(long, value_name = "NAME")]
    command: Option<String>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value = "20")]
    recent: usize,
}

/// What `runs --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct RunList {
    runs: Vec<ListedRun>,
}

/// One run of the list.
#[derive(Clone, Serialize, JsonSchema)]
pub struct ListedRun {
    pub run: String,
    command: String,
    batch_id: Option<u32>,
    /// RFC 3339.
    started: Option<String>,
    /// Seconds.
    elapsed: f64,
    /// `running`, `elsewhere`, `interrupted` or `ended`.
    pub state: &'static str,
    exit_code: Option<u8>,
    items: usize,
    completed: usize,
    tokens: Option<u64>,
    cost: Option<f64>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let folder = runs::folder(context)?;
    let is_wanted = |id: &String| {
        let Some((command, batch)) = runs::subject(&folder, id) else { return false };
        args.batch.is_none_or(|wanted| batch == Some(wanted))
            && args.command.as_ref().is_none_or(|wanted| command == *wanted)
    };
    let ids: Vec<String> = runs::ids(&folder).into_iter().rev().filter(is_wanted).take(args.recent).collect();
    let mut listed = Vec::new();
    for id in &ids {
        let state = runs::state(&folder, id)?;
        listed.push(ListedRun::of(id, &state));
    }
    if context.globals.json {
        context.terminal.document(RunList { runs: listed })?;
        return Ok(ExitCode::Done);
    }
    if listed.is_empty() {
        let all = runs::ids(&folder).len();
        let (message, help) = if all == 0 {
            ("there is no run yet".to_owned(), format!("looked in `{}`", folder.display()))
        } else {
            let of = args.command.as_ref().map(|command| format!(" of `{}`", line(command, 40)));
            let batch = args.batch.map(|batch| format!(" of batch {batch}"));
            let what: String = of.into_iter().chain(batch).collect();
            (format!("there is no run{what}"), format!("`batchprp runs` lists all {}", numbered(all, "run")))
        };
        return Err(Error::new(ExitCode::NothingMatched, message).help(help).into());
    }
    let head = ["run", "command", "batch", "state", "completed", "started", "time", "tokens", "cost"];
    let rows: Vec<Vec<Cell>> = listed.iter().map(ListedRun::row).collect();
    for line in table::lines(&head, &rows, context.terminal.style) {
        writeln!(context.terminal.out, "{line}")?;
    }
    Ok(ExitCode::Done)
}

impl ListedRun {
    /// Sums up a run.
    pub fn of(id: &str, state: &RunView) -> Self {
        let life = alive(state);
        let usage = state.usage();
        Self {
            run: id.to_owned(),
            command: state.command.clone(),
            batch_id: state.batch,
            started: state.started.map(|at| at.to_string()),
            elapsed: state.elapsed((life == Alive::Yes).then(Timestamp::now)),
            state: match (&state.end, life) {
                (Some(_), _) => "ended",
                (None, Alive::Yes) => "running",
                (None, Alive::Elsewhere) => "elsewhere",
                (None, Alive::No) => "interrupted",
            },
            exit_code: state.end.as_ref().map(|end| end.exit_code),
            items: state.items.len(),
            completed: state.count(ItemStatus::Completed),
            tokens: usage.tokens.map(Tokens::total),
            cost: usage.cost,
        }
    }

    fn row(&self) -> Vec<Cell> {
        let (state, tone) = match (self.state, self.exit_code) {
            ("ended", Some(0)) => ("complete".to_owned(), Tone::Good),
            ("ended", Some(code)) => (format!("ended with {code}"), Tone::Warning),
            (word, _) => (word.to_owned(), if word == "running" { Tone::Strong } else { Tone::Warning }),
        };
        let started = self.started.as_deref().and_then(|at| at.get(..16)).unwrap_or_default();
        let known = |text: Option<String>| Cell::plain(text.unwrap_or_default());
        vec![
            Cell::plain(self.run.clone()),
            Cell::plain(line(&self.command, 20)),
            known(self.batch_id.map(|batch| batch.to_string())),
            Cell::toned(state, tone),
            Cell::plain(format!("{}/{}", self.completed, self.items)),
            Cell::plain(started.replace('T', " ")),
            Cell::plain(show(self.elapsed)),
            known(self.tokens.map(count)),
            known(self.cost.map(dollars)),
        ]
    }
}

//! `replay`: shows a run again from its journal.

use std::io::{BufWriter, Write as _};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::runs::{self, RUN_HELP, Selector};
use crate::cli::screen::display::{RunDisplay, Slow};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::event::fold::seconds;
use crate::host::journal::JournalReader;

/// Show a run again from its journal
#[derive(clap::Args)]
pub struct Args {
    #[arg(help = RUN_HELP)]
    run: Option<String>,
    /// Replay with the pauses of the run, so many times faster
    #[arg(long, value_name = "FACTOR")]
    speed: Option<f64>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let folder = runs::place(context, &Selector::of(args.run.as_deref()))?;
    let speed = args.speed.filter(|speed| *speed > 0.0);
    if context.globals.json && speed.is_none() {
        // A line of the journal is the event, as it was shown then.
        let mut out = BufWriter::new(&mut context.terminal.out);
        JournalReader::open(&folder)?.each(|_, line| writeln!(out, "{}", line.trim_end()))?;
        out.flush()?;
        return Ok(ExitCode::Done);
    }
    let mut progress = RunDisplay::new(context, Slow::Wait)?;
    let mut before: Option<Timestamp> = None;
    JournalReader::open(&folder)?.each(|event, _| {
        let at = event.at.parse().ok();
        if let Some(speed) = speed
            && before.is_some()
        {
            let pause = Duration::try_from_secs_f64(seconds(before, at) / speed).unwrap_or_default();
            thread::sleep(pause.min(Duration::from_secs(60)));
        }
        before = at.or(before);
        progress.event(&event)
    })?;
    progress.finish(None)?;
    Ok(ExitCode::Done)
}

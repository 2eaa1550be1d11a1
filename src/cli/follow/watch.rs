//! `watch`: follows a run from any terminal until it ends.

use std::io::Write;
use std::time::{Duration, Instant};

use notify::RecursiveMode;

use super::alive::{Alive, alive, expect_begun};
use super::early::{self, EarlyWork};
use super::news::News;
use super::pace;
use super::runs::{self, RUN_HELP, Selector};
use crate::cli::screen::display::{RunDisplay, Slow};
use crate::cli::screen::signals::EndAsked;
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::error::{Error, ExitCode};
use crate::host::journal::JournalReader;
use crate::host::process::command_line::going_on;
use crate::report::text::line;

/// Follow a run until it ends
#[derive(clap::Args)]
pub struct Args {
    #[arg(help = RUN_HELP)]
    run: Option<String>,
    /// Follow the latest run of this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
}

/// Says what works without a run until it is over; returns the run that it opened.
fn until_run(work: &EarlyWork, context: &mut Context) -> Result<Option<String>, CommandFailure> {
    // Its note goes when a run is there, which may be seen a moment later.
    const LOOK: Duration = Duration::from_secs(1);
    let config = context.config()?;
    let (state, runs) = (context.root.join(&config.paths.state), runs::below(&context.root, &config));
    writeln!(context.terminal.out, "{}; end: batchprp stop", work.words())?;
    let mut news = News::of(&early::folder(&state), RecursiveMode::NonRecursive);
    let mut told = work.doing.clone();
    loop {
        context.terminal.out.flush()?;
        if let Some(run) = runs::at_work(&runs).into_iter().find(|run| run.pid == work.pid) {
            return Ok(Some(run.run));
        }
        if !work.is_alive() {
            writeln!(context.terminal.out, "{} is over", work.name())?;
            return Ok(None);
        }
        let now = early::at_work(&state).into_iter().find(|now| now.pid == work.pid);
        if let Some(now) = now.filter(|now| now.doing != told) {
            told = now.doing;
            writeln!(context.terminal.out, "{}", line(&told, 300))?;
        }
        if !news.expect_end_of(&work.view()) {
            news.wait(Some(LOOK));
        }
    }
}

/// Runs the subcommand. Its exit code is that of the run.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let mut selector = Selector { run: args.run.clone(), batch: args.batch };
    if let Some(work) = early::meant(context, &selector)?.pop() {
        match until_run(&work, context)? {
            Some(run) => selector.run = Some(run),
            None => return Ok(ExitCode::Done),
        }
    }
    let selector = runs::prefer_at_work(context, selector, "watch")?;
    let folder = runs::place(context, &selector)?;
    let mut news = News::of(&folder, RecursiveMode::NonRecursive);
    let mut journal = JournalReader::open(&folder)?;
    let mut progress = RunDisplay::new(context, Slow::Wait)?;
    progress.expect(pace::of_earlier_runs(context, &folder));
    let end = EndAsked::watch()?;
    news.wake_at_signals()?;
    let since = Instant::now();
    loop {
        // Ending the watching ends nothing else.
        if end.is_set() {
            progress.finish(Some(&end))?;
            return Ok(ExitCode::Interrupted);
        }
        // Looked at before reading: what a process wrote before its end is read after it.
        let was_alive = (progress.state().pid != 0).then(|| alive(progress.state()));
        journal.each(|event, _| progress.event(&event))?;
        if let Some(end) = progress.state().end.clone() {
            progress.finish(None)?;
            return Ok(ExitCode::of(end.exit_code).unwrap_or(ExitCode::Internal));
        }
        if was_alive == Some(Alive::No) {
            progress.finish(None)?;
            let message = format!("run `{}` was interrupted", progress.state().run);
            let help = format!("go on with: {}", going_on(&progress.state().argv));
            return Err(Error::new(ExitCode::Unfinished, message).help(help).into());
        }
        expect_begun(progress.state(), &folder, since)?;
        progress.settle(&folder);
        progress.tick()?;
        if !news.expect_end_of(progress.state()) {
            news.wait(Some(progress.until_tick()));
        }
    }
}

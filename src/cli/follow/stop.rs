//! `stop`: ends a run from any terminal, as Ctrl-C would.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::alive::{Alive, alive};
use super::early::{self, EarlyWork};
use super::runs::{self, RUN_HELP, Selector};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::event::RunView;
use crate::host::process::age::EndOf;
use crate::host::process::command_line::going_on;

/// End a run: agents are stopped, their work is kept, the resume command is printed
#[derive(clap::Args)]
pub struct Args {
    #[arg(help = RUN_HELP)]
    run: Option<String>,
    /// End the latest run of this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
    /// Give agents no time to stop cleanly
    #[arg(long)]
    now: bool,
    /// Wait so long for the end
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = crate::model::duration::parse)]
    wait: Duration,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let selector = Selector { run: args.run.clone(), batch: args.batch };
    let early = early::meant(context, &selector)?;
    if let Some(work) = only(&early)? {
        end(&work.view(), &work.name(), args)?;
        writeln!(context.terminal.out, "{} is stopped\n{}", work.name(), going_on(&work.argv))?;
        return Ok(ExitCode::Done);
    }
    let selector = meant(selector, context)?;
    let found = runs::find(context, &selector)?;
    let state = &found.state;
    match alive(state) {
        Alive::Yes => {}
        Alive::No => {
            let message = format!("run `{}` is not at work", found.id);
            let help = "`batchprp status` shows how it ended";
            return Err(Error::new(ExitCode::NothingMatched, message).help(help).into());
        }
        Alive::Elsewhere => {
            let message = format!("run `{}` belongs to pid {} on `{}`", found.id, state.pid, state.host);
            return Err(Error::new(ExitCode::NothingMatched, message).help("run this command on that machine").into());
        }
    }
    end(state, &format!("run `{}`", found.id), args)?;
    let mut last = RunView::default();
    found.journal()?.fold_into(&mut last)?;
    writeln!(context.terminal.out, "run {} is stopped", found.id)?;
    if let Some(resume) = last.end.and_then(|end| end.resume) {
        writeln!(context.terminal.out, "{resume}")?;
    }
    Ok(ExitCode::Done)
}

/// Returns the only thing that is at work without a run. Of several, somebody has to say which one.
fn only(early: &[EarlyWork]) -> Result<Option<&EarlyWork>, Error> {
    if early.len() < 2 {
        return Ok(early.first());
    }
    let message = format!("{} commands are at work: which one is to be stopped?", early.len());
    let commands: Vec<String> = early.iter().map(|work| format!("kill -INT {} ({})", work.pid, work.name())).collect();
    Err(Error::new(ExitCode::Usage, message).help(commands.join("\n")))
}

/// Ends a process that carries something on, and waits until it is gone.
fn end(state: &RunView, name: &str, args: &Args) -> Result<(), Error> {
    signal(state.pid)?;
    if args.now {
        // Signals of one number are merged while they are pending.
        thread::sleep(Duration::from_millis(200));
        if alive(state) == Alive::Yes {
            signal(state.pid)?;
        }
    }
    let deadline = Instant::now() + args.wait;
    while alive(state) == Alive::Yes {
        if Instant::now() > deadline {
            let message = format!("{name} (pid {}) was told to stop but is still there", state.pid);
            return Err(Error::new(ExitCode::Unfinished, message).help("`batchprp stop --now` gives agents no time"));
        }
        match EndOf::process(state.pid) {
            Some(end) => end.wait(Some(deadline.saturating_duration_since(Instant::now()))),
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
    Ok(())
}

/// Chooses the run that is at work. Of several, somebody has to say which one.
fn meant(selector: Selector, context: &mut Context) -> Result<Selector, Error> {
    if selector.run.is_none() && selector.batch.is_none() {
        let runs = runs::at_work(&runs::folder(context)?);
        if runs.len() > 1 {
            let message = format!("{} runs are at work: which one is to be stopped?", runs.len());
            let commands: Vec<String> = runs.iter().map(|run| runs::named(run, "stop")).collect();
            return Err(Error::new(ExitCode::Usage, message).help(commands.join("\n")));
        }
    }
    runs::prefer_at_work(context, selector, "stop")
}

/// Tells an orchestrator to end, as Ctrl-C does.
pub fn signal(pid: u32) -> Result<(), Error> {
    let pid = i32::try_from(pid).unwrap_or(i32::MAX);
    kill(Pid::from_raw(pid), Signal::SIGINT)
        .map_err(|error| Error::new(ExitCode::Unfinished, format!("cannot signal process {pid}: {error}")))
}

//! `logs`: what happened in a run, or what the agents of an item wrote.

use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::alive::{Alive, alive};
use super::journal::GrowingFile;
use super::runs::{self, FoundRun, Selector};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::event::{Event, RunView};
use crate::report::lines;
use crate::report::style::Tone;
use crate::report::text::safe;

/// Show what happened in a run, or what the agents of one item wrote
#[derive(clap::Args)]
pub struct Args {
    /// Run, by id or the beginning of one; `latest` for the latest
    run: String,
    /// Item whose transcripts are shown
    item: Option<String>,
    /// Go on until the run ends
    #[arg(short, long)]
    follow: bool,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let wanted = (args.run != "latest").then(|| args.run.clone());
    let found = runs::find(context, &Selector { run: wanted, batch: None })?;
    match &args.item {
        Some(item) => transcripts(item, &found, args.follow, context),
        None => events(&found, args.follow, context),
    }
}

fn events(found: &FoundRun, follow: bool, context: &mut Context) -> CommandResult {
    let mut tail = GrowingFile::open(&found.journal())?;
    let mut state = RunView::default();
    let terminal = &mut context.terminal;
    loop {
        let over = !follow || (state.pid != 0 && alive(&state) == Alive::No);
        for line in tail.lines()? {
            let Ok(event) = Event::from_json(&line) else { continue };
            state.apply(&event);
            if context.globals.json {
                writeln!(terminal.out, "{line}")?;
            } else if let Some(text) = lines::of(&event, &state, terminal.style) {
                let time = event.at.get(11..19).unwrap_or_default();
                writeln!(terminal.out, "{} {text}", terminal.style.paint(Tone::Dim, time))?;
            }
        }
        if over || state.end.is_some() {
            return Ok(ExitCode::Done);
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn transcripts(item: &str, found: &FoundRun, follow: bool, context: &mut Context) -> CommandResult {
    let Some(id) = found.state.items.iter().map(|i| &i.info.id).find(|id| is_meant(id, item)) else {
        let known: Vec<&str> = found.state.items.iter().map(|i| i.info.id.as_str()).collect();
        return Err(Error::new(ExitCode::NothingMatched, format!("run `{}` has no item `{item}`", found.id))
            .help(format!("its items: {}", known.join(", ")))
            .into());
    };
    let folder = found.folder.join(id);
    let mut open: Vec<(PathBuf, GrowingFile)> = Vec::new();
    let mut shown: Option<PathBuf> = None;
    let mut tail = GrowingFile::open(&found.journal())?;
    let mut state = RunView::default();
    loop {
        for event in tail.lines()?.iter().filter_map(|line| Event::from_json(line).ok()) {
            state.apply(&event);
        }
        let over = !follow || state.end.is_some() || alive(&state) == Alive::No;
        for path in files(&folder) {
            if !open.iter().any(|(known, _)| *known == path) {
                let tail = GrowingFile::open(&path)?;
                open.push((path, tail));
            }
        }
        for (path, tail) in &mut open {
            for line in tail.lines()? {
                if shown.as_ref() != Some(path) {
                    let name = path.strip_prefix(&found.folder).unwrap_or(path).display().to_string();
                    let head = context.terminal.style.paint(Tone::Strong, &format!("==> {} <==", safe(&name)));
                    writeln!(context.terminal.out, "{head}")?;
                    shown = Some(path.clone());
                }
                writeln!(context.terminal.out, "{}", safe(&line))?;
            }
        }
        if over {
            return Ok(ExitCode::Done);
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn is_meant(id: &str, word: &str) -> bool {
    id.eq_ignore_ascii_case(word) || id.strip_prefix("PRP-").is_some_and(|bare| bare.eq_ignore_ascii_case(word))
}

/// Returns transcripts and error output of all attempts, in order.
fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let attempts = walkdir::WalkDir::new(folder).max_depth(3).sort_by_file_name().into_iter().flatten();
    let is_log = |name: &std::ffi::OsStr| name == "transcript.jsonl" || name == "stderr.log";
    attempts.filter(|e| e.file_type().is_file() && is_log(e.file_name())).map(walkdir::DirEntry::into_path).collect()
}

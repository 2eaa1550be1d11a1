//! `logs`: what happened in a run, or what the agents and the checks of an item wrote.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use notify::RecursiveMode;
use serde::Serialize;

use super::alive::{Alive, alive, expect_begun};
use super::item_files::{self, ItemFiles};
use super::news::News;
use super::runs::{self, FoundRun, RUN_HELP, Selector};
use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::event::{ItemView, RunView};
use crate::host::journal::GrowingFile;
use crate::report::detail::{self, Detail};
use crate::report::lines;
use crate::report::style::Tone;
use crate::report::text::{numbered, safe};
use crate::report::transcript;
use crate::run::shared::names;

/// Longest patch that is shown.
const MAX_PATCH: usize = 16 * 1024 * 1024;

/// Show what happened in a run, or what the agents and the checks of one item wrote
#[derive(clap::Args)]
pub struct Args {
    #[arg(help = RUN_HELP)]
    run: Option<String>,
    /// Item whose transcripts are shown; alone it is looked for in the latest run
    item: Option<String>,
    /// Go on until the run ends
    #[arg(short, long)]
    follow: bool,
    /// All that the checks of the item said
    #[arg(long, group = "what")]
    checks: bool,
    /// What its agents wrote to standard error
    #[arg(long, group = "what")]
    stderr: bool,
    /// What its agents were told
    #[arg(long, group = "what")]
    prompt: bool,
    /// Transcripts line by line, as the agents wrote them
    #[arg(long, group = "what")]
    raw: bool,
    /// What the item changed, as a patch
    #[arg(long, group = "what", conflicts_with = "follow")]
    diff: bool,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let (found, item) = subject(args, context)?;
    let Some(item) = item else {
        if args.checks || args.stderr || args.prompt || args.diff || args.raw {
            let message = "this flag is about one item";
            return Err(Error::new(ExitCode::Usage, message).help(items_of(&found)).into());
        }
        return events(&found, None, args.follow, context);
    };
    let item = meant(&found, &item)?;
    let shown = Shown { what: ItemFiles::Transcripts, follow: args.follow, raw: args.raw };
    match args {
        Args { diff: true, .. } => patch(item, &found, context),
        Args { checks: true, .. } => files(item, &found, Shown { what: ItemFiles::Checks, ..shown }, context),
        Args { stderr: true, .. } => files(item, &found, Shown { what: ItemFiles::Errors, ..shown }, context),
        Args { prompt: true, .. } => files(item, &found, Shown { what: ItemFiles::Prompts, ..shown }, context),
        _ => files(item, &found, shown, context),
    }
}

/// Which files of an item are shown, and how.
#[derive(Clone, Copy)]
struct Shown {
    what: ItemFiles,
    follow: bool,
    /// As they were written.
    raw: bool,
}

/// One line of a file of an item, as `logs ITEM --json` prints it.
#[derive(Serialize)]
struct FileLine<'a> {
    item: &'a str,
    file: &'a str,
    line: &'a str,
}

/// What `logs ITEM --diff --json` prints.
#[derive(Serialize)]
struct ItemPatch<'a> {
    item: &'a str,
    patch: &'a str,
    /// It is longer than that.
    truncated: bool,
}

/// Finds the run and the item. One word alone is an item when the latest run has it, and a run otherwise.
fn subject(args: &Args, context: &mut Context) -> Result<(FoundRun, Option<String>)> {
    if let (Some(word), None) = (&args.run, &args.item)
        && let Ok(latest) = runs::find(context, &Selector::default())
        && meant(&latest, word).is_ok()
    {
        return Ok((latest, Some(word.clone())));
    }
    let mut selector = Selector::of(args.run.as_deref());
    if args.follow {
        selector = runs::prefer_at_work(context, selector, "logs -f")?;
    }
    Ok((runs::find(context, &selector)?, args.item.clone()))
}

fn items_of(found: &FoundRun) -> String {
    let known: Vec<&str> = found.state.items.iter().map(|item| item.info.id.as_str()).collect();
    format!("items of run {}: {}", found.id, known.join(", "))
}

/// Finds an item by id, name, or the beginning of one that only it has.
fn meant<'a>(found: &'a FoundRun, word: &str) -> Result<&'a ItemView> {
    let word = word.to_lowercase();
    let names = |item: &&ItemView| {
        let (id, name) = (item.info.id.to_lowercase(), item.info.name.to_lowercase());
        let bare = id.strip_prefix("prp-").map(str::to_owned);
        [Some(id), Some(name), bare].into_iter().flatten().collect::<Vec<_>>()
    };
    let items = &found.state.items;
    if let Some(item) = items.iter().find(|item| names(item).contains(&word)) {
        return Ok(item);
    }
    let mut begin = items.iter().filter(|item| names(item).iter().any(|name| name.starts_with(&word)));
    if let (Some(item), None) = (begin.next(), begin.next()) {
        return Ok(item);
    }
    let message = format!("run `{}` has no item `{word}`", found.id);
    Err(Error::new(ExitCode::NothingMatched, message).help(items_of(found)))
}

/// Shows what the journal of a run holds, of all items or of one.
fn events(found: &FoundRun, item: Option<&str>, follow: bool, context: &mut Context) -> CommandResult {
    let mut news = follow.then(|| News::of(&found.folder, RecursiveMode::NonRecursive));
    let mut journal = found.journal()?;
    let mut state = RunView::default();
    let wanted = match context.globals.verbose {
        0 => None,
        1 => Some(Detail::More),
        _ => Some(Detail::Everything),
    };
    let (terminal, since) = (&mut context.terminal, Instant::now());
    loop {
        let over = !follow || (state.pid != 0 && alive(&state) == Alive::No);
        journal.each(|event, line| {
            state.apply(&event);
            if item.is_some_and(|wanted| event.kind.item() != Some(wanted)) {
                return Ok(());
            }
            if context.globals.json {
                writeln!(terminal.out, "{line}")?;
            } else {
                let time = event.at.get(11..19).unwrap_or_default();
                let more = wanted.map(|wanted| detail::of(&event, &state, wanted)).unwrap_or_default();
                for text in lines::of(&event, &state, terminal.style).into_iter().chain(more) {
                    writeln!(terminal.out, "{} {text}", terminal.style.paint(Tone::Dim, time))?;
                }
            }
            Ok(())
        })?;
        let Some(news) = news.as_mut().filter(|_| !over && state.end.is_none()) else { return Ok(ExitCode::Done) };
        expect_begun(&state, &found.folder, since)?;
        wait(news, &state);
    }
}

fn files(item: &ItemView, found: &FoundRun, how: Shown, context: &mut Context) -> CommandResult {
    let Shown { what, follow, .. } = how;
    let folder = found.folder.join(names::file_name(&item.info.id));
    let mut open: Vec<(PathBuf, GrowingFile)> = Vec::new();
    let mut shown: Option<PathBuf> = None;
    let mut news = follow.then(|| News::of(&found.folder, RecursiveMode::Recursive));
    let mut journal = found.journal()?;
    let mut state = RunView::default();
    loop {
        journal.fold_into(&mut state)?;
        let over = !follow || state.end.is_some() || alive(&state) == Alive::No;
        for path in what.files(&folder) {
            if !open.iter().any(|(known, _)| *known == path) {
                let tail = GrowingFile::open(&path)?;
                open.push((path, tail));
            }
        }
        for (path, tail) in &mut open {
            let mut lines = tail.lines()?;
            lines.extend(over.then(|| tail.rest()).flatten());
            for line in lines {
                let Some(text) = said(&line, path, how, context.globals.json) else { continue };
                if context.globals.json {
                    shown = Some(path.clone());
                    let file = path.strip_prefix(&context.root).unwrap_or(path).display().to_string();
                    json(&FileLine { item: &item.info.id, file: &file, line: &text }, &mut context.terminal.out)?;
                    continue;
                }
                if shown.as_ref() != Some(path) {
                    let name = path.strip_prefix(&context.root).unwrap_or(path).display().to_string();
                    let about = item_files::check(path, state.item(&item.info.id).unwrap_or(item));
                    let about = about.map(|about| format!(" ({about})")).unwrap_or_default();
                    let head = context.terminal.style.paint(Tone::Strong, &format!("==> {}{about} <==", safe(&name)));
                    writeln!(context.terminal.out, "{head}")?;
                    shown = Some(path.clone());
                }
                writeln!(context.terminal.out, "{text}")?;
            }
        }
        let Some(news) = news.as_mut().filter(|_| !over) else {
            if shown.is_some() {
                return Ok(ExitCode::Done);
            }
            let refusal = nothing(item, found, what);
            if !matches!(what, ItemFiles::Transcripts) || context.globals.json {
                return Err(refusal.into());
            }
            // What leads here wants to know why, and the run itself knows it.
            context.terminal.warn(&format!("{}; what the run tells of it:", refusal.message));
            return events(found, Some(&item.info.id), false, context);
        };
        wait(news, &state);
    }
}

/// Returns a line as it is shown; nothing when it tells a person nothing.
fn said(line: &str, path: &Path, how: Shown, json: bool) -> Option<String> {
    let is_transcript = path.extension().is_some_and(|extension| extension == "jsonl");
    if json {
        return Some(line.trim_end().to_owned());
    }
    if is_transcript && !how.raw { transcript::readable(line) } else { Some(safe(line)) }
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> std::io::Result<()> {
    let text = serde_json::to_string(value).map_err(std::io::Error::from)?;
    writeln!(out, "{text}")
}

/// Waits until the run goes on or is over.
fn wait(news: &mut News, known: &RunView) {
    if !news.expect_end_of(known) {
        news.wait(None);
    }
}

fn nothing(item: &ItemView, found: &FoundRun, what: ItemFiles) -> Error {
    let (kind, help) = match what {
        ItemFiles::Transcripts => ("no agent wrote anything for", "`batchprp logs RUN` shows what happened"),
        ItemFiles::Checks => ("no check ran for", "validation commands are those of the PRP and of `[validate]`"),
        ItemFiles::Errors => ("no agent wrote to standard error for", "without `--stderr` its transcripts are shown"),
        ItemFiles::Prompts => {
            ("no agent was asked for", "`batchprp exe --explain-prompt` shows what one would be told")
        }
    };
    let attempts = numbered(item.attempts as usize, "attempt");
    Error::new(ExitCode::NothingMatched, format!("{kind} `{}` in run `{}` ({attempts})", item.info.id, found.id))
        .help(help.replace("RUN", &found.id))
}

/// Shows what the item changed: on its branch, or in its merge.
fn patch(item: &ItemView, found: &FoundRun, context: &mut Context) -> CommandResult {
    let settings = launch::settings(context, &context.config()?)?;
    let patch = item_files::patch(&settings.repo()?, item, found.state.batch, MAX_PATCH)?;
    if context.globals.json {
        let document = ItemPatch { item: &item.info.id, patch: &patch.text, truncated: patch.truncated };
        json(&document, &mut context.terminal.out)?;
        return Ok(ExitCode::Done);
    }
    for line in patch.text.lines() {
        let tone = match line.as_bytes().first() {
            Some(b'+') => Some(Tone::Good),
            Some(b'-') => Some(Tone::Bad),
            Some(b'@') => Some(Tone::Name),
            _ => None,
        };
        // Tabs stay: this is code.
        let text = line.split('\t').map(safe).collect::<Vec<_>>().join("\t");
        let style = context.terminal.style;
        writeln!(context.terminal.out, "{}", tone.map_or(text.clone(), |tone| style.paint(tone, &text)))?;
    }
    Ok(ExitCode::Done)
}

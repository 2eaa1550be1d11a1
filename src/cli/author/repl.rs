//! `repl`: functions tried out one line at a time.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::cli::batch::launch;
use crate::cli::batch::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::cli::start::globals::Globals;
use crate::cli::start::render;
use crate::cli::start::terminal::Terminal;
use crate::error::{Error, ExitCode, Result};
use crate::event::{Event, EventKind};
use crate::report::text::safe;
use crate::run::execute::execute;
use crate::run::{Reporter, ReporterEvent};
use crate::script::{self, Session};

/// Try out the functions of scripts, one line at a time
///
/// Everything that `batchprp api` lists can be called. Variables, functions and imports stay until the end; a block
/// that is still open goes on in the next line. Ctrl-D ends.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the subcommand. Of lines that come from a file or a pipe the first error ends it.
pub fn run(_args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let settings = launch::settings(context, &config)?;
    let (root, config, search) = (context.root.clone(), Arc::new(config), scripts::search_path(context));
    let globals = context.globals.clone();
    let ended = execute(settings, vec![printer(&globals)], move |bridge, cancel| {
        let host = script::host(script::HostParts { bridge, root, config, cancel, search });
        let mut session = Session::new(host);
        Ok(converse(&mut session, &globals)? as u8)
    })?;
    match ended.error {
        Some(error) => Err(error.into()),
        None => Ok(ExitCode::of(ended.exit_code).unwrap_or(ExitCode::Internal)),
    }
}

/// Shows what scripts print.
fn printer(globals: &Globals) -> Reporter {
    let mut terminal = Terminal::new(globals);
    Box::new(move |beat| {
        if let ReporterEvent::Event(Event { kind: EventKind::Note { text, .. }, .. }) = beat {
            drop(writeln!(terminal.out, "{}", shown(text)));
        }
    })
}

fn converse(session: &mut Session, globals: &Globals) -> Result<ExitCode> {
    let mut terminal = Terminal::new(globals);
    let mut lines = Lines::open()?;
    let mut text = String::new();
    while let Some(line) = lines.next(if text.is_empty() { "> " } else { ". " })? {
        match line {
            Line::Given(line) => text.push_str(&(line + "\n")),
            Line::Abandoned => text.clear(),
        }
        if text.trim().is_empty() || !session.is_whole(&text) {
            continue;
        }
        match session.eval(&std::mem::take(&mut text)) {
            Ok(None) => {}
            Ok(Some(value)) => drop(writeln!(terminal.out, "{}", shown(&value))),
            Err(error) if lines.is_typed() => drop(render::error(&error, terminal.err_style, &mut terminal.err)),
            Err(error) => return Err(error),
        }
    }
    // A block that was never closed is an error of its own.
    if !text.trim().is_empty() {
        session.eval(&text)?;
    }
    Ok(ExitCode::Done)
}

/// Makes a value harmless to a terminal, line by line.
fn shown(value: &str) -> String {
    value.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Where lines come from.
enum Lines {
    /// A person, with a line editor.
    Typed(Box<DefaultEditor>),
    /// A file or a pipe.
    Piped(io::Lines<io::StdinLock<'static>>),
}

enum Line {
    Given(String),
    /// Ctrl-C: what was typed of the statement is dropped.
    Abandoned,
}

impl Lines {
    fn open() -> Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Piped(io::stdin().lock().lines()));
        }
        let editor = DefaultEditor::new().map_err(|error| cannot(&error))?;
        Ok(Self::Typed(Box::new(editor)))
    }

    fn is_typed(&self) -> bool {
        matches!(self, Self::Typed(_))
    }

    /// Reads one line; `None` at the end.
    fn next(&mut self, prompt: &str) -> Result<Option<Line>> {
        match self {
            Self::Piped(lines) => {
                lines.next().transpose().map(|line| line.map(Line::Given)).map_err(|error| cannot(&error))
            }
            Self::Typed(editor) => match editor.readline(prompt) {
                Ok(line) => {
                    // Forgotten with the process: what is typed may hold what nobody else should read.
                    editor.add_history_entry(&line).ok();
                    Ok(Some(Line::Given(line)))
                }
                Err(ReadlineError::Interrupted) => Ok(Some(Line::Abandoned)),
                Err(ReadlineError::Eof) => Ok(None),
                Err(error) => Err(cannot(&error)),
            },
        }
    }
}

fn cannot(error: &dyn std::error::Error) -> Error {
    Error::new(ExitCode::Internal, format!("cannot read what is typed: {error}"))
}

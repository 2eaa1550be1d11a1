//! Standard output and error, and what they can show.

use std::env;
use std::io::{self, IsTerminal, Stderr, Stdout, Write};

use anstream::ColorChoice;

use super::channel::Channel;
use super::globals::{Globals, ProgressMode, When};
use crate::report::{Detail, Style, View};

/// Both output streams with their styles.
pub struct Terminal {
    pub out: Channel<Stdout>,
    pub err: Channel<Stderr>,
    pub style: Style,
    pub err_style: Style,
    /// Standard output is a terminal that understands cursor movement.
    pub is_interactive: bool,
}

impl Terminal {
    /// Looks at the streams, the environment and the flags.
    pub fn new(globals: &Globals) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let style = style(globals.color, is_terminal);
        let err_style = style_of_stderr(globals.color);
        Self {
            out: Channel::new(io::stdout(), choice(style), globals.json),
            err: Channel::new(io::stderr(), choice(err_style), globals.json),
            style,
            err_style,
            is_interactive: is_terminal && !is_dumb(),
        }
    }

    /// Tells whether a run is shown as a live board.
    pub fn wants_board(&self, globals: &Globals) -> bool {
        match globals.progress {
            ProgressMode::Board => !globals.json && !globals.quiet,
            ProgressMode::Auto => {
                self.is_interactive && !globals.json && !globals.quiet && globals.verbose == 0 && !is_set("CI")
            }
            ProgressMode::Lines | ProgressMode::None => false,
        }
    }

    /// Returns the view of a run that is not shown as a board.
    pub fn view(globals: &Globals) -> View {
        match (globals.json, globals.progress) {
            (true, _) => View::Json,
            (false, ProgressMode::None) => View::Quiet,
            (false, _) if globals.quiet => View::Quiet,
            (false, _) if globals.verbose == 1 => View::Detailed(Detail::More),
            (false, _) if globals.verbose > 1 => View::Detailed(Detail::Everything),
            (false, ProgressMode::Auto) if super::caller::caller().is_some() => View::Brief,
            (false, _) => View::Lines,
        }
    }

    /// Returns columns and rows of the terminal.
    pub fn size() -> (usize, usize) {
        match terminal_size::terminal_size() {
            Some((terminal_size::Width(columns), terminal_size::Height(rows))) => (columns.into(), rows.into()),
            None => (env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(80), 24),
        }
    }

    /// Writes a warning to standard error; a closed stream is no reason to stop.
    pub fn warn(&mut self, text: &str) {
        let mark = self.err_style.paint(crate::report::style::Tone::Warning, "warning");
        drop(writeln!(self.err, "{mark}: {}", crate::report::text::safe(text)));
    }
}

fn style_of_stderr(color: When) -> Style {
    style(color, io::stderr().is_terminal())
}

fn style(color: When, is_terminal: bool) -> Style {
    let color = match color {
        When::Always => true,
        When::Never => false,
        When::Auto if is_set("NO_COLOR") => false,
        When::Auto if env::var("CLICOLOR_FORCE").is_ok_and(|value| !value.is_empty() && value != "0") => true,
        When::Auto => is_terminal && !is_dumb(),
    };
    Style { color, unicode: is_utf8(), width: Terminal::size().0, breaks: is_terminal }
}

fn choice(style: Style) -> ColorChoice {
    if style.color { ColorChoice::Always } else { ColorChoice::Never }
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_dumb() -> bool {
    env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// Tells whether the locale shows characters beyond ASCII.
fn is_utf8() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_some_and(|name| {
        let name = name.to_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}

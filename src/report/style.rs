//! What the output can show: colour, characters beyond ASCII, and how wide it is.

use anstyle::{AnsiColor, Effects};

use super::text::wrap;

/// What a view may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    pub unicode: bool,
    /// Columns.
    pub width: usize,
    /// Somebody looks at it on a terminal, which breaks lines that are longer than that.
    pub breaks: bool,
}

impl Style {
    /// Plain text of eighty columns, for files and tests.
    pub const PLAIN: Self = Self { color: false, unicode: true, width: 80, breaks: false };

    /// Returns the mark of a kind.
    pub fn mark(self, mark: Sign) -> &'static str {
        let (unicode, ascii) = match mark {
            Sign::Good => ("✓", "+"),
            Sign::Bad => ("✗", "x"),
            Sign::Warning => ("⚠", "!"),
            Sign::Info => ("ℹ", "i"),
            Sign::Working => ("⧖", "*"),
            Sign::Waiting => ("⧗", "-"),
            Sign::Times => ("×", "x"),
            Sign::About => ("≈", "~"),
            Sign::Ellipsis => ("…", "..."),
        };
        if self.unicode { unicode } else { ascii }
    }

    /// Returns a line across, double or single, as wide as the board.
    pub fn rule(self, double: bool) -> String {
        let sign = match (self.unicode, double) {
            (true, true) => "═",
            (true, false) => "─",
            (false, true) => "=",
            (false, false) => "-",
        };
        sign.repeat(self.width.clamp(10, 45))
    }

    /// Breaks prose at words where a terminal would break it anywhere; further lines are moved in so far.
    pub fn fold(self, text: &str, moved_in: usize) -> String {
        if self.breaks { wrap(text, self.width, moved_in).join("\n") } else { text.to_owned() }
    }

    /// Colours a text when the output has colours.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Name => AnsiColor::Cyan.on_default(),
            Tone::Dim => anstyle::Style::new().effects(Effects::DIMMED),
            Tone::Strong => anstyle::Style::new().effects(Effects::BOLD),
        };
        format!("{style}{text}{style:#}")
    }
}

/// Signs that stand before or within a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Good,
    Bad,
    Warning,
    Info,
    Working,
    Waiting,
    Times,
    About,
    Ellipsis,
}

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Warning,
    Name,
    Dim,
    Strong,
}

//! Shows a run while it happens, from its events: what the view says of each, and a board below where one is wanted.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::block::Frame;
use super::outlet::Outlet;
use super::signals::EndAsked;
use crate::cli::start::context::Context;
use crate::cli::start::terminal::Terminal;
use crate::event::kind::EventKind;
use crate::event::{Event, RunView};
use crate::report::{Reporter, Style, View, board};

/// The board is drawn at most so often.
const FRAME: Duration = Duration::from_millis(100);

/// How long a reader that takes nothing is waited for once the program is asked to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// What happens when the reader does not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// The run goes on; what is left out is told when reading goes on.
    GoOn,
    /// Whoever shows waits: nothing else depends on it.
    Wait,
}

/// Shows one run.
pub struct RunDisplay {
    reporter: Reporter,
    style: Style,
    outlet: Outlet,
    slow: Slow,
    /// A board stands below the text while a run is open.
    has_board: bool,
    last: Option<Instant>,
    gap: Option<Gap>,
}

/// Events that nobody was shown.
#[derive(Clone, Copy, Debug)]
struct Gap {
    from: u64,
    to: u64,
}

impl RunDisplay {
    /// Chooses the view by flags and terminal.
    pub fn new(context: &Context, slow: Slow) -> io::Result<Self> {
        let terminal = Terminal::new(&context.globals);
        let has_board = terminal.wants_board(&context.globals);
        let view = if has_board { View::Brief } else { Terminal::view(&context.globals) };
        let target = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self {
            reporter: Reporter::new(view, terminal.style),
            style: terminal.style,
            outlet: Outlet::start(target)?,
            slow,
            has_board,
            last: None,
            gap: None,
        })
    }

    /// Returns what is known of the run.
    pub fn state(&self) -> &RunView {
        &self.reporter.state
    }

    /// Takes an event in and shows it. An error means that nobody reads any more.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let text = self.reporter.event(event);
        // How a run ended is told whatever was left out.
        let is_end = matches!(event.kind, EventKind::RunFinished { .. });
        if is_end {
            self.take_board_down();
        }
        if !text.is_empty() {
            self.print(&text, event.seq, is_end);
        }
        self.tick()
    }

    /// Redraws the board when it is time; call it a few times per second.
    pub fn tick(&mut self) -> io::Result<()> {
        if let Some(kind) = self.outlet.failed() {
            return Err(kind.into());
        }
        self.tell_gap(false);
        let is_open = self.state().started.is_some() && self.state().end.is_none();
        if self.has_board && is_open && self.last.is_none_or(|last| last.elapsed() >= FRAME) {
            self.last = Some(Instant::now());
            let (columns, rows) = Terminal::size();
            let style = Style { width: columns, ..self.style };
            let lines = board::frame(self.state(), Some(Timestamp::now()), style, rows.saturating_sub(1));
            self.outlet.frame(Frame { lines, columns, rows });
        }
        Ok(())
    }

    /// Ends the showing: waits for whoever reads, but not after the program was asked to end and nobody does.
    pub fn finish(&mut self, end: Option<&EndAsked>) -> io::Result<()> {
        self.take_board_down();
        self.tell_gap(true);
        self.outlet.close();
        let (mut taken, mut since) = (0, Instant::now());
        self.outlet.drain(|now| {
            if now != taken || !end.is_some_and(EndAsked::is_set) {
                (taken, since) = (now, Instant::now());
            }
            since.elapsed() > PATIENCE
        });
        self.outlet.failed().map_or(Ok(()), |kind| Err(kind.into()))
    }

    fn print(&mut self, text: &str, seq: u64, must: bool) {
        self.tell_gap(must);
        if self.gap.is_none() && self.outlet.print(text, must) {
            return;
        }
        match self.slow {
            Slow::GoOn => self.gap = Some(Gap { from: self.gap.map_or(seq, |gap| gap.from), to: seq }),
            Slow::Wait => {
                let outlet = self.outlet.clone();
                outlet.drain(|_| outlet.has_room());
                outlet.print(text, true);
            }
        }
    }

    /// Tells which events were left out, once whoever reads has caught up, or at the end.
    fn tell_gap(&mut self, now: bool) {
        if let Some(gap) = self.gap
            && (now || self.outlet.has_room())
        {
            self.gap = None;
            self.outlet.print(&self.reporter.gap(gap.from, gap.to), true);
        }
    }

    fn take_board_down(&self) {
        if self.has_board {
            let (columns, rows) = Terminal::size();
            self.outlet.frame(Frame { lines: Vec::new(), columns, rows });
        }
    }
}

//! Shows a run while it happens, from its events: board, lines, JSON, or the summary only.

use std::io;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::live::LiveBlock;
use crate::cli::start::context::Context;
use crate::cli::start::terminal::Terminal;
use crate::event::kind::EventKind;
use crate::event::{Event, RunView};
use crate::report::{Reporter, View, board};

/// The board is drawn at most so often.
const FRAME: Duration = Duration::from_millis(100);

/// Shows one run.
pub struct RunDisplay {
    reporter: Reporter,
    live: Option<LiveBlock>,
    last: Option<Instant>,
    terminal: Terminal,
}

impl RunDisplay {
    /// Chooses the view by flags and terminal.
    pub fn new(context: &Context) -> Self {
        let terminal = Terminal::new(&context.globals);
        let live = terminal.wants_board(&context.globals).then(LiveBlock::default);
        let view = if live.is_some() { View::Summary } else { Terminal::view(&context.globals) };
        Self { reporter: Reporter::new(view, terminal.style), live, last: None, terminal }
    }

    /// Returns what is known of the run.
    pub fn state(&self) -> &RunView {
        &self.reporter.state
    }

    /// Takes an event in and shows it.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let is_end = matches!(event.kind, EventKind::RunFinished { .. });
        if is_end && let Some(live) = &mut self.live {
            live.clear(&mut self.terminal.out)?;
        }
        self.reporter.event(event, &mut self.terminal.out)?;
        if is_end { Ok(()) } else { self.tick() }
    }

    /// Redraws the board when it is time; call it a few times per second.
    pub fn tick(&mut self) -> io::Result<()> {
        let Some(live) = &mut self.live else { return Ok(()) };
        if self.last.is_some_and(|last| last.elapsed() < FRAME) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        let (width, height) = Terminal::size();
        let style = crate::report::Style { width, ..self.terminal.style };
        let lines = board::frame(&self.reporter.state, Some(Timestamp::now()), style, height.saturating_sub(1));
        live.draw(&lines, width, &mut self.terminal.out)
    }
}

//! Shows a run while it happens, from its events: what the view says of each, and a board below where one is wanted.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::block::Frame;
use super::keys::Keys;
use super::marks::Marks;
use super::modes;
use super::outlet::{self, Outlet};
use super::panel::Panel;
use super::signals::{EndAsked, SnapshotAsked};
use super::suspend::Suspend;
use crate::cli::follow::alive::settle;
use crate::cli::start::ci;
use crate::cli::start::context::Context;
use crate::cli::start::terminal::Terminal;
use crate::event::kind::EventKind;
use crate::event::{Event, RunView};
use crate::report::board::{self, Look};
use crate::report::{Reporter, Style, View};

/// The board is drawn at most so often.
const FRAME: Duration = Duration::from_millis(100);

/// Off a terminal something is said at least so often.
const HEARTBEAT: Duration = Duration::from_secs(60);

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
    /// Marks of the terminal itself: title, progress, bell. Nothing where it is none.
    marks: Option<Marks>,
    panel: Arc<Mutex<Panel>>,
    keys: Option<Keys>,
    /// Nothing where no board stands on a terminal.
    suspend: Option<Suspend>,
    snapshot: Option<SnapshotAsked>,
    /// Seconds that a phase took in earlier runs.
    pace: Option<f64>,
    last: Option<Instant>,
    /// When something was said last.
    said: Instant,
    gap: Option<Gap>,
    /// So many events were shown before there was a run.
    shown_early: usize,
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
        let outlet = Outlet::start(target)?;
        let is_live = has_board && terminal.is_interactive;
        if is_live {
            panics_above(outlet.clone());
        }
        Ok(Self {
            reporter: Reporter::new(view, terminal.style).in_log(ci::log().filter(|_| !terminal.is_interactive)),
            style: terminal.style,
            suspend: if is_live { Some(Suspend::watch(outlet.clone())?) } else { None },
            outlet,
            slow,
            has_board,
            marks: is_live.then(|| Marks::new(context)),
            panel: Arc::default(),
            keys: None,
            snapshot: None,
            pace: None,
            last: None,
            said: Instant::now(),
            gap: None,
            shown_early: 0,
        })
    }

    /// Prints what is at work whenever somebody sends SIGUSR1.
    pub fn answer(&mut self, snapshot: SnapshotAsked) {
        self.snapshot = Some(snapshot);
    }

    /// Expects of a phase what it took in earlier runs, until this one knows better.
    pub fn expect(&mut self, pace: Option<f64>) {
        self.pace = pace;
    }

    /// Returns what is known of the run.
    pub fn state(&self) -> &RunView {
        &self.reporter.state
    }

    /// Takes an event in and shows it. An error means that nobody reads any more.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        if self.marks.is_some() {
            self.reporter.set_width(Terminal::size().0);
        }
        // What was shown before there was a run comes right behind the first event of it.
        let text = if self.shown_early > 0 && !matches!(event.kind, EventKind::RunStarted { .. }) {
            self.shown_early -= 1;
            self.reporter.state.apply(event);
            String::new()
        } else {
            self.reporter.event(event)
        };
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

    /// Shows what is told before there is a run, which may take as long as the checks of a whole project. Programs that
    /// read events get it in its place.
    pub fn early(&mut self, event: &Event) -> io::Result<()> {
        if self.reporter.is_json() {
            return Ok(());
        }
        if self.marks.is_some() {
            self.reporter.set_width(Terminal::size().0);
        }
        let text = self.reporter.early(event);
        self.shown_early += 1;
        if !text.is_empty() {
            self.print(&text, event.seq, false);
        }
        Ok(())
    }

    /// Adds what the journal of a run in this folder does not tell.
    pub fn settle(&mut self, folder: &Path) {
        settle(&mut self.reporter.state, folder);
    }

    /// Redraws the board when it is time; call it a few times per second.
    pub fn tick(&mut self) -> io::Result<()> {
        if let Some(kind) = self.outlet.failed() {
            return Err(kind.into());
        }
        self.tell_gap(false);
        let is_open = self.state().started.is_some() && self.state().end.is_none();
        if self.snapshot.as_ref().is_some_and(SnapshotAsked::take) && is_open {
            let look = Look::new(Some(Timestamp::now()), self.style, usize::MAX);
            let lines = board::frame(self.state(), &look);
            // Standard output is for events there.
            let text = lines.join("\n") + "\n";
            if self.reporter.is_json() { drop(io::stderr().write_all(text.as_bytes())) } else { self.say(&text) }
        }
        if self.has_board {
            // Before the batch is known there is nothing to be seen.
            if is_open && !self.state().items.is_empty() && self.last.is_none_or(|last| last.elapsed() >= FRAME) {
                self.last = Some(Instant::now());
                self.draw();
            }
        } else if self.said.elapsed() >= HEARTBEAT
            && let Some(text) = self.reporter.heartbeat(Timestamp::now())
        {
            self.say(&text);
        }
        Ok(())
    }

    /// Returns how long nothing has to be shown anew unless something happens: a board shows the time.
    pub fn until_tick(&self) -> Duration {
        if self.has_board { FRAME } else { HEARTBEAT.saturating_sub(self.said.elapsed()).max(FRAME) }
    }

    /// Says something that is no event.
    fn say(&mut self, text: &str) {
        self.said = Instant::now();
        self.outlet.print(text, false);
    }

    fn draw(&mut self) {
        if self.marks.is_some() && modes::has_foreground(&io::stdout()) == Some(false) {
            // A job in the background does not draw over the one that has the terminal.
            self.take_board_down();
            return;
        }
        let (columns, rows) = Terminal::size();
        if self.keys.is_none() && self.marks.is_some() {
            self.keys = Keys::watch(self.panel.clone(), self.outlet.clone(), self.state().run.clone());
            if let Some(suspend) = &self.suspend {
                suspend.keep(self.keys.as_ref().map(Keys::modes));
            }
        }
        let style = Style { width: columns, ..self.style };
        let mut look = Look::new(Some(Timestamp::now()), style, rows.saturating_sub(1));
        look.pace = self.pace;
        if self.keys.is_some() {
            let mut panel = self.panel.lock().unwrap_or_else(PoisonError::into_inner);
            panel.set_items(self.reporter.state.items.iter().map(|item| &item.info.id));
            look.selected = panel.selected();
            (look.is_open, look.folds, look.below) = (panel.is_open(), panel.folds(), panel.below(columns));
        }
        let lines = board::frame(self.state(), &look);
        self.outlet.frame(Frame { lines, columns, rows });
        if let Some(marks) = &mut self.marks
            && let Some(text) = marks.update(&self.reporter.state)
        {
            self.outlet.print(&text, true);
        }
    }

    /// Ends the showing: waits for whoever reads, but not after the program was asked to end and nobody does.
    pub fn finish(&mut self, end: Option<&EndAsked>) -> io::Result<()> {
        self.take_board_down();
        if let Some(keys) = self.keys.as_ref().filter(|_| end.is_some_and(EndAsked::is_set)) {
            keys.close_pager();
        }
        self.put_back();
        self.tell_gap(true);
        if let Some(marks) = self.marks.take() {
            self.outlet.print(&marks.end(&self.reporter.state), true);
        }
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

    /// Gives the keys back to whoever had them.
    fn put_back(&mut self) {
        self.keys = None;
        if let Some(suspend) = &self.suspend {
            suspend.keep(None);
        }
    }

    fn print(&mut self, text: &str, seq: u64, must: bool) {
        self.said = Instant::now();
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

impl Drop for RunDisplay {
    /// A way out that nobody planned leaves a terminal that can be used.
    fn drop(&mut self) {
        self.put_back();
        self.outlet.hold();
    }
}

/// Has the words of a panic stand above the board, on a terminal that is as it was.
fn panics_above(outlet: Outlet) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // The thread that writes would wait for itself.
        let is_writer = std::thread::current().name() == Some(outlet::THREAD);
        if is_writer {
            return before(info);
        }
        outlet.hold();
        before(info);
        outlet.go_on();
    }));
}

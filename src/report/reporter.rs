//! Follows a run event by event and says what one view shows of it. Every way to show a run goes through here.

use std::io;

use jiff::Timestamp;

use super::board;
use super::ci::{CiLog, LogGroups, tame, tame_json};
use super::detail::{self, Detail};
use super::importance::{self, Importance};
use super::lines;
use super::style::Style;
use super::summary;
use super::text::numbered;
use crate::event::kind::RunStep;
use crate::event::{Event, EventKind, RunView};

/// Which view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// One line per change of state, then the summary.
    Lines,
    /// Also how the work is done.
    Detailed(Detail),
    /// One JSON object per event.
    Json,
    /// Notes, results and trouble, then the summary: what scrolls above a board, and what agents read, who pay for
    /// every line.
    Brief,
    /// Warnings and errors, the summary, and how much was not said.
    Quiet,
}

impl View {
    /// Returns how important an event must be at least to be shown.
    fn least(self) -> Importance {
        match self {
            Self::Lines | Self::Detailed(_) | Self::Json => Importance::Routine,
            Self::Brief => Importance::Info,
            Self::Quiet => Importance::Warning,
        }
    }
}

/// Folds events and says what a view shows of each.
#[derive(Debug)]
pub struct Reporter {
    pub state: RunView,
    view: View,
    style: Style,
    /// Lines that this view left out although they say more than that things go on.
    untold: usize,
    /// Whose log it is.
    log: Option<CiLog>,
    groups: Option<LogGroups>,
}

impl Reporter {
    /// Makes a reporter that has seen nothing.
    pub fn new(view: View, style: Style) -> Self {
        Self { state: RunView::default(), view, style, untold: 0, log: None, groups: None }
    }

    /// Shows the lines of each item together, as the log of a CI service wants it, and nothing that others said as a
    /// command of the service.
    #[must_use]
    pub fn in_log(mut self, log: Option<CiLog>) -> Self {
        self.log = log;
        let has_lines = matches!(self.view, View::Lines | View::Detailed(_));
        self.groups = log.filter(|_| has_lines).map(LogGroups::new);
        self
    }

    /// Takes an event in and returns the lines that the view shows of it, each with its end.
    pub fn event(&mut self, event: &Event) -> String {
        self.state.apply(event);
        self.told(event)
    }

    /// Returns the lines that the view shows of what happened before there is a run.
    pub fn early(&mut self, event: &Event) -> String {
        self.told(event)
    }

    fn told(&mut self, event: &Event) -> String {
        // Once a second from each agent: the board shows how long ago it was, and nobody else wants to read it.
        if matches!(event.kind, EventKind::Alive { .. }) {
            return String::new();
        }
        if self.view == View::Json {
            return tame_json(self.log, &format!("{}\n", event.to_json()));
        }
        let mut text = String::new();
        let importance = importance::of(&event.kind);
        if importance >= self.view.least() || self.is_result(&event.kind) {
            for line in lines::of(event, &self.state, self.style).into_iter().chain(self.details(event)) {
                text.push_str(&self.wrapped(&line));
                text.push('\n');
            }
        } else if importance >= Importance::Info && lines::of(event, &self.state, self.style).is_some() {
            self.untold += 1;
        }
        if let Some(groups) = &mut self.groups {
            text = in_group(groups, event, &self.state, &text);
        } else if !self.is_annotation(&event.kind, &text) {
            text = tame(self.log, &text);
        }
        if matches!(event.kind, EventKind::RunFinished { .. }) {
            let end = self.end();
            text.push_str(&tame(self.log, &end));
        }
        text
    }

    /// Breaks prose at words on a terminal, which would break it anywhere. What is quoted is moved in further, and stays.
    fn wrapped(&self, text: &str) -> String {
        let style = self.style;
        let lines = text.lines().map(|line| match line.len() - line.trim_start_matches(' ').len() {
            moved_in @ 0..4 => style.fold(line, moved_in + 2),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Notes how wide the terminal is now.
    pub fn set_width(&mut self, columns: usize) {
        self.style.width = columns;
    }

    /// Tells whether programs read this view.
    pub fn is_json(&self) -> bool {
        self.view == View::Json
    }

    /// Says what is at work, for a log in which nothing else was said for a while. Nothing for programs, for whoever
    /// wants only results, and while no run is open.
    pub fn heartbeat(&self, now: Timestamp) -> Option<String> {
        let is_open = self.state.started.is_some() && self.state.end.is_none();
        let is_wanted = matches!(self.view, View::Lines | View::Detailed(_) | View::Brief);
        (is_open && is_wanted).then(|| tame(self.log, &(board::heartbeat(&self.state, now, self.style) + "\n")))
    }

    /// Says that events were left out because nobody read them in time.
    pub fn gap(&self, from: u64, to: u64) -> String {
        let at = self.state.latest.map(|at| at.to_string()).unwrap_or_default();
        let event = Event { seq: to, at, run: self.state.run.clone(), kind: EventKind::Gap { from, to } };
        match self.view {
            View::Json => format!("{}\n", event.to_json()),
            View::Lines | View::Detailed(_) | View::Brief | View::Quiet => {
                lines::of(&event, &self.state, self.style).map(|line| line + "\n").unwrap_or_default()
            }
        }
    }

    /// What a script says while no run is open, or when the work of its run is over, is what came of it: the preview of
    /// a dry run, or an afterword.
    fn is_result(&self, kind: &EventKind) -> bool {
        let is_over = self.state.end.is_some() || self.state.step == Some(RunStep::Report);
        let is_open = self.state.started.is_some() && !is_over;
        !is_open && matches!(kind, EventKind::Note { item: None, .. })
    }

    /// Tells whether a script says annotations of its own: its review makes them.
    fn is_annotation(&self, kind: &EventKind, text: &str) -> bool {
        let of_run = matches!(kind, EventKind::Note { item: None, .. });
        of_run && self.log.is_some_and(|log| LogGroups::new(log).is_annotation(text))
    }

    fn details(&self, event: &Event) -> Vec<String> {
        match self.view {
            View::Detailed(wanted) => detail::of(event, &self.state, wanted),
            View::Lines | View::Brief | View::Json | View::Quiet => Vec::new(),
        }
    }

    fn end(&mut self) -> String {
        let mut text = b"\n".to_vec();
        let written: io::Result<()> = summary::write(&self.state, self.style, &mut text);
        debug_assert!(written.is_ok(), "memory takes everything");
        let mut text = String::from_utf8_lossy(&text).into_owned();
        let untold = std::mem::take(&mut self.untold);
        if self.view == View::Quiet && untold > 0 {
            let more = format!("\n{}: batchprp logs {}\n", numbered(untold, "further message"), self.state.run);
            text.push_str(&more);
        }
        text
    }
}

/// Holds what belongs to an item until it ends. What somebody has to see is not held: it would be folded away.
fn in_group(groups: &mut LogGroups, event: &Event, state: &RunView, text: &str) -> String {
    let second = state.latest.map(Timestamp::as_second).unwrap_or_default();
    match (&event.kind, event.kind.item()) {
        (EventKind::ItemFinished { item, status, .. }, _) => {
            let name = state.item(item).map_or(item.as_str(), |item| item.info.name.as_str());
            let title = format!("{name}: {}", status.words());
            groups.end(item, &title, second) + groups.tame(text).as_str()
        }
        (EventKind::RunFinished { .. }, _) => groups.rest(second) + text,
        (kind, Some(item)) if importance::of(kind) < Importance::Warning => {
            groups.hold(item, text);
            String::new()
        }
        // What a script says about the whole run may be annotations: its review makes them.
        (EventKind::Note { item: None, .. }, _) if groups.is_annotation(text) => text.to_owned(),
        _ => groups.tame(text),
    }
}

//! Follows a run event by event and writes one view of it.

use std::io::{self, Write};

use super::detail::{self, Detail};
use super::lines;
use super::style::Style;
use super::summary;
use crate::event::kind::{EventKind, RunStep};
use crate::event::{Event, RunView};

/// Which view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// One line per change of state, then the summary.
    Lines,
    /// Also how the work is done.
    Detailed(Detail),
    /// One JSON object per event.
    Json,
    /// Results and trouble only, then the summary: for agents, which pay for every line they read.
    Brief,
    /// What the script says when the work is over, and the summary.
    Summary,
}

/// Folds events and writes what a view shows of each.
#[derive(Debug)]
pub struct Reporter {
    pub state: RunView,
    view: View,
    style: Style,
}

impl Reporter {
    /// Makes a reporter that has seen nothing.
    pub fn new(view: View, style: Style) -> Self {
        Self { state: RunView::default(), view, style }
    }

    /// Takes an event in and writes what the view shows of it.
    pub fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        self.state.apply(event);
        match self.view {
            View::Json => {
                serde_json::to_writer(&mut *out, &event.to_json())?;
                writeln!(out)?;
            }
            View::Brief if lines::is_routine(&event.kind) => {}
            View::Lines | View::Brief | View::Detailed(_) => {
                let details = match self.view {
                    View::Detailed(wanted) => detail::of(event, &self.state, wanted),
                    View::Lines | View::Brief | View::Json | View::Summary => Vec::new(),
                };
                for line in lines::of(event, &self.state, self.style).into_iter().chain(details) {
                    writeln!(out, "{line}")?;
                }
            }
            // What a script says when the work of its run is over is what came of it.
            View::Summary
                if self.state.step == Some(RunStep::Report)
                    && matches!(event.kind, EventKind::Note { item: None, .. }) =>
            {
                if let Some(line) = lines::of(event, &self.state, self.style) {
                    writeln!(out, "{line}")?;
                }
            }
            View::Summary => {}
        }
        if self.view != View::Json && matches!(event.kind, EventKind::RunFinished { .. }) {
            writeln!(out)?;
            summary::write(&self.state, self.style, out)?;
        }
        out.flush()
    }
}

//! Marks of the terminal itself: its title, the progress in its tab or task bar, a bell at the end.

use crate::cli::start::context::Context;
use crate::config::ScreenSettings;
use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::report::text::line;

/// What is marked, and what was marked last.
#[derive(Debug)]
pub struct Marks {
    settings: ScreenSettings,
    shown: Option<(usize, usize)>,
}

impl Marks {
    /// Reads what is wanted; a configuration that cannot be read was complained about elsewhere.
    pub fn new(context: &Context) -> Self {
        Self { settings: context.config().map(|config| config.screen).unwrap_or_default(), shown: None }
    }

    /// Returns what the terminal is told when the counts of items have changed.
    pub fn update(&mut self, state: &RunView) -> Option<String> {
        let ended = state.items.iter().filter(|item| item.status().is_some()).count();
        let counts = (ended, state.items.len());
        if self.shown == Some(counts) {
            return None;
        }
        let batch = state.batch.map(|batch| format!(" {batch}")).unwrap_or_default();
        let command = line(&state.command, 40);
        // The terminal keeps the title of before.
        let keep = if self.shown.is_none() { "\x1b[22;2t" } else { "" };
        let title = format!("{keep}\x1b]2;{}/{} {command}{batch}\x1b\\", counts.0, counts.1);
        let progress = format!("\x1b]9;4;1;{}\x1b\\", counts.0 * 100 / counts.1.max(1));
        self.shown = Some(counts);
        let wanted = [(self.settings.title, title), (self.settings.progress, progress)];
        let text: String = wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, text)| text).collect();
        (!text.is_empty()).then_some(text)
    }

    /// Returns what puts the terminal back, and rings when that is wanted.
    pub fn end(&self, state: &RunView) -> String {
        let is_shown = self.shown.is_some();
        let title = if is_shown && self.settings.title { "\x1b[23;2t" } else { "" };
        let progress = if is_shown && self.settings.progress { "\x1b]9;4;0;\x1b\\" } else { "" };
        let bell = match self.settings.bell.as_str() {
            "bell" => "\x07".to_owned(),
            "notify" => {
                let (done, all) = (state.count(ItemStatus::Completed), state.items.len());
                format!("\x1b]9;{}: {done} of {all} completed\x1b\\", line(&state.command, 40))
            }
            _ => String::new(),
        };
        format!("{title}{progress}{bell}")
    }
}

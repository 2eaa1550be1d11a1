//! Marks of the terminal itself: its title, the progress in its tab or task bar, a bell at the end.

use crate::cli::start::context::Context;
use crate::config::ScreenSettings;
use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::report::board::Counts;
use crate::report::text::line;

/// What the marks are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    counts: Counts,
    is_paused: bool,
}

/// What is marked, and what was marked last.
#[derive(Debug)]
pub struct Marks {
    settings: ScreenSettings,
    shown: Option<Counted>,
}

impl Marks {
    /// Reads what is wanted; a configuration that cannot be read was complained about elsewhere.
    pub fn new(context: &Context) -> Self {
        Self { settings: context.config().map(|config| config.screen).unwrap_or_default(), shown: None }
    }

    /// Returns what the terminal is told when the counts of items or a pause have changed.
    pub fn update(&mut self, state: &RunView) -> Option<String> {
        let counted = Counted { counts: Counts::of(state), is_paused: state.paused.is_some() };
        if self.shown == Some(counted) {
            return None;
        }
        let Counted { counts: Counts { done, all, trouble, .. }, is_paused } = counted;
        let batch = state.batch.map(|batch| format!(" {batch}")).unwrap_or_default();
        let command = line(&state.command, 40);
        // The terminal keeps the title of before.
        let keep = if self.shown.is_none() { "\x1b[22;2t" } else { "" };
        let bad = if trouble > 0 { format!(", {trouble} in trouble") } else { String::new() };
        let title = format!("{keep}\x1b]2;{done}/{all} {command}{batch}{bad}\x1b\\");
        // An error, a pause, or that all is well.
        let look = if trouble > 0 { 2 } else { 1 + 3 * u8::from(is_paused) };
        let progress = format!("\x1b]9;4;{look};{}\x1b\\", done * 100 / all.max(1));
        self.shown = Some(counted);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::event::kind::EventKind;

    fn ended(seq: u64, item: &str, status: ItemStatus) -> Event {
        let (item, outcome, value, reason) = (item.to_owned(), None, None, String::new());
        let kind = EventKind::ItemFinished { item, status, outcome, reason, value, duration: 1.0 };
        Event { seq, at: "2026-11-20T10:15:30Z".to_owned(), run: "r".to_owned(), kind }
    }

    #[test]
    fn marks_count_what_is_done_and_tell_trouble() {
        let settings = ScreenSettings { title: true, progress: true, ..ScreenSettings::default() };
        let mut marks = Marks { settings, shown: None };
        let mut state = RunView::default();
        state.apply(&ended(1, "A", ItemStatus::Completed));
        let text = marks.update(&state).expect("marks");
        assert!(text.contains("]2;1/1 ") && text.contains("]9;4;1;100"), "{text:?}");
        state.apply(&ended(2, "B", ItemStatus::Failed));
        let text = marks.update(&state).expect("marks");
        assert!(text.contains("]2;1/2 ") && text.contains("1 in trouble") && text.contains("]9;4;2;50"), "{text:?}");
        assert_eq!(marks.update(&state), None);
    }
}

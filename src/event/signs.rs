//! What agents at work show beside the journal: their signs of life, what they do, and what they have used so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::EventKind;
use super::record::Event;
use crate::model::usage::Usage;

/// The latest of what is shown and not stored, by item: only of agents that are at work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Signs {
    pub items: BTreeMap<String, AgentSigns>,
}

/// What one call of an agent has shown. Times are RFC 3339, as in the journal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentSigns {
    /// When the call began: signs of another call say nothing about this one.
    pub began: String,
    /// When it gave its last sign of life.
    pub at: String,
    pub percent: Option<f64>,
    pub step: Option<String>,
    pub usage: Usage,
}

impl Signs {
    /// Takes in one event; tells whether there is something new that the journal does not hold.
    pub fn apply(&mut self, event: &Event) -> bool {
        let Some(item) = event.kind.item() else {
            if matches!(event.kind, EventKind::RunStarted { .. }) {
                self.items.clear();
            }
            return false;
        };
        match &event.kind {
            EventKind::AttemptStarted { .. } => {
                let began = AgentSigns { began: event.at.clone(), at: event.at.clone(), ..AgentSigns::default() };
                self.items.insert(item.to_owned(), began);
                return false;
            }
            EventKind::AttemptFinished { .. } | EventKind::ItemFinished { .. } => {
                self.items.remove(item);
                return false;
            }
            _ => {}
        }
        let Some(signs) = self.items.get_mut(item) else { return false };
        match &event.kind {
            EventKind::Alive { .. } => {}
            EventKind::Progress { percent, step, .. } => {
                signs.percent = percent.or(signs.percent);
                signs.step = Some(step.clone());
            }
            EventKind::Spent { usage, .. } => signs.usage = signs.usage.plus(*usage),
            _ => return false,
        }
        if !matches!(event.kind, EventKind::Spent { .. }) {
            signs.at.clone_from(&event.at);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RunView;
    use crate::model::usage::Tokens;

    fn event(second: u32, kind: EventKind) -> Event {
        Event { seq: 1, at: format!("2026-11-20T10:15:{second:02}Z"), run: "r".to_owned(), kind }
    }

    fn call(attempt: u32) -> EventKind {
        let (item, agent, spec) = ("A".to_owned(), "a".to_owned(), String::new());
        EventKind::AttemptStarted { item, attempt, phase: None, pid: 1, agent, model: None, spec, silence: Some(300.0) }
    }

    #[test]
    fn who_reads_journal_and_signs_knows_what_the_board_shows_and_signs_of_another_call_say_nothing() {
        let item = || "A".to_owned();
        let tokens = Some(Tokens { input: 100, ..Tokens::default() });
        let usage = Usage { tokens, cost: Some(0.12), estimated: false };
        let spent = || EventKind::Spent { item: item(), usage };
        let step = EventKind::Progress { item: item(), percent: Some(40.0), step: "tick 10".to_owned() };
        let all = [(1, call(1)), (2, spent()), (3, spent()), (4, step), (9, EventKind::Alive { item: item() })];
        let start = event(0, EventKind::ItemStarted { item: item(), stage: 1, attempt: 1 });
        let (mut shown, mut read, mut signs) = (RunView::default(), RunView::default(), Signs::default());
        for event in std::iter::once(start).chain(all.into_iter().map(|(second, kind)| event(second, kind))) {
            shown.apply(&event);
            signs.apply(&event);
            if !event.kind.is_ephemeral() {
                read.apply(&event);
            }
        }
        for _ in 0..2 {
            read.note_signs(&signs);
            assert_eq!(read.items[0].usage, shown.items[0].usage, "however often it is read");
            assert_eq!(read.items[0].last_sign, shown.items[0].last_sign);
            assert_eq!((read.items[0].doing.as_str(), read.items[0].percent), ("tick 10", Some(40.0)));
        }
        read.apply(&event(10, call(2)));
        let before = read.clone();
        read.note_signs(&signs);
        assert_eq!(read.items[0].last_sign, before.items[0].last_sign);
    }
}

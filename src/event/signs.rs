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

//! Counts tokens and money of an attempt, where some agents count per run and others per session.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::agent::{AgentEvent, Scope};
use crate::model::usage::{Tokens, Usage};

/// The last cumulative figures of each session of a run, so that a resumed session is not counted twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionLedger {
    tokens: BTreeMap<(String, String), Tokens>,
    cost: BTreeMap<String, f64>,
}

impl SessionLedger {
    fn tokens(&mut self, session: &str, model: &str, now: Tokens) -> Tokens {
        let before = self.tokens.insert((session.to_owned(), model.to_owned()), now).unwrap_or_default();
        now.since(before)
    }

    fn cost(&mut self, session: &str, now: f64) -> f64 {
        let before = self.cost.insert(session.to_owned(), now).unwrap_or_default();
        (now - before).max(0.0)
    }
}

/// The sum of one attempt.
#[derive(Debug)]
pub(super) struct Tally {
    ledger: Arc<Mutex<SessionLedger>>,
    /// Stands for the session until the agent names it: no two attempts may share figures by accident.
    nameless: String,
    session: Option<String>,
    sum: Usage,
}

impl Tally {
    /// Begins the sum of an attempt; `nameless` is unique to it.
    pub(super) fn new(ledger: Arc<Mutex<SessionLedger>>, nameless: String, session: Option<String>) -> Self {
        Self { ledger, nameless, session, sum: Usage::default() }
    }

    /// Returns the session, as far as it is known.
    pub(super) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Returns the sum so far.
    pub(super) fn sum(&self) -> Usage {
        self.sum
    }

    /// Takes an event; returns what it adds, or a warning when its figure cannot be true.
    pub(super) fn take(&mut self, event: &AgentEvent) -> Result<Option<Usage>, String> {
        let added = match event {
            AgentEvent::Started { session: Some(session), .. } => {
                self.session = Some(session.clone());
                return Ok(None);
            }
            AgentEvent::Usage { scope, model, tokens } => {
                let new = match scope {
                    Scope::Run => *tokens,
                    Scope::Session => {
                        let session = self.session.as_ref().unwrap_or(&self.nameless);
                        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
                        ledger.tokens(session, model.as_deref().unwrap_or_default(), *tokens)
                    }
                };
                Usage { tokens: Some(new), ..Usage::default() }
            }
            AgentEvent::Cost { usd, .. } if !usd.is_finite() || *usd < 0.0 => {
                return Err(format!("the agent reported a cost of {usd}, which is ignored"));
            }
            AgentEvent::Cost { scope, usd } => {
                let new = match scope {
                    Scope::Run => *usd,
                    Scope::Session => {
                        let session = self.session.as_ref().unwrap_or(&self.nameless);
                        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).cost(session, *usd)
                    }
                };
                Usage { cost: Some(new), ..Usage::default() }
            }
            AgentEvent::Started { session: None, .. }
            | AgentEvent::Progress { .. }
            | AgentEvent::Message { .. }
            | AgentEvent::ToolStart { .. }
            | AgentEvent::ToolEnd { .. }
            | AgentEvent::Retry { .. }
            | AgentEvent::RateLimited { .. }
            | AgentEvent::PermissionDenied { .. }
            | AgentEvent::Warning { .. }
            | AgentEvent::Finished { .. } => return Ok(None),
        };
        self.sum = self.sum.plus(added);
        Ok(Some(added))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(scope: Scope, output: u64) -> AgentEvent {
        AgentEvent::Usage { scope, model: None, tokens: Tokens { output, ..Tokens::default() } }
    }

    fn started(session: &str) -> AgentEvent {
        AgentEvent::Started { session: Some(session.to_owned()), model: None, version: None }
    }

    #[test]
    fn run_figures_are_added_and_session_figures_are_differences_across_attempts() {
        let ledger = Arc::new(Mutex::new(SessionLedger::default()));
        let mut first = Tally::new(Arc::clone(&ledger), "a".to_owned(), None);
        for event in [started("s"), usage(Scope::Session, 10), usage(Scope::Session, 30), usage(Scope::Run, 5)] {
            first.take(&event).unwrap();
        }
        first.take(&AgentEvent::Cost { scope: Scope::Session, usd: 1.0 }).unwrap();
        assert_eq!(first.sum().tokens.map(Tokens::total), Some(35));
        let mut second = Tally::new(ledger, "b".to_owned(), Some("s".to_owned()));
        second.take(&usage(Scope::Session, 42)).unwrap();
        second.take(&AgentEvent::Cost { scope: Scope::Session, usd: 1.25 }).unwrap();
        assert_eq!((second.sum().tokens.map(Tokens::total), second.sum().cost), (Some(12), Some(0.25)));
    }

    #[test]
    fn unknown_stays_unknown_and_impossible_costs_are_refused() {
        let mut tally = Tally::new(Arc::default(), "a".to_owned(), None);
        assert!(tally.take(&AgentEvent::Cost { scope: Scope::Run, usd: f64::NAN }).is_err());
        assert!(tally.take(&AgentEvent::Cost { scope: Scope::Run, usd: -1.0 }).is_err());
        assert_eq!(tally.sum(), Usage::default());
    }
}

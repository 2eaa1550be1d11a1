//! Numbering, storing and showing events, in this order.

use serde_json::Value;

use super::journal::Journal;
use crate::event::{Event, EventKind};
use crate::host::clock;
use crate::host::redact::Secrets;

/// What a reporter is told.
#[derive(Clone, Copy, Debug)]
pub enum Beat<'a> {
    /// Something happened, and is stored.
    Event(&'a Event),
    /// Time went by; said a few times per second.
    Tick,
}

/// Takes secrets out of every text of an event: scripts, agents, documents and command lines may quote one.
fn redacted(kind: EventKind, secrets: &Secrets) -> EventKind {
    let Ok(mut value) = serde_json::to_value(&kind) else { return kind };
    if !redact(&mut value, secrets) {
        return kind;
    }
    let text = "an event is left out: without a secret in it, it could not be read".to_owned();
    serde_json::from_value(value).unwrap_or(EventKind::Note { item: None, text })
}

/// Redacts all texts of a value; tells whether there was anything to redact.
fn redact(value: &mut Value, secrets: &Secrets) -> bool {
    match value {
        Value::String(text) => {
            let clean = secrets.redact(text);
            let found = clean != *text;
            *text = clean;
            found
        }
        Value::Array(values) => values.iter_mut().fold(false, |found, value| redact(value, secrets) | found),
        Value::Object(map) => map.values_mut().fold(false, |found, value| redact(value, secrets) | found),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Somebody who shows the run.
pub type Reporter = Box<dyn FnMut(Beat<'_>)>;

/// The event stream of one run.
pub(crate) struct Events {
    run: String,
    /// Taken out of every event.
    secrets: Secrets,
    seq: u64,
    journal: Option<Journal>,
    /// What happened before the run was opened: told right after its first event.
    early: Vec<EventKind>,
    opened: bool,
    reporters: Vec<Reporter>,
    /// Everything stored, for metrics.
    history: Vec<Event>,
    /// The first failure to write the journal.
    pub(crate) broken: Option<String>,
}

impl Events {
    pub(crate) fn new(run: String, secrets: Secrets, reporters: Vec<Reporter>) -> Self {
        Self {
            run,
            secrets,
            seq: 0,
            journal: None,
            early: Vec::new(),
            opened: false,
            reporters,
            history: Vec::new(),
            broken: None,
        }
    }

    /// Begins the stream of a further run of the same script, with an id and a journal of its own.
    pub(crate) fn renew(&mut self, run: String) {
        *self = Self {
            reporters: std::mem::take(&mut self.reporters),
            broken: self.broken.take(),
            ..Self::new(run, self.secrets.clone(), Vec::new())
        };
    }

    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// Returns everything that was stored.
    pub(crate) fn history(&self) -> &[Event] {
        &self.history
    }

    /// Stores and shows the first event, then what came before the run was open.
    pub(crate) fn open(&mut self, journal: Journal, first: EventKind) {
        self.journal = Some(journal);
        self.begin(first);
    }

    fn begin(&mut self, first: EventKind) {
        self.opened = true;
        self.tell(first);
        for kind in std::mem::take(&mut self.early) {
            self.tell(kind);
        }
    }

    /// Shows what is still held back when no run was opened (dry runs).
    pub(crate) fn flush(&mut self) {
        self.opened = true;
        for kind in std::mem::take(&mut self.early) {
            self.tell(kind);
        }
    }

    /// Stores an event, then shows it.
    pub(crate) fn emit(&mut self, kind: EventKind) {
        if self.opened {
            self.tell(kind);
        } else {
            self.early.push(kind);
        }
    }

    fn tell(&mut self, kind: EventKind) {
        self.seq += 1;
        let kind = redacted(kind, &self.secrets);
        let event = Event { seq: self.seq, at: clock::now(), run: self.run.clone(), kind };
        if !event.kind.is_ephemeral() {
            if let Some(journal) = &mut self.journal
                && let Err(error) = journal.append(&event)
            {
                // The run goes on: git holds the truth. People are told once, at the end.
                self.broken.get_or_insert_with(|| error.to_string());
            }
            self.history.push(event.clone());
        }
        for reporter in &mut self.reporters {
            reporter(Beat::Event(&event));
        }
    }

    /// Tells the reporters that time went by.
    pub(crate) fn tick(&mut self) {
        for reporter in &mut self.reporters {
            reporter(Beat::Tick);
        }
    }

    /// Forces the journal to the disk.
    pub(crate) fn sync(&mut self) {
        if let Some(journal) = &self.journal
            && let Err(error) = journal.sync()
        {
            self.broken.get_or_insert_with(|| error.to_string());
        }
    }
}

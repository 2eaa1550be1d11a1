//! Numbering, storing and showing events, in this order.

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

/// Takes secrets out of what a script says; whatever it got from outside may quote one.
pub(crate) fn redacted(kind: EventKind, secrets: &Secrets) -> EventKind {
    if let EventKind::Note { item, text } = kind {
        return EventKind::Note { item, text: secrets.redact(&text) };
    }
    kind
}

/// Somebody who shows the run.
pub type Reporter = Box<dyn FnMut(Beat<'_>)>;

/// The event stream of one run.
pub(crate) struct Events {
    run: String,
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
    pub(crate) fn new(run: String, reporters: Vec<Reporter>) -> Self {
        Self {
            run,
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
            ..Self::new(run, Vec::new())
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

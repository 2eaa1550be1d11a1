//! Numbering, storing and showing events, in this order.

use serde_json::Value;

use crate::event::{Event, EventKind};
use crate::host::clock;
use crate::host::journal::{Journal, SignsFile};
use crate::host::redact::Secrets;

/// What a reporter is told.
#[derive(Clone, Copy, Debug)]
pub enum ReporterEvent<'a> {
    /// Something happened, and is stored.
    Event(&'a Event),
    /// Something happened before there is a run: it is stored later, and then told as an event.
    Early(&'a Event),
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
    serde_json::from_value(value).unwrap_or(EventKind::warning(None, text))
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
pub type Reporter = Box<dyn FnMut(ReporterEvent<'_>)>;

/// The event stream of one run.
pub(crate) struct EventStream {
    run: String,
    /// Taken out of every event.
    secrets: Secrets,
    seq: u64,
    journal: Option<Journal>,
    signs: Option<SignsFile>,
    /// What happened before the run was opened: told right after its first event.
    early: Vec<EventKind>,
    opened: bool,
    reporters: Vec<Reporter>,
    /// Everything stored, for metrics.
    history: Vec<Event>,
    /// The first failure to write the journal.
    pub(crate) broken: Option<String>,
}

impl EventStream {
    pub(crate) fn new(run: String, secrets: Secrets, reporters: Vec<Reporter>) -> Self {
        Self {
            run,
            secrets,
            seq: 0,
            journal: None,
            signs: None,
            early: Vec::new(),
            opened: false,
            reporters,
            history: Vec::new(),
            broken: None,
        }
    }

    /// Hands over everything that was stored.
    pub(crate) fn take_history(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.history)
    }

    /// Begins the stream of a run: stores and shows its first event, then what came before the run was open. A further
    /// run of the same script has an id and a journal of its own.
    pub(crate) fn begin(&mut self, run: String, journal: Option<Journal>, first: EventKind) {
        if self.journal.is_some() {
            self.seq = 0;
            self.history.clear();
        }
        self.run = run;
        self.signs = journal.as_ref().map(Journal::signs);
        self.journal = journal;
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
            return self.tell(kind);
        }
        let event =
            Event { seq: 0, at: clock::now(), run: self.run.clone(), kind: redacted(kind.clone(), &self.secrets) };
        for reporter in &mut self.reporters {
            reporter(ReporterEvent::Early(&event));
        }
        self.early.push(kind);
    }

    fn tell(&mut self, kind: EventKind) {
        // A sign of life is shown as an age only: whoever reads events is not to miss a number.
        self.seq += u64::from(!matches!(kind, EventKind::Alive { .. }));
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
        if let Some(signs) = &mut self.signs {
            signs.note(&event);
        }
        for reporter in &mut self.reporters {
            reporter(ReporterEvent::Event(&event));
        }
    }

    /// Tells the reporters that time went by.
    pub(crate) fn tick(&mut self) {
        if let Some(signs) = &mut self.signs {
            signs.write();
        }
        for reporter in &mut self.reporters {
            reporter(ReporterEvent::Tick);
        }
    }

    /// Returns a handle on the journal that can force it to the disk elsewhere.
    pub(crate) fn journal(&self) -> Option<Journal> {
        self.journal.as_ref()?.again().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::host::journal;

    #[test]
    fn whoever_is_shown_an_event_finds_it_in_the_journal_already() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let found = Rc::new(RefCell::new(Vec::new()));
        let seen = found.clone();
        let reporter: Reporter = Box::new(move |told| {
            let ReporterEvent::Event(event) = told else { return };
            let stored = journal::read(&path).expect("a journal");
            seen.borrow_mut().push((event.seq, stored.iter().any(|stored| stored == event)));
        });
        let mut stream = EventStream::new("r".to_owned(), Secrets::of([]), vec![reporter]);
        let note = |text: &str| EventKind::note(None, text);
        let journal = Journal::create(folder.path()).expect("a journal");
        stream.begin("r".to_owned(), Some(journal), note("first"));
        stream.emit(note("second"));
        stream.emit(EventKind::Progress { item: "a".to_owned(), percent: None, step: "shown only".to_owned() });
        assert_eq!(*found.borrow(), [(1, true), (2, true), (3, false)]);
    }
}

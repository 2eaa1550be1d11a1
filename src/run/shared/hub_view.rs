//! What was seen of the hub last: one look serves all items that are carried out elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::EventKind;
use crate::host::git::hub::talk::Hub;

/// Leases by item, or why they could not be looked at.
pub(crate) type Seen = std::result::Result<Arc<BTreeMap<String, String>>, Error>;

/// A look at the hub that clones share.
#[derive(Clone, Debug, Default)]
pub(crate) struct HubView(Arc<Mutex<Look>>);

#[derive(Debug, Default)]
struct Look {
    last: Option<(Instant, Seen)>,
    /// Since when it does not answer.
    away: Option<Instant>,
    has_answered: bool,
}

impl Look {
    fn met(&mut self) -> Option<EventKind> {
        self.has_answered = true;
        let since = self.away.take()?;
        Some(EventKind::note(None, format!("the hub answers again, after {} s", since.elapsed().as_secs())))
    }

    fn missed(&mut self, error: &Error) -> Option<EventKind> {
        if self.away.is_some() {
            return None;
        }
        self.away = Some(Instant::now());
        let text = format!("{}; what runs elsewhere goes on, and this run waits for the hub", error.message);
        Some(EventKind::warning(None, text))
    }
}

impl HubView {
    /// Returns the leases of all items, no older than `age`, and what is to be told about the hub.
    pub(crate) fn leases(&self, hub: &Hub, age: Duration) -> (Seen, Option<EventKind>) {
        let mut look = self.look();
        if let Some((at, seen)) = &look.last
            && at.elapsed() < age
        {
            return (seen.clone(), None);
        }
        let seen = hub.leases().map(Arc::new);
        look.last = Some((Instant::now(), seen.clone()));
        let told = match &seen {
            Ok(_) => look.met(),
            Err(error) => look.missed(error),
        };
        (seen, told)
    }

    /// The hub answers; told where it had not.
    pub(crate) fn met(&self) -> Option<EventKind> {
        self.look().met()
    }

    /// The hub does not answer; told once until it does.
    pub(crate) fn missed(&self, error: &Error) -> Option<EventKind> {
        self.look().missed(error)
    }

    /// Tells whether the hub has ever answered in this run.
    pub(crate) fn has_answered(&self) -> bool {
        self.look().has_answered
    }

    fn look(&self) -> MutexGuard<'_, Look> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the hub looked at anew the next time.
    pub(crate) fn forget(&self) {
        self.look().last = None;
    }
}

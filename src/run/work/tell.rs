//! How a task says what happened while it works.

use std::sync::Arc;

use crate::event::EventKind;
use crate::host::agent::Fact;

/// Takes what an agent does while it runs.
pub(crate) type Hear = Arc<dyn Fn(Fact) + Send + Sync>;

/// Takes the facts of a task; clones share it. What is told is stored and shown before the task's own end is.
#[derive(Clone)]
pub(crate) struct Tell(Arc<dyn Fn(EventKind) + Send + Sync>);

impl Tell {
    /// Makes a teller of what takes its facts.
    pub(crate) fn new(take: impl Fn(EventKind) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// Tells an event.
    pub(crate) fn event(&self, event: EventKind) {
        (self.0)(event);
    }

    /// Tells a note.
    pub(crate) fn note(&self, item: Option<&str>, text: impl Into<String>) {
        self.event(EventKind::note(item.map(str::to_owned), text));
    }

    /// Tells a note of something that somebody should look at.
    pub(crate) fn warn(&self, item: Option<&str>, text: impl Into<String>) {
        self.event(EventKind::warning(item.map(str::to_owned), text));
    }
}

//! How built-in agents speak: one event per line on standard output.

use std::io::{self, Write};

use crate::model::agent::AgentEvent;

/// The standard output of an agent.
pub(crate) struct Speaker {
    out: io::Stdout,
}

impl Speaker {
    pub(crate) fn open() -> Self {
        Self { out: io::stdout() }
    }

    /// Says one event. When nobody listens any more the work goes on; the signal to stop comes another way.
    pub(crate) fn say(&mut self, event: &AgentEvent) {
        if let Ok(line) = serde_json::to_string(event) {
            self.raw(line.as_bytes());
            self.raw(b"\n");
        }
        self.flush();
    }

    /// Writes bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.out.write_all(bytes).ok();
    }

    pub(crate) fn flush(&mut self) {
        self.out.flush().ok();
    }

    pub(crate) fn progress(&mut self, text: &str, percent: Option<f64>) {
        self.say(&AgentEvent::Progress { text: text.to_owned(), percent });
    }

    pub(crate) fn finished(&mut self, ok: bool, reason: &str, text: &str) {
        self.say(&AgentEvent::Finished { ok, reason: reason.to_owned(), text: text.to_owned() });
    }
}

//! The heartbeat file of an attempt: read when the agent writes it, written for it otherwise.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::host::{clock, state};
use crate::model::agent::AgentEvent;
use crate::model::agent_files::heartbeat::{Heartbeat, MAX_HEARTBEAT, parse};

/// The file is written at most this often.
const PERIOD: Duration = Duration::from_secs(1);

/// Both sides of one heartbeat file.
#[derive(Debug)]
pub(super) struct HeartbeatFile {
    path: PathBuf,
    /// What stands in the file by our hand.
    own: Option<Vec<u8>>,
    /// What the agent wrote last, and when.
    seen: Option<(Vec<u8>, Option<SystemTime>)>,
    by_agent: bool,
    state: Heartbeat,
    dirty: bool,
    written: Option<Instant>,
}

impl HeartbeatFile {
    /// Keeps the heartbeat at `path`; `by_agent` says that the agent is known to write it.
    pub(super) fn new(path: PathBuf, item: &str, by_agent: bool) -> Self {
        let state = Heartbeat {
            work_item_id: Some(item.to_owned()),
            status: "analyzing".to_owned(),
            step: "started".to_owned(),
            ..Heartbeat::default()
        };
        Self { path, own: None, seen: None, by_agent, state, dirty: true, written: None }
    }

    /// Looks at the file; returns what the agent has newly written. Whatever cannot be read is a missed poll.
    pub(super) fn poll(&mut self) -> Option<Heartbeat> {
        let content = state::read_untrusted(&self.path, MAX_HEARTBEAT).ok()??;
        if self.own.as_ref() == Some(&content) {
            return None;
        }
        let modified = std::fs::symlink_metadata(&self.path).and_then(|facts| facts.modified()).ok();
        let now = Some((content, modified));
        if self.seen == now {
            return None;
        }
        self.seen = now;
        let heartbeat = parse(self.seen.as_ref().map_or(&[], |(content, _)| content))?;
        // Somebody else's heartbeat is no sign of life of this item.
        if heartbeat.work_item_id.is_some() && heartbeat.work_item_id != self.state.work_item_id {
            return None;
        }
        self.by_agent = true;
        Some(heartbeat)
    }

    /// Takes over what an event says about progress; any sign of life makes the file due.
    pub(super) fn note(&mut self, event: Option<&AgentEvent>) {
        self.dirty = true;
        "working".clone_into(&mut self.state.status);
        match event {
            Some(AgentEvent::Progress { text, percent }) => {
                self.state.progress = percent.filter(|percent| (0.0..=100.0).contains(percent)).or(self.state.progress);
                self.state.step.clone_from(text);
            }
            Some(AgentEvent::ToolStart { name, .. }) => self.state.step.clone_from(name),
            Some(_) | None => {}
        }
    }

    /// Writes the file when there is something new, at most once a second, and never over the agent's own. A failure
    /// is left alone: the file is a courtesy to other programs.
    pub(super) fn write(&mut self, now: Instant) {
        if self.dirty && self.written.is_none_or(|written| now.saturating_duration_since(written) >= PERIOD) {
            self.put();
            self.written = Some(now);
        }
    }

    /// Writes the last state.
    pub(super) fn end(&mut self, ok: bool) {
        if ok { "complete" } else { "failed" }.clone_into(&mut self.state.status);
        self.put();
    }

    /// Tells whether the agent wrote the file since we looked: its first heartbeat must not be lost.
    fn is_foreign(&self) -> bool {
        let content = state::read_untrusted(&self.path, MAX_HEARTBEAT).ok().flatten();
        content.is_some_and(|content| self.own.as_ref() != Some(&content))
    }

    fn put(&mut self) {
        if self.by_agent || self.is_foreign() {
            return;
        }
        self.state.timestamp = Some(clock::epoch_seconds());
        if let Ok(content) = serde_json::to_vec(&self.state)
            && state::write_private(&self.path, &content).is_ok()
        {
            self.own = Some(content);
            self.dirty = false;
        }
    }
}

//! Listens to an agent: secrets out, everything into the transcript, lines to the adapter, events to the run.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::heartbeat::HeartbeatFile;
use super::ledger::Tally;
use super::lines::Lines;
use super::log::Log;
use super::setup::{Fact, Touch};
use super::watch::Watch;
use crate::host::process::pipes::OutputStream;
use crate::host::redact::Redactor;
use crate::model::adapter::Adapter;
use crate::model::agent::{AgentEvent, Finished, Limit};
use crate::model::usage::Usage;

/// Longest text of an event that is passed on; the report has the whole answer.
const MAX_TEXT: usize = 16 * 1024;

/// Most notes of one attempt that are told one by one; the rest is counted.
const MAX_NOTES: u64 = 1_000;

/// What an agent says is told at most so often.
const WORDS: Duration = Duration::from_millis(200);

/// One output stream on its way into its log and its lines.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) redactor: Redactor,
    pub(super) log: Log,
    pub(super) lines: Lines,
}

/// Everything that hears an attempt.
pub(super) struct Listener {
    pub(super) adapter: Box<dyn Adapter>,
    pub(super) out: Channel,
    pub(super) err: Channel,
    pub(super) heartbeat_file: HeartbeatFile,
    pub(super) tally: Tally,
    pub(super) watch: Watch,
    pub(super) facts: UnboundedSender<Fact>,
    pub(super) touch: Touch,
    pub(super) touched: u64,
    pub(super) told_life: Option<Instant>,
    pub(super) heard: Heard,
    /// What it said last that nobody was told yet, and when something was told.
    pub(super) unsaid: Option<AgentEvent>,
    pub(super) told_words: Option<Instant>,
    /// Notes of the agent so far.
    pub(super) notes: u64,
}

/// What the report needs of the events.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) usage: Usage,
    pub(super) session: Option<String>,
    pub(super) model: Option<String>,
    pub(super) denied: Vec<String>,
    pub(super) limit: Option<Limit>,
    /// The last thing told was that it asks its service again.
    pub(super) waits: bool,
    pub(super) finished: Option<Finished>,
}

impl Listener {
    /// Takes a chunk of output.
    pub(super) fn hear(&mut self, stream: OutputStream, chunk: &[u8], now: Instant) {
        self.alive(now);
        self.heartbeat_file.note(None);
        let mut clean = Vec::with_capacity(chunk.len());
        self.channel(stream).redactor.push(chunk, &mut clean);
        self.pass(stream, &clean, false, now);
    }

    /// Ends both streams and both logs; says what went wrong with the logs.
    pub(super) fn finish(mut self, now: Instant) -> (Box<dyn Adapter>, Heard, HeartbeatFile) {
        for stream in [OutputStream::Out, OutputStream::Err] {
            let mut clean = Vec::new();
            self.channel(stream).redactor.finish(&mut clean);
            self.pass(stream, &clean, true, now);
        }
        self.heard.usage = self.tally.sum();
        self.heard.session = self.tally.session().map(str::to_owned);
        let left_out = self.notes.saturating_sub(MAX_NOTES);
        if left_out > 0 {
            let text = format!("{left_out} further notes of the agent are in its transcript only");
            self.facts.send(Fact::Event(AgentEvent::Warning { text })).ok();
        }
        let broken: Vec<String> = [self.out.log.finish(), self.err.log.finish()].into_iter().flatten().collect();
        for error in broken {
            let text = format!("the transcript is not complete: {error}");
            self.facts.send(Fact::Event(AgentEvent::Warning { text })).ok();
        }
        (self.adapter, self.heard, self.heartbeat_file)
    }

    /// Looks at everything that makes no noise: the heartbeat file, touches from elsewhere, the result file.
    pub(super) fn look(&mut self, result_is_there: bool, now: Instant) {
        if let Some(heartbeat) = self.heartbeat_file.poll() {
            self.watch.beat(now);
            self.alive(now);
            self.tell(Fact::Heartbeat { progress: heartbeat.progress, step: heartbeat.step });
        }
        self.say(now);
        let touched = self.touch.count();
        if touched != self.touched {
            self.touched = touched;
            self.alive(now);
        }
        if result_is_there {
            self.watch.result(now);
        }
        self.heartbeat_file.write(now);
    }

    /// Sends a fact; nobody listens any more when the run is over.
    pub(super) fn tell(&self, fact: Fact) {
        self.facts.send(fact).ok();
    }

    fn channel(&mut self, stream: OutputStream) -> &mut Channel {
        match stream {
            OutputStream::Out => &mut self.out,
            OutputStream::Err => &mut self.err,
        }
    }

    fn pass(&mut self, stream: OutputStream, clean: &[u8], last: bool, now: Instant) {
        let mut events = Vec::new();
        let adapter = &mut self.adapter;
        let channel = match stream {
            OutputStream::Out => &mut self.out,
            OutputStream::Err => &mut self.err,
        };
        channel.log.write(clean);
        let joins = stream == OutputStream::Out && adapter.joins_text();
        let mut text: Option<String> = None;
        let mut read = |line: &str| {
            if joins && !line.starts_with('{') {
                match &mut text {
                    Some(text) => text.extend(["\n", line]),
                    None => text = Some(line.to_owned()),
                }
                return;
            }
            if let Some(text) = text.take() {
                events.extend(adapter.on_line(&text));
            }
            events.extend(match stream {
                OutputStream::Out => adapter.on_line(line),
                OutputStream::Err => adapter.on_stderr(line),
            });
        };
        channel.lines.push(clean, &mut read);
        if last {
            channel.lines.finish(&mut read);
        }
        if let Some(text) = text {
            events.extend(adapter.on_line(&text));
        }
        for event in events {
            self.event(event, now);
        }
    }

    fn event(&mut self, event: AgentEvent, now: Instant) {
        self.watch.event(&event, now);
        self.heartbeat_file.note(Some(&event));
        match self.tally.take(&event) {
            Ok(Some(usage)) => self.tell(Fact::Usage(usage)),
            Ok(None) => {}
            Err(text) => self.note(AgentEvent::Warning { text }),
        }
        match &event {
            AgentEvent::Retry { status, .. } => {
                self.heard.waits = status.is_none_or(|status| matches!(status, 429 | 500..));
            }
            AgentEvent::RateLimited { .. } => self.heard.waits = true,
            AgentEvent::Usage { .. } | AgentEvent::Cost { .. } | AgentEvent::Warning { .. } => {}
            _ => self.heard.waits = false,
        }
        match &event {
            AgentEvent::Started { model, .. } => self.heard.model = model.clone().or(self.heard.model.take()),
            AgentEvent::RateLimited { until } => {
                let known = self.heard.limit.and_then(|limit| limit.until);
                self.heard.limit = Some(Limit { until: until.or(known) });
            }
            AgentEvent::Finished { ok, reason, text } => {
                self.heard.finished = Some(Finished { ok: *ok, reason: reason.clone(), text: text.clone() });
            }
            AgentEvent::PermissionDenied { tool } if self.notes < MAX_NOTES => self.heard.denied.push(tool.clone()),
            AgentEvent::Progress { .. }
            | AgentEvent::Message { .. }
            | AgentEvent::ToolStart { .. }
            | AgentEvent::ToolEnd { .. }
            | AgentEvent::Usage { .. }
            | AgentEvent::Cost { .. }
            | AgentEvent::Retry { .. }
            | AgentEvent::Warning { .. }
            | AgentEvent::PermissionDenied { .. } => {}
        }
        match clipped(event) {
            note @ (AgentEvent::Retry { .. } | AgentEvent::Warning { .. } | AgentEvent::PermissionDenied { .. }) => {
                self.note(note);
            }
            said @ AgentEvent::Message { .. } => {
                self.unsaid = Some(said);
                self.say(now);
            }
            event => self.tell(Fact::Event(event)),
        }
    }

    /// Tells what was said last, a few times a second: an agent may print thousands of lines.
    fn say(&mut self, now: Instant) {
        if self.told_words.is_none_or(|told| now.saturating_duration_since(told) >= WORDS)
            && let Some(said) = self.unsaid.take()
        {
            self.told_words = Some(now);
            self.tell(Fact::Event(said));
        }
    }

    /// Tells something that is kept in the journal, up to a limit.
    fn note(&mut self, event: AgentEvent) {
        self.notes += 1;
        if self.notes <= MAX_NOTES {
            self.tell(Fact::Event(event));
        }
    }

    fn alive(&mut self, now: Instant) {
        self.watch.alive(now);
        if self.told_life.is_none_or(|told| now.saturating_duration_since(told) >= Duration::from_secs(1)) {
            self.told_life = Some(now);
            self.tell(Fact::Life);
        }
    }
}

fn clipped(mut event: AgentEvent) -> AgentEvent {
    match &mut event {
        AgentEvent::Progress { text, .. }
        | AgentEvent::Message { text }
        | AgentEvent::Warning { text }
        | AgentEvent::Finished { text, .. } => {
            if text.len() > MAX_TEXT {
                let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
                text.truncate(end);
                text.push('…');
            }
        }
        AgentEvent::Started { .. }
        | AgentEvent::ToolStart { .. }
        | AgentEvent::ToolEnd { .. }
        | AgentEvent::Usage { .. }
        | AgentEvent::Cost { .. }
        | AgentEvent::Retry { .. }
        | AgentEvent::RateLimited { .. }
        | AgentEvent::PermissionDenied { .. } => {}
    }
    event
}

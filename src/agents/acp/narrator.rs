//! Tells in our own events what the agent's updates say.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::permission::Act;
use super::usage;
use crate::agents::speaker::Speaker;
use crate::model::agent::AgentEvent;

/// Bytes of text that are collected before they are told without an end of line.
const PIECE: usize = 2048;
/// Bytes of an answer that are kept: its end.
const ANSWER: usize = 1024 * 1024;
/// Characters of a title.
const TITLE: usize = 200;
/// What tells a person nothing is a sign of life, so often.
const LIFE: Duration = Duration::from_secs(1);
/// Tools that may be open at once.
const MAX_TOOLS: usize = 4096;

/// What is known of something that the agent does.
#[derive(Clone, Debug, Default)]
struct Tool {
    title: String,
    kind: String,
    command: Option<String>,
    places: Vec<String>,
    /// It was told that it began.
    told: bool,
}

impl Tool {
    /// Takes what an update says; what it leaves out stays.
    fn take(&mut self, update: &Value) {
        if let Some(title) = update["title"].as_str().map(one_line).filter(|title| !title.is_empty()) {
            self.title = title;
        }
        if let Some(kind) = update["kind"].as_str() {
            kind.clone_into(&mut self.kind);
        }
        let input = &update["rawInput"];
        if let Some(command) = ["command", "cmd"].iter().find_map(|key| input[*key].as_str()) {
            self.command = Some(command.to_owned());
        }
        let mut places: Vec<String> = texts(&update["locations"], "path");
        places.extend(texts(&update["content"], "path"));
        let named = ["file_path", "filePath", "absolute_path", "path"];
        places.extend(named.iter().filter_map(|key| Some(input[*key].as_str()?.to_owned())));
        if !places.is_empty() {
            places.sort();
            places.dedup();
            self.places = places;
        }
    }

    fn name(&self) -> String {
        let name = if self.title.is_empty() { &self.kind } else { &self.title };
        if name.is_empty() { "a tool".to_owned() } else { name.clone() }
    }
}

/// Listens to one turn.
pub(super) struct Narrator<'a> {
    speaker: &'a mut Speaker,
    /// Text that was not told yet.
    piece: String,
    /// What it said since it last used a tool, and before that.
    answer: String,
    before: String,
    tools: BTreeMap<String, Tool>,
    /// A tool ended well; one was refused.
    pub(super) worked: bool,
    pub(super) denied: bool,
    /// Tokens were told with the updates.
    pub(super) counted: bool,
    told: Instant,
}

impl<'a> Narrator<'a> {
    pub(super) fn new(speaker: &'a mut Speaker) -> Self {
        Self {
            speaker,
            piece: String::new(),
            answer: String::new(),
            before: String::new(),
            tools: BTreeMap::new(),
            worked: false,
            denied: false,
            counted: false,
            told: Instant::now(),
        }
    }

    pub(super) fn say(&mut self, event: &AgentEvent) {
        self.told = Instant::now();
        self.speaker.say(event);
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.say(&AgentEvent::Warning { text: text.into() });
    }

    /// Gives a sign of life that means nothing else: an empty line.
    pub(super) fn alive(&mut self) {
        if self.told.elapsed() >= LIFE {
            self.told = Instant::now();
            self.speaker.raw(b"\n");
            self.speaker.flush();
        }
    }

    /// Takes one update of the session.
    pub(super) fn update(&mut self, update: &Value) {
        if let Some(tokens) = usage::of_step(update) {
            self.counted = true;
            self.say(&tokens);
        }
        match update["sessionUpdate"].as_str().unwrap_or_default() {
            "agent_message_chunk" => self.text(update["content"]["text"].as_str().unwrap_or_default()),
            "tool_call" | "tool_call_update" => self.tool(update),
            "plan" => self.plan(&update["entries"]),
            "usage_update" => match usage::cost(update) {
                Some(cost) => self.say(&cost),
                None => self.alive(),
            },
            // Thoughts, commands on offer, modes, and whatever comes later.
            _ => self.alive(),
        }
    }

    fn text(&mut self, text: &str) {
        self.piece += text;
        self.answer += text;
        if self.answer.len() > 2 * ANSWER {
            cut(&mut self.answer, ANSWER);
        }
        if let Some(end) = self.piece.rfind('\n') {
            let rest = self.piece.split_off(end + 1);
            self.tell_piece();
            self.piece = rest;
        }
        if self.piece.len() > PIECE {
            self.tell_piece();
        }
        self.alive();
    }

    fn tell_piece(&mut self) {
        let text = std::mem::take(&mut self.piece);
        if !text.trim().is_empty() {
            self.say(&AgentEvent::Message { text: text.trim_end().to_owned() });
        }
    }

    fn tool(&mut self, update: &Value) {
        let Some(id) = update["toolCallId"].as_str() else { return };
        let ended = match update["status"].as_str() {
            Some("completed") => Some(true),
            Some("failed") => Some(false),
            _ => None,
        };
        // More about something that has ended already.
        let is_new = !self.tools.contains_key(id);
        if is_new && update["sessionUpdate"] == "tool_call_update" && ended.is_none() || self.tools.len() >= MAX_TOOLS {
            return self.alive();
        }
        self.tell_piece();
        if !self.answer.trim().is_empty() {
            self.before = std::mem::take(&mut self.answer);
        }
        let tool = self.tools.entry(id.to_owned()).or_default();
        tool.take(update);
        if !tool.told {
            tool.told = true;
            let line = started(id, tool);
            self.told = Instant::now();
            self.speaker.raw(line.to_string().as_bytes());
            self.speaker.raw(b"\n");
            self.speaker.flush();
        }
        match ended {
            Some(ok) => self.end(id, ok),
            None => self.alive(),
        }
    }

    fn end(&mut self, id: &str, ok: bool) {
        self.tools.remove(id);
        self.worked |= ok;
        self.say(&AgentEvent::ToolEnd { id: id.to_owned(), ok });
    }

    fn plan(&mut self, entries: &Value) {
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        let done = entries.iter().filter(|entry| entry["status"] == "completed").count();
        let at_work = entries.iter().find(|entry| entry["status"] == "in_progress");
        if let Some(text) = at_work.and_then(|entry| entry["content"].as_str()).map(one_line) {
            let percent = Some((100.0 * done as f64 / entries.len() as f64).round());
            self.say(&AgentEvent::Progress { text, percent });
        }
    }

    /// Completes what an agent asks permission for with what it told of it before.
    pub(super) fn act<T>(&mut self, call: &Value, judge: impl FnOnce(&Act<'_>) -> T) -> (T, String) {
        let id = call["toolCallId"].as_str().unwrap_or_default();
        let mut tool = self.tools.get(id).cloned().unwrap_or_default();
        tool.take(call);
        let places = tool.places.iter().map(String::as_str).collect();
        let act = Act { kind: &tool.kind, places, command: tool.command.as_deref() };
        (judge(&act), tool.name())
    }

    /// Tells that something was refused.
    pub(super) fn refused(&mut self, tool: String) {
        self.denied = true;
        self.say(&AgentEvent::PermissionDenied { tool });
    }

    /// Ends the turn: what is still open is over. Returns the answer: what it said last.
    pub(super) fn finish(&mut self) -> String {
        self.tell_piece();
        for id in std::mem::take(&mut self.tools).into_keys() {
            self.say(&AgentEvent::ToolEnd { id, ok: false });
        }
        let last = if self.answer.trim().is_empty() { &mut self.before } else { &mut self.answer };
        cut(last, ANSWER);
        last.trim().to_owned()
    }
}

/// The event of a tool that begins, with what it is about for whoever reads the transcript.
fn started(id: &str, tool: &Tool) -> Value {
    let input = match (&tool.command, tool.places.first()) {
        (Some(command), _) => json!({ "command": command }),
        (None, Some(path)) => json!({ "path": path }),
        (None, None) => Value::Null,
    };
    json!({ "kind": "tool_start", "id": id, "name": tool.name(), "input": input })
}

fn texts(list: &Value, key: &str) -> Vec<String> {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| Some(entry[key].as_str()?.to_owned())).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TITLE).collect()
}

fn cut(text: &mut String, keep: usize) {
    let from = text.len().saturating_sub(keep);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.drain(..from);
}

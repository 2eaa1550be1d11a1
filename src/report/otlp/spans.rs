//! From events to spans. Events tell when something ended, and only for some things when it began: a check and a merge
//! begin where the last step of their item ended.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::event::kind::ItemStatus;
use crate::event::{Event, EventKind, RunView};
use crate::model::validation::LevelVerdict;

/// Something that took time.
pub(super) struct Span {
    /// Unique within the run; the id comes from it.
    pub(super) key: String,
    /// Key of the span around it.
    pub(super) parent: Option<String>,
    pub(super) name: String,
    /// RFC 3339.
    pub(super) begin: String,
    pub(super) end: String,
    pub(super) attributes: Vec<(&'static str, Value)>,
    pub(super) ended: Ended,
}

/// What became of it.
pub(super) enum Ended {
    Well,
    Badly(String),
    /// The journal does not say.
    Unknown,
}

pub(super) const RUN: &str = "run";

/// What is open in one item.
#[derive(Default)]
struct Open {
    item: Option<usize>,
    phase: Option<usize>,
    attempt: Option<usize>,
    /// When the last step of the item ended.
    last: String,
    /// How many spans of the item were made, for their keys.
    made: usize,
}

#[derive(Default)]
struct Spans {
    all: Vec<Span>,
    open: BTreeMap<String, Open>,
}

/// Makes the spans of a run. What never ended ends with the last event.
pub(super) fn of(events: &[Event]) -> Vec<Span> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Vec::new() };
    let mut spans = Spans::default();
    spans.all.push(run(events, &first.at, &last.at));
    for event in events {
        spans.take(event);
    }
    for span in &mut spans.all {
        if span.end.is_empty() {
            span.end.clone_from(&last.at);
        }
    }
    spans.all
}

fn run(events: &[Event], begin: &str, end: &str) -> Span {
    let view = RunView::of(events);
    let name = view.batch.map_or_else(|| view.command.clone(), |batch| format!("{} batch {batch}", view.command));
    let code = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::RunFinished { exit_code, .. } => Some(*exit_code),
        _ => None,
    });
    let usage = view.usage();
    let mut attributes = vec![("batchprp.command", json!(view.command)), ("batchprp.items", json!(view.items.len()))];
    attributes.extend(view.batch.map(|batch| ("batchprp.batch", json!(batch))));
    attributes.extend(code.map(|code| ("batchprp.exit_code", json!(code))));
    attributes.extend(usage.tokens.map(|tokens| ("batchprp.tokens", json!(tokens.total()))));
    attributes.extend(usage.cost.map(|cost| ("batchprp.cost_usd", json!(cost))));
    let ended = match code {
        None => Ended::Unknown,
        Some(0) => Ended::Well,
        Some(code) => Ended::Badly(format!("exit code {code}")),
    };
    let (begin, end) = (begin.to_owned(), end.to_owned());
    Span { key: RUN.to_owned(), parent: None, name, begin, end, attributes, ended }
}

impl Spans {
    fn take(&mut self, event: &Event) {
        let at = event.at.as_str();
        match &event.kind {
            EventKind::ItemStarted { item, stage, attempt } => {
                let open = self.open.entry(item.clone()).or_default();
                // A retry goes on within the span of its item.
                if open.item.is_none() {
                    let what = vec![("batchprp.item", json!(item)), ("batchprp.stage", json!(stage))];
                    let span = begun(item.clone(), RUN.to_owned(), item.clone(), at, what);
                    open.item = Some(self.all.len());
                    self.all.push(span);
                }
                at.clone_into(&mut open.last);
                self.note(item, "batchprp.attempts", json!(attempt));
            }
            EventKind::PhaseStarted { item, phase, title, .. } => {
                self.close_phase(item, at);
                let what = vec![("batchprp.item", json!(item)), ("batchprp.phase", json!(phase))];
                let place = self.begin(item, item, format!("phase {phase}: {title}"), at, what);
                let open = self.open.entry(item.clone()).or_default();
                open.phase = Some(place);
                at.clone_into(&mut open.last);
            }
            EventKind::AttemptStarted { item, attempt, agent, model, .. } => {
                let mut what = vec![("batchprp.attempt", json!(attempt)), ("gen_ai.agent.name", json!(agent))];
                what.extend(model.as_ref().map(|model| ("gen_ai.request.model", json!(model))));
                let around = self.around(item);
                let place = self.begin(item, &around, format!("agent {agent}"), at, what);
                self.open.entry(item.clone()).or_default().attempt = Some(place);
            }
            EventKind::AttemptFinished { item, status, usage, .. } => {
                let open = self.open.entry(item.clone()).or_default();
                at.clone_into(&mut open.last);
                let Some(span) = open.attempt.take().and_then(|place| self.all.get_mut(place)) else { return };
                at.clone_into(&mut span.end);
                if let Some(tokens) = usage.tokens {
                    span.attributes.push(("gen_ai.usage.input_tokens", json!(tokens.total() - tokens.output)));
                    span.attributes.push(("gen_ai.usage.output_tokens", json!(tokens.output)));
                }
                span.attributes.extend(usage.cost.map(|cost| ("batchprp.cost_usd", json!(cost))));
                span.ended = if status == "ok" { Ended::Well } else { Ended::Badly(status.clone()) };
            }
            EventKind::Checkpoint { item, .. } => {
                at.clone_into(&mut self.open.entry(item.clone()).or_default().last);
            }
            EventKind::Validation { item, level, result, errors, .. } => {
                if matches!(result, LevelVerdict::Passed | LevelVerdict::Failed | LevelVerdict::Flaky) {
                    let around = self.around(item);
                    let what = vec![("batchprp.level", json!(level))];
                    let ended = if *result == LevelVerdict::Failed {
                        Ended::Badly(errors.first().cloned().unwrap_or_default())
                    } else {
                        Ended::Well
                    };
                    self.step(item, &around, format!("check L{level}"), at, what, ended);
                }
            }
            EventKind::Merge { item, commit } => {
                self.close_phase(item, at);
                let what = vec![("batchprp.commit", json!(commit))];
                self.step(item, item, "merge".to_owned(), at, what, Ended::Well);
            }
            EventKind::MergeRejected { item, reason, .. } => {
                self.step(item, item, "merge".to_owned(), at, Vec::new(), Ended::Badly(reason.clone()));
            }
            EventKind::ItemFinished { item, status, reason, .. } => self.finish(item, *status, reason, at),
            _ => {}
        }
    }

    /// Begins a span below another one of an item; returns its place.
    fn begin(
        &mut self,
        item: &str,
        parent: &str,
        name: String,
        at: &str,
        attributes: Vec<(&'static str, Value)>,
    ) -> usize {
        let open = self.open.entry(item.to_owned()).or_default();
        open.made += 1;
        self.all.push(begun(format!("{item}/{}", open.made), parent.to_owned(), name, at, attributes));
        self.all.len() - 1
    }

    /// Makes a span from the end of the last step of the item until now.
    fn step(
        &mut self,
        item: &str,
        parent: &str,
        name: String,
        at: &str,
        attributes: Vec<(&'static str, Value)>,
        ended: Ended,
    ) {
        let open = self.open.entry(item.to_owned()).or_default();
        let begin = if open.last.is_empty() { at.to_owned() } else { open.last.clone() };
        at.clone_into(&mut open.last);
        let place = self.begin(item, parent, name, &begin, attributes);
        if let Some(span) = self.all.get_mut(place) {
            at.clone_into(&mut span.end);
            span.ended = ended;
        }
    }

    /// Returns the key of what surrounds a step of an item: its phase, where one is open.
    fn around(&self, item: &str) -> String {
        let phase = self.open.get(item).and_then(|open| open.phase).and_then(|place| self.all.get(place));
        phase.map_or_else(|| item.to_owned(), |span| span.key.clone())
    }

    fn close_phase(&mut self, item: &str, at: &str) {
        let Some(open) = self.open.get_mut(item) else { return };
        // A call whose end nobody saw ended with its phase.
        for place in [open.phase.take(), open.attempt.take()].into_iter().flatten() {
            if let Some(span) = self.all.get_mut(place) {
                at.clone_into(&mut span.end);
            }
        }
    }

    fn note(&mut self, item: &str, name: &'static str, value: Value) {
        let place = self.open.get(item).and_then(|open| open.item);
        if let Some(span) = place.and_then(|place| self.all.get_mut(place)) {
            span.attributes.retain(|(known, _)| *known != name);
            span.attributes.push((name, value));
        }
    }

    fn finish(&mut self, item: &str, status: ItemStatus, reason: &str, at: &str) {
        self.close_phase(item, at);
        self.note(item, "batchprp.status", json!(status.as_str()));
        let place = self.open.get_mut(item).and_then(|open| open.item.take());
        // One that never started took no time.
        let Some(span) = place.and_then(|place| self.all.get_mut(place)) else { return };
        at.clone_into(&mut span.end);
        span.ended = match status {
            ItemStatus::Completed => Ended::Well,
            other => Ended::Badly(format!("{}: {reason}", other.as_str())),
        };
    }
}

fn begun(key: String, parent: String, name: String, at: &str, attributes: Vec<(&'static str, Value)>) -> Span {
    let begin = at.to_owned();
    Span { key, parent: Some(parent), name, begin, end: String::new(), attributes, ended: Ended::Unknown }
}

//! Events folded into the state of a run: what every view, file and report is made from.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::forecast::Forecast;
use super::item::ItemView;
use super::kind::{EdgeInfo, EdgeReason, EventKind, ItemInfo, ItemStatus, RunStep, Severity};
use super::record::Event;
use super::signs::Signs;
use super::standing::Standing;
use crate::model::usage::Usage;

/// A pause because of a usage limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaPause {
    pub agent: String,
    /// Epoch seconds at which it ends.
    pub until: Option<i64>,
    /// Epoch seconds at which the run goes on by itself.
    pub again: Option<i64>,
    /// When it began.
    pub since: Option<Timestamp>,
}

/// How often usage limits stopped a run, and for how many seconds: pauses that are over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuotaTotals {
    pub pauses: u32,
    pub seconds: f64,
}

/// A budget that is used up.
#[derive(Clone, Debug, PartialEq)]
pub struct UsedUp {
    pub spent: f64,
    pub limit: f64,
    /// `USD` or `tokens`.
    pub unit: String,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunEnd {
    pub exit_code: u8,
    pub totals: BTreeMap<ItemStatus, u32>,
    pub resume: Option<String>,
    pub next: Vec<String>,
}

/// A note about the run as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunNote {
    pub severity: Severity,
    /// Its lines; the further ones are moved in.
    pub text: String,
}

/// Counts of things that went together badly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    pub merge_conflicts: u32,
    pub warnings: u32,
    pub disagreements: u32,
}

/// The state of a run after its events so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunView {
    pub run: String,
    pub command: String,
    pub batch: Option<u32>,
    pub pid: u32,
    pub host: String,
    pub argv: Vec<String>,
    pub jobs: u32,
    pub max_tokens: Option<u64>,
    pub max_cost: Option<f64>,
    pub started: Option<Timestamp>,
    /// Time of the latest event.
    pub latest: Option<Timestamp>,
    pub step: Option<RunStep>,
    /// In topological order.
    pub items: Vec<ItemView>,
    pub stages: BTreeMap<u32, Vec<String>>,
    pub edges: Vec<EdgeInfo>,
    pub critical_path: Vec<String>,
    pub bound_hours: f64,
    pub forecast: Option<Forecast>,
    pub paused: Option<QuotaPause>,
    pub quota: QuotaTotals,
    /// Why nothing new starts in this run any more.
    pub halted: Option<String>,
    /// The budget, once nothing is left of it.
    pub used_up: Option<UsedUp>,
    pub trouble: Trouble,
    /// The run's own notes, oldest first.
    pub notes: Vec<RunNote>,
    pub end: Option<RunEnd>,
    /// The command that goes on with it, once its process is known to be gone before its end.
    pub interrupted: Option<String>,
    index: HashMap<String, usize>,
}

impl RunView {
    /// Folds a whole journal.
    pub fn of(events: &[Event]) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// Forgets what is only shown of one run alone: lists keep many of them.
    pub fn forget_past(&mut self) {
        self.notes = Vec::new();
        self.items.iter_mut().for_each(ItemView::forget_past);
    }

    /// Returns an item by id.
    pub fn item(&self, id: &str) -> Option<&ItemView> {
        self.index.get(id).and_then(|index| self.items.get(*index))
    }

    /// Returns the ids that the item waits for: dependencies that are not completed.
    pub fn waits_for(&self, id: &str) -> Vec<&str> {
        let open = |from: &str| self.item(from).is_some_and(|item| item.status() != Some(ItemStatus::Completed));
        let mut ids: Vec<&str> = Vec::new();
        for edge in self.edges.iter().filter(|edge| edge.to == id && open(&edge.from)) {
            if !ids.contains(&edge.from.as_str()) {
                ids.push(&edge.from);
            }
        }
        ids
    }

    /// Returns seconds from the start to the latest event, or to `now` while the run goes on.
    pub fn elapsed(&self, now: Option<Timestamp>) -> f64 {
        let last = if self.end.is_some() { self.latest } else { now.max(self.latest) };
        seconds(self.started, last)
    }

    /// Returns what all items used; unknown stays unknown.
    pub fn usage(&self) -> Usage {
        self.items.iter().fold(Usage::default(), |sum, item| sum.plus(item.usage))
    }

    /// Counts the items that ended in a way.
    pub fn count(&self, status: ItemStatus) -> usize {
        self.items.iter().filter(|item| item.status() == Some(status)).count()
    }

    /// Notes which of some items wait for nobody any more.
    fn make_ready(&mut self, items: Vec<usize>, at: Option<Timestamp>) {
        let ended = |id: &str| self.item(id).map(ItemView::status);
        let is_over = |edge: &EdgeInfo| match ended(&edge.from) {
            Some(Some(status)) => status == ItemStatus::Completed || edge.reason != EdgeReason::Explicit,
            Some(None) => false,
            None => true,
        };
        let waits = |id: &str| self.edges.iter().any(|edge| edge.to == id && !is_over(edge));
        let is_ready = |index: &usize| {
            self.items.get(*index).is_some_and(|item| item.standing == Standing::Waiting && !waits(&item.info.id))
        };
        let ready: Vec<usize> = items.into_iter().filter(is_ready).collect();
        for index in ready {
            if let Some(item) = self.items.get_mut(index) {
                item.become_ready(at);
            }
        }
    }

    /// Takes in what agents show beside the journal.
    pub fn note_signs(&mut self, signs: &Signs) {
        for (id, signs) in &signs.items {
            if let Some(index) = self.index.get(id) {
                self.items[*index].note_signs(signs);
            }
        }
    }

    /// Notes that nobody carries the run on any more although it has not ended: nothing in it is at work. `resume` is the
    /// command that goes on with it.
    pub fn interrupt(&mut self, resume: String) {
        if self.end.is_some() || self.interrupted.is_some() {
            return;
        }
        self.interrupted = Some(resume);
        for item in &mut self.items {
            item.interrupt(self.latest);
        }
    }

    /// Returns the command that goes on with a run that did not complete.
    pub fn resume(&self) -> Option<&String> {
        self.end.as_ref().map_or(self.interrupted.as_ref(), |end| end.resume.as_ref())
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at.parse::<Timestamp>().ok().or(self.latest);
        self.latest = self.latest.max(at);
        if let Some(id) = event.kind.item() {
            self.item_mut(id).apply(&event.kind, at);
        }
        match &event.kind {
            EventKind::RunStarted { command, batch, pid, host, argv, jobs, max_tokens, max_cost, .. } => {
                if self.started.is_some() {
                    // A script may run one graph after the other.
                    *self = Self { latest: self.latest, ..Self::default() };
                }
                self.run.clone_from(&event.run);
                self.command.clone_from(command);
                self.batch = *batch;
                self.pid = *pid;
                self.host.clone_from(host);
                self.argv.clone_from(argv);
                self.jobs = *jobs;
                self.max_tokens = *max_tokens;
                self.max_cost = *max_cost;
                self.started = at;
            }
            EventKind::Step { step } => self.step = Some(*step),
            EventKind::Graph { items, stages, edges, critical_path, bound_hours } => {
                self.stages.clone_from(stages);
                self.edges.clone_from(edges);
                self.critical_path.clone_from(critical_path);
                self.bound_hours = *bound_hours;
                for info in items {
                    self.item_mut(&info.id).info = info.clone();
                }
                self.make_ready((0..self.items.len()).collect(), at);
            }
            EventKind::Forecast(forecast) => self.forecast = Some(forecast.clone()),
            EventKind::ItemFinished { item, .. } => {
                let after = self.edges.iter().filter(|edge| edge.from == *item);
                self.make_ready(after.filter_map(|edge| self.index.get(&edge.to).copied()).collect(), at);
            }
            EventKind::QuotaPaused { agent, until, again } => {
                self.quota.pauses += u32::from(self.paused.is_none());
                let since = self.paused.as_ref().map_or(at, |pause| pause.since);
                self.paused = Some(QuotaPause { agent: agent.clone(), until: *until, again: *again, since });
            }
            EventKind::Budget { spent, limit, unit } => {
                self.used_up = Some(UsedUp { spent: *spent, limit: *limit, unit: unit.clone() });
            }
            EventKind::QuotaResumed { .. } => {
                let since = self.paused.take().and_then(|pause| pause.since);
                self.quota.seconds += seconds(since, at);
            }
            // The first reason is the one to mend first.
            EventKind::Paused { reason, .. } => {
                self.halted.get_or_insert_with(|| reason.clone());
            }
            EventKind::Conflict { .. } => self.trouble.merge_conflicts += 1,
            EventKind::ConflictWarning { .. } | EventKind::ScopeDrift { .. } | EventKind::Guard { .. } => {
                self.trouble.warnings += 1;
            }
            EventKind::Disagreement { .. } => self.trouble.disagreements += 1,
            EventKind::Note { item: None, text, severity } => match self.notes.last_mut() {
                // What is moved in goes on with what stands above it.
                Some(last) if text.starts_with(' ') => {
                    last.text.push('\n');
                    last.text.push_str(text);
                }
                Some(_) | None => self.notes.push(RunNote { severity: *severity, text: text.clone() }),
            },
            EventKind::RunFinished { totals, exit_code, resume, next } => {
                self.end = Some(RunEnd {
                    exit_code: *exit_code,
                    totals: totals.clone(),
                    resume: resume.clone(),
                    next: next.clone(),
                });
            }
            EventKind::ItemStarted { .. }
            | EventKind::Resumed { .. }
            | EventKind::Placed { .. }
            | EventKind::AttemptStarted { .. }
            | EventKind::AttemptFinished { .. }
            | EventKind::Progress { .. }
            | EventKind::Alive { .. }
            | EventKind::PhaseStarted { .. }
            | EventKind::Checkpoint { .. }
            | EventKind::Validation { .. }
            | EventKind::Merge { .. }
            | EventKind::Approved { .. }
            | EventKind::Hand { .. }
            | EventKind::MergeRejected { .. }
            | EventKind::Slow { .. }
            | EventKind::Retry { .. }
            | EventKind::Repair { .. }
            | EventKind::RateLimited { .. }
            | EventKind::Spent { .. }
            | EventKind::Checking { .. }
            | EventKind::MergeAwaited { .. }
            | EventKind::Gap { .. }
            | EventKind::Rescue { .. }
            | EventKind::Document { .. }
            | EventKind::Issue { .. }
            | EventKind::Note { item: Some(_), .. } => {}
        }
    }

    /// Finds or makes an item; one that the graph did not announce is still shown.
    fn item_mut(&mut self, id: &str) -> &mut ItemView {
        let next = self.items.len();
        let index = *self.index.entry(id.to_owned()).or_insert(next);
        if index == next {
            let info = ItemInfo {
                id: id.to_owned(),
                title: String::new(),
                name: id.to_owned(),
                stage: 1,
                phases: 0,
                hours: 0.0,
                complexity: None,
            };
            self.items.push(ItemView::new(info));
        }
        &mut self.items[index]
    }

    /// Returns the items of a stage in the order of the graph.
    pub fn stage_items(&self, stage: u32) -> impl Iterator<Item = &ItemView> {
        self.items.iter().filter(move |item| item.info.stage == stage)
    }

    /// Returns the numbers of all stages.
    pub fn stage_numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.items.iter().map(|item| item.info.stage).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Tells whether an item waits for a usage limit to end: it was started, and no agent may work on it.
    pub fn is_limited(&self, item: &ItemView) -> bool {
        self.paused.is_some() && item.standing == Standing::Running && !item.has_agent
    }

    /// Tells whether an item is at work now.
    pub fn is_busy(&self) -> bool {
        let is_busy = |item: &ItemView| matches!(item.standing, Standing::Running | Standing::Validating { .. });
        self.items.iter().any(|item| is_busy(item) && !self.is_limited(item))
    }
}

/// Returns the seconds between two times, 0 when one of them is unknown.
pub fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> f64 {
    match (from, to) {
        (Some(from), Some(to)) => to.duration_since(from).as_secs_f64().max(0.0),
        _ => 0.0,
    }
}

//! The metrics of a run, computed from its events: what `batch-metrics-N.json` holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bound::lower_bound;
use crate::event::fold::seconds;
use crate::event::kind::{EdgeReason, ItemStatus};
use crate::event::timeline::Part;
use crate::event::{Event, ItemView, RunView, SCHEMA_VERSION};
use crate::model::agent::TimerKind;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::prp::Complexity;
use crate::model::usage::Tokens;

/// Figures of one run. `null` means unknown. Times are seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Metrics {
    pub schema_version: u32,
    pub batch_id: Option<u32>,
    /// `generate`, `execute`, `review`, `context-update`, or the name of another command.
    pub operation: String,
    pub run: String,
    /// RFC 3339.
    pub started: String,
    pub exit_code: Option<u8>,
    pub jobs: u32,
    pub total_items: usize,
    pub stages: usize,
    pub completed: usize,
    pub partial: usize,
    pub failed: usize,
    pub blocked: usize,
    /// How often something that failed went back to an agent.
    pub repairs: u32,
    /// Ended in another way: unproven, conflicted, cancelled, never started.
    pub other: usize,
    /// Busy time divided by the time from start to end.
    pub parallelism_achieved: Option<f64>,
    pub total_duration: f64,
    /// Shortest time in which the measured work could have been done.
    pub lower_bound: f64,
    /// Sum of the measured times of all items.
    pub sequential_estimate: f64,
    /// Estimated hours of the longest chain or of the work through the slots.
    pub estimated_hours: f64,
    pub forecast: Option<ForecastMetrics>,
    pub token_usage: Option<u64>,
    pub tokens: Option<TokenMetrics>,
    /// US dollars.
    pub cost: Option<f64>,
    /// The cost comes from the price table and not from the agent.
    pub cost_estimated: bool,
    pub conflicts: ConflictMetrics,
    pub items: Vec<ItemMetrics>,
    pub errors: Vec<ErrorMetrics>,
    /// Attempts that failed and were followed by another one.
    pub retried: Vec<ErrorMetrics>,
    /// How often a usage limit stopped the run, and for how many seconds.
    pub quota_pauses: u32,
    pub quota_waited: f64,
}

/// Tokens as vendors bill them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TokenMetrics {
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
}

/// What got into each other's way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConflictMetrics {
    /// Files for which items had to wait for each other.
    pub file_conflicts: usize,
    /// Items that were blocked by others.
    pub dependency_failures: usize,
    pub circular_deps: usize,
    pub merge_conflicts: usize,
}

/// Figures of one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ItemMetrics {
    pub id: String,
    pub stage: u32,
    pub status: String,
    pub duration: f64,
    /// Phases done, before and in this run.
    pub phases: usize,
    pub tokens: Option<u64>,
    pub cost: Option<f64>,
    pub score: Option<f64>,
    pub attempts: u32,
    pub repairs: u32,
    /// From ready to started.
    pub queue_wait: f64,
    pub estimated_hours: f64,
    pub complexity: Option<Complexity>,
    /// Of its phases those that earlier runs did.
    pub resumed: usize,
}

/// What was expected of a run, and by how much that was wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ForecastMetrics {
    /// Earlier runs that it rests on.
    pub runs: u32,
    pub seconds: Option<f64>,
    pub tokens: Option<u64>,
    pub cost: Option<f64>,
    /// What was measured against what was expected, less 1: 0.25 is a quarter more. `null` where nothing was expected,
    /// and for a run that did not do all that it was to do.
    pub time_error: Option<f64>,
    pub token_error: Option<f64>,
    pub cost_error: Option<f64>,
}

/// What went wrong with one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ErrorMetrics {
    pub work_item: String,
    /// Kind of the failure (`timeout`, `transient`, `crash`, …), else the status of the item.
    #[serde(rename = "type")]
    pub kind: String,
    pub message: String,
    pub duration: f64,
    /// The limit that ended its last attempt.
    pub timeout_limit: Option<f64>,
    /// What that limit is for: `startup`, `silence` or `total`.
    pub timer: Option<TimerKind>,
    /// Seconds that were measured against it.
    pub measured: Option<f64>,
}

impl Metrics {
    /// Returns the tokens that an item used on average: of those for which an agent was called.
    pub fn tokens_per_item(&self) -> Option<f64> {
        let began = self.items.iter().filter(|item| item.attempts > 0 || item.tokens.is_some()).count();
        // Older files do not list their items.
        let began = if self.items.is_empty() { self.total_items } else { began };
        self.token_usage.map(|tokens| tokens as f64 / began.max(1) as f64)
    }

    /// Returns everything that ended an attempt before its time: what failed, and what was tried again after that.
    pub fn ends(&self) -> impl Iterator<Item = &ErrorMetrics> {
        self.errors.iter().chain(&self.retried)
    }
}

impl ErrorMetrics {
    /// Tells which limit ended it, if one did. Older files do not say which: it was the one of the whole attempt.
    pub fn ended_by(&self) -> Option<TimerKind> {
        (self.kind == "timeout").then(|| self.timer.unwrap_or(TimerKind::Total))
    }

    /// Tells whether its time was up.
    pub fn is_timeout(&self) -> bool {
        self.ended_by() == Some(TimerKind::Total)
    }
}

/// Computes the metrics of a run from its events.
pub fn from_events(events: &[Event]) -> Metrics {
    from_state(&RunView::of(events))
}

/// Computes the metrics of a run from its folded state.
pub fn from_state(state: &RunView) -> Metrics {
    let busy: f64 = state.items.iter().map(|item| item.duration).sum();
    let makespan = state.elapsed(None);
    let usage = state.usage();
    let [completed, partial, failed, blocked] =
        [ItemStatus::Completed, ItemStatus::Partial, ItemStatus::Failed, ItemStatus::Blocked].map(|s| state.count(s));
    Metrics {
        schema_version: SCHEMA_VERSION,
        batch_id: state.batch,
        operation: operation(&state.command).to_owned(),
        run: state.run.clone(),
        started: state.started.map(|at| at.to_string()).unwrap_or_default(),
        exit_code: state.end.as_ref().map(|end| end.exit_code),
        jobs: state.jobs,
        total_items: state.items.len(),
        stages: state.stage_numbers().len(),
        completed,
        partial,
        failed,
        blocked,
        repairs: state.items.iter().map(|item| item.repairs).sum(),
        other: state.items.len() - completed - partial - failed - blocked,
        parallelism_achieved: (makespan > 0.0).then(|| rounded(busy / makespan)),
        total_duration: rounded(makespan),
        lower_bound: rounded(lower_bound(state, state.latest)),
        sequential_estimate: rounded(busy),
        estimated_hours: state.bound_hours,
        forecast: forecast(state),
        token_usage: usage.tokens.map(Tokens::total),
        tokens: usage.tokens.map(|t| TokenMetrics {
            input: t.input,
            cache_read: t.cache_read,
            cache_write: t.cache_write,
            output: t.output,
        }),
        cost: usage.cost,
        cost_estimated: usage.estimated,
        conflicts: conflicts(state, blocked),
        items: state.items.iter().map(item).collect(),
        errors: state.items.iter().filter_map(error).collect(),
        retried: state.items.iter().flat_map(retried).collect(),
        quota_pauses: state.quota.pauses,
        quota_waited: rounded(state.quota.seconds + seconds(state.paused.as_ref().and_then(|p| p.since), state.latest)),
    }
}

/// Names the command of an operation as people type it.
pub fn command(operation: &str) -> &str {
    match operation {
        "generate" => "gen",
        "execute" => "exe",
        other => other,
    }
}

/// Names the operation of a command as the files do.
pub fn operation(command: &str) -> &str {
    match command {
        "gen" => "generate",
        "exe" => "execute",
        other => other,
    }
}

/// Sets what was expected against what came. Who did a part of the work only shows nothing about the whole.
fn forecast(state: &RunView) -> Option<ForecastMetrics> {
    let expected = state.forecast.as_ref().filter(|expected| expected.runs > 0)?;
    let is_whole = |item: &ItemView| item.status() == Some(ItemStatus::Completed) && item.resumed.is_empty();
    let is_whole = state.end.is_some() && state.items.iter().all(is_whole);
    let error = |expected: Option<f64>, measured: Option<f64>| {
        let (expected, measured) = (expected.filter(|expected| is_whole && *expected > 0.0)?, measured?);
        Some(rounded(measured / expected - 1.0))
    };
    let usage = state.usage();
    let tokens = usage.tokens.map(|tokens| tokens.total() as f64);
    Some(ForecastMetrics {
        runs: expected.runs,
        seconds: expected.seconds.map(rounded),
        tokens: expected.tokens,
        cost: expected.cost,
        time_error: error(expected.seconds, Some(state.elapsed(None))),
        token_error: error(expected.tokens.map(|tokens| tokens as f64), tokens),
        cost_error: error(expected.cost, usage.cost),
    })
}

fn conflicts(state: &RunView, blocked: usize) -> ConflictMetrics {
    let mut files: Vec<&str> = state
        .edges
        .iter()
        .filter(|edge| edge.reason == EdgeReason::File)
        .filter_map(|edge| edge.file.as_deref())
        .collect();
    files.sort_unstable();
    files.dedup();
    ConflictMetrics {
        file_conflicts: files.len(),
        dependency_failures: blocked,
        circular_deps: 0,
        merge_conflicts: state.trouble.merge_conflicts as usize,
    }
}

fn item(item: &ItemView) -> ItemMetrics {
    ItemMetrics {
        id: item.info.id.clone(),
        stage: item.info.stage,
        status: item.standing.as_str().to_owned(),
        duration: rounded(item.duration),
        phases: item.done_phases(),
        tokens: item.usage.tokens.map(Tokens::total),
        cost: item.usage.cost,
        score: item.score(),
        attempts: item.attempts,
        repairs: item.repairs,
        queue_wait: rounded(seconds(item.ready, item.started)),
        estimated_hours: item.info.hours,
        complexity: item.info.complexity,
        resumed: item.resumed.len(),
    }
}

fn error(item: &ItemView) -> Option<ErrorMetrics> {
    let status = item.status()?;
    let kind = match (&item.outcome, status) {
        (_, ItemStatus::Completed | ItemStatus::Pending) => return None,
        (Some(Outcome::Failed { kind, .. }), _) => kind.as_str(),
        (_, other) => other.as_str(),
    };
    let timer = item.slow.filter(|_| kind == "timeout");
    Some(ErrorMetrics {
        work_item: item.info.id.clone(),
        kind: kind.to_owned(),
        message: item.reason.clone(),
        duration: rounded(item.duration),
        timeout_limit: timer.map(|timer| timer.limit),
        timer: timer.map(|timer| timer.timer),
        measured: timer.map(|timer| match timer.timer {
            // It warns before it ends: how long the attempt took says more.
            TimerKind::Total => rounded(last_attempt(item).unwrap_or(timer.limit)),
            // Silence is measured up to its limit, and not beyond.
            _ => timer.limit,
        }),
    })
}

/// Returns the attempts of an item that failed and were followed by another one.
fn retried(item: &ItemView) -> impl Iterator<Item = ErrorMetrics> {
    item.retried.iter().map(|fact| {
        let kind = fact.kind.map_or("failed", FailureKind::as_str);
        let timer = fact.timer.filter(|_| fact.kind == Some(FailureKind::Timeout));
        ErrorMetrics {
            work_item: item.info.id.clone(),
            kind: kind.to_owned(),
            message: fact.reason.clone(),
            duration: rounded(fact.seconds),
            timeout_limit: timer.map(|timer| timer.limit),
            timer: timer.map(|timer| timer.timer),
            measured: timer
                .map(|timer| if timer.timer == TimerKind::Total { rounded(fact.seconds) } else { timer.limit }),
        }
    })
}

/// Returns the seconds that the last call of an agent took.
fn last_attempt(item: &ItemView) -> Option<f64> {
    let last = item.timeline.stretches.iter().rfind(|stretch| matches!(stretch.part, Part::Agent { .. }))?;
    Some(last.to?.duration_since(last.from).as_secs_f64())
}

/// Keeps milliseconds: more would be noise in the files.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

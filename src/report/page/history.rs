//! Finished runs over time, by operation.

use serde::Serialize;

use super::super::compare::analyze::AnalysisLine;
use super::super::compare::limits::Configured;
use super::super::compare::trend;
use super::super::metrics::{self, Metrics};
use super::super::style::Style;
use super::super::text::line;

/// Finished runs over time.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    operations: Vec<OperationHistory>,
}

#[derive(Clone, Debug, Serialize)]
struct OperationHistory {
    operation: String,
    findings: Vec<AnalysisLine>,
    /// Oldest first.
    runs: Vec<HistoryRow>,
}

/// Figures of one run. Times are seconds.
#[derive(Clone, Debug, Serialize)]
struct HistoryRow {
    run: String,
    started: String,
    batch: Option<u32>,
    exit_code: Option<u8>,
    items: usize,
    completed: usize,
    duration: f64,
    bound: f64,
    parallelism: Option<f64>,
    tokens_per_item: Option<f64>,
    cost: Option<f64>,
    conflicts: usize,
    timeouts: usize,
    /// What was measured against what was expected, less 1.
    forecast_error: Option<f64>,
}

impl History {
    /// Compares finished runs.
    pub fn of(all: &[Metrics], configured: Configured<'_>) -> Self {
        let operations = trend::groups(all).into_iter().map(|(operation, group)| OperationHistory {
            operation: line(metrics::command(operation), 60),
            findings: trend::findings(&group, configured, Style::PLAIN),
            runs: group.into_iter().map(row).collect(),
        });
        Self { operations: operations.collect() }
    }
}

fn row(metrics: &Metrics) -> HistoryRow {
    HistoryRow {
        run: line(&metrics.run, 60),
        started: line(&metrics.started, 40),
        batch: metrics.batch_id,
        exit_code: metrics.exit_code,
        items: metrics.total_items,
        completed: metrics.completed,
        duration: metrics.total_duration,
        bound: metrics.lower_bound,
        parallelism: metrics.parallelism_achieved,
        tokens_per_item: metrics.tokens_per_item(),
        cost: metrics.cost,
        conflicts: metrics.conflicts.merge_conflicts,
        timeouts: metrics.ends().filter(|error| error.is_timeout()).count(),
        forecast_error: metrics.forecast.as_ref().and_then(|forecast| forecast.time_error),
    }
}

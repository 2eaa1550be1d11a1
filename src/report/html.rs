//! A run as one self-contained HTML page: table, timeline, figures. No scripts, no addresses.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use super::checks::verdict;
use super::metrics::{self, Metrics};
use super::style::Style;
use super::text::{count, dollars, safe, short_commit};
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView};
use crate::model::duration::show;

const TEMPLATE: &str = include_str!("report.html");

#[derive(Serialize)]
struct Row {
    stage: u32,
    name: String,
    title: String,
    status: &'static str,
    reason: String,
    time: String,
    attempts: u32,
    validation: String,
    commits: Vec<String>,
    /// Percent of the run's time.
    left: f64,
    width: f64,
}

/// Returns the page.
pub fn page(state: &RunView) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("report", TEMPLATE)?;
    let whole = state.elapsed(None).max(0.001);
    let rows: Vec<Row> = state
        .stage_numbers()
        .into_iter()
        .flat_map(|stage| state.stage_items(stage))
        .map(|item| row(item, state, whole))
        .collect();
    let figures: Metrics = metrics::from_state(state);
    environment.get_template("report")?.render(context! {
        title => safe(&state.batch.map_or_else(|| state.command.clone(), |batch| format!("Batch {batch}: {}", state.command))),
        run => safe(&state.run),
        started => figures.started,
        ended => state.end.as_ref().map(|end| end.exit_code),
        took => show(figures.total_duration),
        bound => show(figures.lower_bound),
        sequential => show(figures.sequential_estimate),
        parallelism => figures.parallelism_achieved.map(|p| format!("{p:.1}")),
        completed => figures.completed,
        total => figures.total_items,
        tokens => figures.token_usage.map(count),
        cost => figures.cost.map(dollars),
        rows => minijinja::Value::from(Serde(rows)),
    })
}

fn row(item: &ItemView, state: &RunView, whole: f64) -> Row {
    let start = seconds(state.started, item.started);
    let length = if item.started.is_some() { seconds(item.started, item.finished) } else { 0.0 };
    Row {
        stage: item.info.stage,
        name: safe(&item.info.name),
        title: safe(&item.info.title),
        status: item.status().unwrap_or(ItemStatus::Pending).as_str(),
        reason: safe(&item.reason),
        time: show(item.duration),
        attempts: item.attempts,
        validation: if item.validations.is_empty() { String::new() } else { verdict(item, Style::PLAIN) },
        commits: item
            .checkpoints
            .iter()
            .map(|fact| format!("{} {}", short_commit(&fact.commit), safe(&fact.subject)))
            .collect(),
        left: (start * 100.0 / whole).clamp(0.0, 100.0),
        width: (length * 100.0 / whole).clamp(0.2, 100.0),
    }
}

//! What the figures of one run say: good news, warnings with a way out, and facts.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::metrics::{ErrorMetrics, Metrics};
use super::super::style::{Sign, Style, Tone};
use super::super::text::{count, dollars, line, numbered};
use super::limits::{self, Advice, Configured, roomier};
use crate::model::agent::TimerKind;
use crate::model::duration::show;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Good,
    Warning,
    Info,
}

/// One line of the analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnalysisLine {
    pub weight: Weight,
    pub text: String,
    /// The command that configures what is recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl AnalysisLine {
    /// Returns it as it is printed, with the command below.
    pub fn line(&self, style: Style) -> String {
        let (tone, mark) = match self.weight {
            Weight::Good => (Tone::Good, Sign::Good),
            Weight::Warning => (Tone::Warning, Sign::Warning),
            Weight::Info => (Tone::Name, Sign::Info),
        };
        let command = self.command.as_ref().map(|command| format!("\n    {command}")).unwrap_or_default();
        format!("{} {}{command}", style.paint(tone, style.mark(mark)), self.text)
    }

    /// Adds the command that configures what is recommended.
    pub(super) fn configured(self, key: &str, value: &str) -> Self {
        Self { command: Some(format!("batchprp config set {key} {value}")), ..self }
    }
}

pub(super) fn good(text: String) -> AnalysisLine {
    AnalysisLine { weight: Weight::Good, text, command: None }
}

pub(super) fn warning(text: String) -> AnalysisLine {
    AnalysisLine { weight: Weight::Warning, text, command: None }
}

pub(super) fn info(text: String) -> AnalysisLine {
    AnalysisLine { weight: Weight::Info, text, command: None }
}

/// Returns what the figures of a run say, where limits are configured as they are.
pub fn findings(metrics: &Metrics, configured: Configured<'_>, style: Style) -> Vec<AnalysisLine> {
    let batch = metrics.batch_id.map_or_else(|| "Run".to_owned(), |batch| format!("Batch {batch}"));
    let noun = if matches!(metrics.operation.as_str(), "generate" | "execute" | "review") { "PRP" } else { "item" };
    let parallel = metrics
        .parallelism_achieved
        .map(|parallel| format!(", {parallel:.1}{} parallelism", style.mark(Sign::Times)))
        .unwrap_or_default();
    let head =
        format!("{batch}: {}, {}{parallel}", numbered(metrics.total_items, noun), numbered(metrics.stages, "stage"));
    let mut found = vec![if metrics.completed == metrics.total_items { good(head) } else { warning(head) }];
    if metrics.completed < metrics.total_items {
        found.push(warning(format!("{} of {} completed", metrics.completed, numbered(metrics.total_items, noun))));
    }
    found.extend(metrics.errors.iter().map(|failure| error(failure, &metrics.operation, configured)));
    for failure in &metrics.retried {
        let line = error(failure, &metrics.operation, configured);
        found.push(AnalysisLine { text: format!("{} (tried again)", line.text), ..line });
    }
    if metrics.quota_pauses > 0 {
        found.push(info(format!("waited {} for a usage limit", show(metrics.quota_waited))));
    }
    found.extend(time(metrics, style));
    found.extend(usage(metrics, noun, style));
    found
}

fn error(error: &ErrorMetrics, operation: &str, configured: Configured<'_>) -> AnalysisLine {
    let item = line(&error.work_item, 40);
    if let (Some(timer), Some(limit)) = (error.ended_by(), error.timeout_limit) {
        let measured = error.measured.unwrap_or(error.duration);
        let key = limits::key(operation, timer);
        let text = match timer {
            TimerKind::Startup => format!("{item} gave no first sign of life within {} (`{key}`)", show(limit)),
            TimerKind::Silence => format!("{item} gave no sign of life for {} (`{key}`)", show(limit)),
            TimerKind::Linger | TimerKind::Total => {
                format!("{item} timeout ({measured:.0}s > {limit:.0}s limit)")
            }
        };
        return advised(&text, operation, timer, roomier(measured.max(limit)), configured);
    }
    let why = if error.message.is_empty() { String::new() } else { format!(": {}", line(&error.message, 160)) };
    warning(format!("{item} {}{why}", line(&error.kind, 30)))
}

/// Adds what to do about a limit, and the command that does it.
pub(super) fn advised(
    text: &str,
    operation: &str,
    timer: TimerKind,
    needed: f64,
    configured: Configured<'_>,
) -> AnalysisLine {
    match limits::advice(operation, timer, needed, configured) {
        Advice::Raise(key, value) => warning(format!("{text} - increase to {value}")).configured(key, &value),
        Advice::Enough(why) => warning(format!("{text} - {why}")),
    }
}

fn time(metrics: &Metrics, style: Style) -> Vec<AnalysisLine> {
    let mut found = Vec::new();
    let (took, bound, sequential) = (metrics.total_duration, metrics.lower_bound, metrics.sequential_estimate);
    if bound > 0.0 && sequential > 0.0 {
        found.push(info(format!(
            "Time: {} (at best {}, one after another {})",
            show(took),
            show(bound),
            show(sequential)
        )));
        let waited: f64 = metrics.items.iter().map(|item| item.queue_wait).sum();
        if took > bound * 1.3 && took - bound > 10.0 {
            let ratio = took / bound;
            found.push(warning(format!(
                "took {ratio:.1}{} of what the work needs; items waited {} for a slot",
                style.mark(Sign::Times),
                show(waited)
            )));
        } else if waited > took && metrics.jobs > 0 {
            let more =
                info(format!("items waited {} for a slot - try more than --jobs {}", show(waited), metrics.jobs));
            let jobs = usize::try_from(metrics.jobs).unwrap_or(usize::MAX).saturating_mul(2).min(metrics.total_items);
            // Of few items all run at the same time already.
            let is_more = jobs > usize::try_from(metrics.jobs).unwrap_or(usize::MAX);
            found.push(if is_more { more.configured("run.jobs", &jobs.to_string()) } else { more });
        }
    }
    let estimated: f64 = metrics.items.iter().map(|item| item.estimated_hours).sum();
    if estimated > 0.0 && sequential > 0.0 {
        let hours = sequential / 3600.0;
        found.push(info(format!("Estimates: {estimated:.1} h planned, {hours:.1} h measured")));
    }
    if metrics.conflicts.merge_conflicts > 0 {
        found.push(warning(format!(
            "{} - declare shared files in `files_modified`, or order the items by `dependencies`",
            numbered(metrics.conflicts.merge_conflicts, "merge conflict")
        )));
    }
    if metrics.conflicts.file_conflicts > 0 {
        found.push(info(format!("{} kept items apart", numbered(metrics.conflicts.file_conflicts, "shared file"))));
    }
    found
}

fn usage(metrics: &Metrics, noun: &str, style: Style) -> Vec<AnalysisLine> {
    let mut found = Vec::new();
    if let Some(tokens) = metrics.tokens_per_item().filter(|_| metrics.total_items > 0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of tokens")]
        let tokens = tokens as u64;
        found.push(info(format!("Avg tokens/{noun}: {}", count(tokens))));
    }
    if let Some(tokens) = metrics.tokens {
        let prompt = tokens.input + tokens.cache_read + tokens.cache_write;
        if prompt > 0 {
            let share = tokens.cache_read as f64 * 100.0 / prompt as f64;
            found.push(info(format!(
                "Prompt cache: {share:.0}% of the input ({} uncached, {} written, {} read), {} output",
                count(tokens.input),
                count(tokens.cache_write),
                count(tokens.cache_read),
                count(tokens.output)
            )));
        }
    }
    if let Some(cost) = metrics.cost {
        let about = if metrics.cost_estimated { style.mark(Sign::About) } else { "" };
        found.push(info(format!("Cost: {about}{}", dollars(cost))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_sample_comes_out() {
        let metrics = Metrics {
            batch_id: Some(47),
            operation: "execute".to_owned(),
            total_items: 8,
            stages: 4,
            completed: 7,
            parallelism_achieved: Some(3.2),
            token_usage: Some(24_500),
            cost: Some(0.42),
            errors: vec![ErrorMetrics {
                work_item: "PRP-47.2.1".to_owned(),
                kind: "timeout".to_owned(),
                message: String::new(),
                duration: 3671.0,
                timeout_limit: Some(3600.0),
                ..ErrorMetrics::default()
            }],
            ..Metrics::default()
        };
        let lines: Vec<String> = findings(&metrics, &|key| (key == "run.timeout").then_some(3600.0), Style::PLAIN)
            .iter()
            .map(|f| f.line(Style::PLAIN))
            .collect();
        assert_eq!(
            lines,
            [
                "⚠ Batch 47: 8 PRPs, 4 stages, 3.2× parallelism",
                "⚠ 7 of 8 PRPs completed",
                "⚠ PRP-47.2.1 timeout (3671s > 3600s limit) - increase to 4000s\n    batchprp config set agent.roles.executor.timeout 4000s",
                "ℹ Avg tokens/PRP: 3,062",
                "ℹ Cost: $0.42",
            ]
        );
    }
}

//! What the figures of one run say: good news, warnings with a way out, and facts.

use schemars::JsonSchema;
use serde::Serialize;

use super::metrics::{ErrorMetrics, Metrics};
use super::style::{Sign, Style, Tone};
use super::text::{count, dollars, line, numbered};
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

/// Returns what the figures of a run say.
pub fn findings(metrics: &Metrics, style: Style) -> Vec<AnalysisLine> {
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
    found.extend(metrics.errors.iter().map(|failure| error(failure, &metrics.operation)));
    found.extend(time(metrics, style));
    found.extend(usage(metrics, noun, style));
    found
}

fn error(error: &ErrorMetrics, operation: &str) -> AnalysisLine {
    let item = line(&error.work_item, 40);
    if let Some(limit) = error.timeout_limit {
        let needed = error.duration.max(limit);
        let text = format!(
            "{item} timeout ({:.0}s > {limit:.0}s limit) - increase to {:.0}s",
            error.duration,
            roomier(needed)
        );
        return with_timeout(warning(text), operation, roomier(needed));
    }
    let why = if error.message.is_empty() { String::new() } else { format!(": {}", line(&error.message, 160)) };
    warning(format!("{item} {}{why}", line(&error.kind, 30)))
}

/// Adds the command that gives whoever does an operation so many seconds.
pub(super) fn with_timeout(finding: AnalysisLine, operation: &str, seconds: f64) -> AnalysisLine {
    let key = match operation {
        "execute" => "agent.roles.executor.timeout",
        "generate" => "agent.roles.generator.timeout",
        "review" => "agent.roles.reviewer.timeout",
        "context-update" => "agent.roles.context-updater.timeout",
        _ => "run.timeout",
    };
    finding.configured(key, &format!("{seconds:.0}s"))
}

/// Returns a limit with some room above what was needed, in whole hundreds of seconds.
pub fn roomier(seconds: f64) -> f64 {
    (seconds * 1.08 / 100.0).ceil() * 100.0
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
            "{} - declare shared files in `files_modified`",
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
    if let Some(total) = metrics.token_usage
        && metrics.total_items > 0
    {
        found.push(info(format!("Avg tokens/{noun}: {}", count(total / metrics.total_items as u64))));
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
            }],
            ..Metrics::default()
        };
        let lines: Vec<String> = findings(&metrics, Style::PLAIN).iter().map(|f| f.line(Style::PLAIN)).collect();
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

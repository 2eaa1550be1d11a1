//! Recent runs compared by time: a table per operation and the recommendations that the figures support.

use std::collections::BTreeMap;

use super::super::metrics::{self, ErrorMetrics, Metrics};
use super::super::style::{Sign, Style, Tone};
use super::super::table::{self, Cell};
use super::super::text::{count, dollars, line, numbered};
use super::analyze::{AnalysisLine, advised, good, info, warning};
use super::limits::{Configured, roomier};
use super::sparkline;
use crate::model::agent::TimerKind;
use crate::model::duration::show;

/// Figures of a run.
const HEAD: [&str; 11] = [
    "started",
    "batch",
    "items",
    "done",
    "time",
    "forecast",
    "parallel",
    "tokens/item",
    "cost",
    "conflicts",
    "time-outs",
];

/// Runs of one operation, oldest first.
pub type OperationRuns<'a> = (&'a str, Vec<&'a Metrics>);

/// Groups runs by operation, each group by time.
pub fn groups(all: &[Metrics]) -> Vec<OperationRuns<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Metrics>> = BTreeMap::new();
    for metrics in all {
        groups.entry(&metrics.operation).or_default().push(metrics);
    }
    for group in groups.values_mut() {
        group.sort_by(|a, b| (&a.started, &a.run).cmp(&(&b.started, &b.run)));
    }
    groups.into_iter().collect()
}

/// Returns the lines of the comparison.
pub fn lines(all: &[Metrics], configured: Configured<'_>, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (operation, group) in groups(all) {
        lines.push(style.paint(
            Tone::Strong,
            &format!("{}: {}", line(metrics::command(operation), 40), numbered(group.len(), "run")),
        ));
        let rows: Vec<Vec<Cell>> = group.iter().map(|metrics| row(metrics)).collect();
        lines.extend(table::lines(&HEAD, &rows, style).iter().map(|line| format!("  {line}")));
        lines.extend(sparklines(&group, style));
        lines.extend(findings(&group, configured, style).iter().map(|finding| finding.line(style)));
        lines.push(String::new());
    }
    lines
}

/// Draws the figures that more than one run knows.
fn sparklines(group: &[&Metrics], style: Style) -> Vec<String> {
    type Figure = fn(&Metrics) -> Option<f64>;
    let figures: [(&str, Figure); 4] = [
        ("time", |metrics| Some(metrics.total_duration)),
        ("tokens per item", |metrics| per_item(metrics).map(|tokens| tokens as f64)),
        ("cost", |metrics| metrics.cost),
        ("forecast error", |metrics| time_error(metrics).map(f64::abs)),
    ];
    let is_known = |figure: &Figure| group.iter().filter(|metrics| figure(metrics).is_some()).count() > 1;
    let known = figures.into_iter().filter(|(_, figure)| is_known(figure));
    known
        .map(|(name, figure)| {
            format!("  {name:<17} {}", sparkline::of(group.iter().map(|metrics| figure(metrics)), style))
        })
        .collect()
}

fn row(metrics: &Metrics) -> Vec<Cell> {
    let known = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let percent = if metrics.total_items == 0 { 0.0 } else { success(metrics) * 100.0 };
    let timeouts = metrics.ends().filter(|error| error.is_timeout()).count();
    let cells = [
        line(metrics.started.get(..16).unwrap_or(&metrics.started), 17).replace('T', " "),
        known(metrics.batch_id.map(|batch| batch.to_string())),
        metrics.total_items.to_string(),
        format!("{percent:.0}%"),
        show(metrics.total_duration),
        known(time_error(metrics).map(signed)),
        known(metrics.parallelism_achieved.map(|parallel| format!("{parallel:.1}"))),
        known(per_item(metrics).map(count)),
        known(metrics.cost.map(dollars)),
        metrics.conflicts.merge_conflicts.to_string(),
        timeouts.to_string(),
    ];
    cells.map(Cell::plain).to_vec()
}

fn success(metrics: &Metrics) -> f64 {
    metrics.completed as f64 / metrics.total_items.max(1) as f64
}

fn per_item(metrics: &Metrics) -> Option<u64> {
    metrics.tokens_per_item().map(rounded)
}

/// Returns the recommendations for the runs of one operation. Few runs support none.
pub fn findings(group: &[&Metrics], configured: Configured<'_>, style: Style) -> Vec<AnalysisLine> {
    if group.len() < 2 {
        return vec![info("one run shows no trend".to_owned())];
    }
    let mut found = Vec::new();
    for timer in [TimerKind::Total, TimerKind::Silence, TimerKind::Startup] {
        found.extend(ended_by(timer, group, configured));
    }
    found.extend(conflicts(group));
    found.extend(quota(group));
    found.extend(tokens(group));
    found.extend(failures(group));
    found.extend(missed(group));
    found.extend(estimates(group, style));
    if found.is_empty() {
        found.push(good("no critical issues".to_owned()));
    }
    found
}

/// So many items and runs are named.
const NAMED: usize = 5;

/// A limit that more than one item in twenty hits is too tight.
fn ended_by(timer: TimerKind, group: &[&Metrics], configured: Configured<'_>) -> Option<AnalysisLine> {
    let is_meant = |error: &&ErrorMetrics| error.ended_by() == Some(timer);
    let mut errors: Vec<&ErrorMetrics> = Vec::new();
    for metrics in group {
        let begin = errors.len();
        errors.extend(metrics.errors.iter().filter(is_meant));
        // An item that was tried again may have hit it more than once.
        for retried in metrics.retried.iter().filter(is_meant) {
            if errors[begin..].iter().all(|known| known.work_item != retried.work_item) {
                errors.push(retried);
            }
        }
    }
    let items: usize = group.iter().map(|metrics| metrics.total_items).sum();
    let hit = errors.len();
    let how = match timer {
        TimerKind::Startup => "gave no first sign of life",
        TimerKind::Silence => "were silent too long",
        TimerKind::Linger | TimerKind::Total => "hit a time-out",
    };
    if hit == 0 {
        return None;
    }
    let who = named(errors.iter().map(|error| error.work_item.as_str()));
    if hit * 20 <= items {
        return Some(info(format!("{hit} of {items} items {how}: an edge case ({who})")));
    }
    let limits = || errors.iter().filter_map(|error| error.timeout_limit);
    let (low, high) = (limits().fold(f64::INFINITY, f64::min), limits().fold(0.0, f64::max));
    let limit = match high {
        unknown if unknown <= 0.0 => String::new(),
        high if low < high => format!("; limits {} to {}", show(low), show(high)),
        high => format!("; limit {}", show(high)),
    };
    let needed = errors.iter().map(|error| error.measured.unwrap_or(error.duration)).fold(high, f64::max);
    let mut text = format!("{hit} of {items} items {how} ({who}{limit})");
    if timer == TimerKind::Total {
        text = format!("{text} - set --timeout {}", show(roomier(needed)));
    }
    Some(advised(&text, &group.first()?.operation, timer, roomier(needed), configured))
}

/// Names the first few.
fn named<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| line(name, 40)).collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}

fn conflicts(group: &[&Metrics]) -> Option<AnalysisLine> {
    let with: Vec<&&Metrics> = group.iter().filter(|metrics| metrics.conflicts.merge_conflicts > 0).collect();
    let batches = with.iter().map(|m| m.batch_id.map_or_else(|| m.run.clone(), |batch| format!("batch {batch}")));
    let batches: Vec<String> = batches.collect();
    let text = format!(
        "{} of {} runs had merge conflicts ({})",
        with.len(),
        group.len(),
        named(batches.iter().map(String::as_str))
    );
    match with.len() {
        0 => None,
        few if few * 4 < group.len() => Some(info(text)),
        _ => Some(warning(text + " - declare shared files in `files_modified`, or order the items by `dependencies`")),
    }
}

/// Says how long usage limits stopped the runs.
fn quota(group: &[&Metrics]) -> Option<AnalysisLine> {
    let with = group.iter().filter(|metrics| metrics.quota_pauses > 0);
    let (runs, waited) = with.fold((0, 0.0), |(runs, waited), metrics| (runs + 1, waited + metrics.quota_waited));
    (runs > 0).then(|| {
        info(format!("{runs} of {} waited for a usage limit, {} in all", numbered(group.len(), "run"), show(waited)))
    })
}

/// Compares the newer half with the older half.
fn tokens(group: &[&Metrics]) -> Option<AnalysisLine> {
    let known: Vec<f64> = group.iter().filter_map(|metrics| per_item(metrics)).map(|tokens| tokens as f64).collect();
    let (older, newer) = known.split_at(known.len() / 2);
    let (before, since) = (older.len(), newer.len());
    let (older, newer) = (mean(older)?, mean(newer)?);
    let change = (newer / older - 1.0) * 100.0;
    if change > 25.0 {
        return Some(warning(format!(
            "tokens per item rose by {change:.0}%, from {} on average over the first {} to {} over the last {} - share \
             context with `context.shared`, or split large PRPs",
            whole(older),
            numbered(before, "run"),
            whole(newer),
            numbered(since, "run")
        )));
    }
    (change < -25.0).then(|| good(format!("tokens per item fell by {:.0}%", -change)))
}

fn failures(group: &[&Metrics]) -> Option<AnalysisLine> {
    let items: usize = group.iter().map(|metrics| metrics.total_items).sum();
    let done: usize = group.iter().map(|metrics| metrics.completed).sum();
    if items == 0 || done * 10 >= items * 9 {
        return None;
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for error in group.iter().flat_map(|metrics| &metrics.errors) {
        *kinds.entry(&error.kind).or_default() += 1;
    }
    let most =
        kinds.iter().max_by_key(|(_, count)| **count).map(|(kind, count)| format!("; most often: {kind} ({count})"));
    let percent = done as f64 * 100.0 / items as f64;
    Some(warning(format!("only {percent:.0}% of the items completed{}", most.unwrap_or_default())))
}

/// So much must the forecasts of runs be wrong before anybody should look at it.
const WRONG: f64 = 0.5;

/// Of runs that take fewer seconds than these on average the start is the greater part.
const SHORT: f64 = 60.0;

/// Says how well the forecasts fitted.
fn missed(group: &[&Metrics]) -> Option<AnalysisLine> {
    let told = group.iter().filter_map(|metrics| Some((time_error(metrics)?, metrics.total_duration)));
    let (errors, times): (Vec<f64>, Vec<f64>) = told.unzip();
    let last = *errors.last()?;
    let mean = errors.iter().map(|error| error.abs()).sum::<f64>() / errors.len() as f64;
    let text = format!(
        "the forecast of the time was wrong by {:.0}% on average over {} (last {})",
        mean * 100.0,
        numbered(errors.len(), "run"),
        signed(last)
    );
    let is_long = times.iter().sum::<f64>() / times.len() as f64 >= SHORT;
    Some(if mean > WRONG && is_long {
        warning(text + " - state `complexity` in the PRPs: runs are forecast by it")
    } else {
        info(text)
    })
}

fn time_error(metrics: &Metrics) -> Option<f64> {
    metrics.forecast.as_ref()?.time_error
}

/// Writes a share as percent with its sign.
fn signed(share: f64) -> String {
    format!("{:+.0}%", share * 100.0)
}

/// Sets the measured work against the hours that were estimated.
fn estimates(group: &[&Metrics], style: Style) -> Option<AnalysisLine> {
    let estimated: f64 = group.iter().flat_map(|m| &m.items).map(|item| item.estimated_hours).sum();
    let measured: f64 = group.iter().map(|metrics| metrics.sequential_estimate).sum();
    if estimated <= 0.0 || measured <= 0.0 {
        return None;
    }
    let factor = measured / (estimated * 3600.0);
    let share = if factor >= 0.01 { format!(", {factor:.2}{} of it", style.mark(Sign::Times)) } else { String::new() };
    Some(info(format!("measured work: {} of {estimated:.1} h estimated{share}", show(measured))))
}

fn mean(numbers: &[f64]) -> Option<f64> {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    (mean > 0.0).then_some(mean)
}

fn whole(number: f64) -> String {
    count(rounded(number))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of tokens")]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::metrics::{ConflictMetrics, ErrorMetrics, ForecastMetrics};

    fn run(started: &str, tokens: u64, timeouts: usize, merge_conflicts: usize) -> Metrics {
        let error = ErrorMetrics {
            kind: "timeout".to_owned(),
            work_item: "PRP-1".to_owned(),
            duration: 3600.0,
            timeout_limit: Some(3600.0),
            ..ErrorMetrics::default()
        };
        Metrics {
            operation: "execute".to_owned(),
            started: started.to_owned(),
            total_items: 10,
            completed: 10 - timeouts,
            token_usage: Some(tokens),
            errors: vec![error; timeouts],
            conflicts: ConflictMetrics { merge_conflicts, ..ConflictMetrics::default() },
            ..Metrics::default()
        }
    }

    #[test]
    fn recommendations_follow_from_the_figures() {
        let runs = [run("2026-11-03", 24_000, 2, 1), run("2026-11-01", 24_000, 0, 0), run("2026-11-02", 35_000, 1, 0)];
        let (_, group) = &groups(&runs)[0];
        assert_eq!(group[0].started, "2026-11-01", "by time");
        let said: Vec<String> =
            findings(group, &|_| None, Style::PLAIN).into_iter().map(|finding| finding.text).collect();
        assert!(
            said.iter().any(|text| text
                .contains("3 of 30 items hit a time-out (PRP-1, PRP-1, PRP-1; limit 1h) - set --timeout 1h 5m")),
            "{said:?}"
        );
        assert!(said.iter().any(|text| text.contains("1 of 3 runs had merge conflicts (")), "{said:?}");
    }

    #[test]
    fn forecasts_that_were_wrong_are_told_and_warned_of_where_runs_are_long() {
        let run = |started: &str, time_error: f64, total_duration: f64| Metrics {
            forecast: Some(ForecastMetrics { time_error: Some(time_error), ..ForecastMetrics::default() }),
            total_duration,
            ..run(started, 10, 0, 0)
        };
        let said = |seconds| {
            let runs = [run("1", -0.6, seconds), run("2", 0.8, seconds)];
            findings(&groups(&runs)[0].1, &|_| None, Style::PLAIN)
        };
        let text = "the forecast of the time was wrong by 70% on average over 2 runs (last +80%)";
        assert_eq!(said(5.0), [info(text.to_owned())]);
        let advice = " - state `complexity` in the PRPs: runs are forecast by it";
        assert_eq!(said(600.0), [warning(text.to_owned() + advice)]);
        let runs = [run("1", -0.6, 5.0), run("2", 0.8, 5.0)];
        let lines = lines(&runs, &|_| None, Style::PLAIN);
        assert!(lines.iter().any(|line| line == "  forecast error    ▆█"), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("  +80%  ")), "{lines:#?}");
    }

    #[test]
    fn what_was_tried_again_and_what_a_limit_stopped_is_told() {
        let hit = run("1", 10, 1, 0);
        let errors = hit.errors.clone();
        let retried =
            Metrics { errors: vec![], retried: errors, completed: 10, quota_pauses: 1, quota_waited: 90.0, ..hit };
        let runs = [retried, run("2", 10, 0, 0)];
        let said: Vec<String> =
            findings(&groups(&runs)[0].1, &|_| None, Style::PLAIN).into_iter().map(|f| f.text).collect();
        assert!(said.iter().any(|text| text.starts_with("1 of 20 items hit a time-out")), "{said:?}");
        assert!(said.iter().any(|text| text == "1 of 2 runs waited for a usage limit, 1m 30s in all"), "{said:?}");
    }

    #[test]
    fn tokens_are_those_of_items_that_began() {
        use crate::report::metrics::ItemMetrics;
        let item = |attempts| ItemMetrics { attempts, ..ItemMetrics::default() };
        let run = Metrics {
            items: vec![item(1), item(0), item(0)],
            total_items: 3,
            token_usage: Some(600),
            ..Metrics::default()
        };
        assert_eq!(per_item(&run), Some(600));
    }

    #[test]
    fn quiet_figures_give_no_alarm() {
        let runs = [run("1", 10, 0, 0), run("2", 10, 0, 0)];
        let (_, group) = &groups(&runs)[0];
        assert_eq!(findings(group, &|_| None, Style::PLAIN), [good("no critical issues".to_owned())]);
    }
}

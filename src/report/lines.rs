//! Plain lines: one short line per change of state, for pipes, logs and calling agents.

use super::failure;
use super::importance::Importance;
use super::life::{budget, quota};
use super::style::{Sign, Style, Tone};
use super::summary::status_look;
use super::text::{count, dollars, line, numbered, safe, short_commit};
use crate::event::hand::HandDeed;
use crate::event::kind::{DocumentChange, EventKind, GuardFinding, GuardVerdict, ItemStatus, Severity};
use crate::event::{Event, Forecast, QuotaPause, RunView};
use crate::model::duration::show;
use crate::model::validation::LevelVerdict;

/// So many numbers of slots are told about.
const MAKESPANS: usize = 8;

/// Returns the line of an event; `None` for what only the board shows. `state` has taken the event in.
pub fn of(event: &Event, state: &RunView, style: Style) -> Option<String> {
    let said = words(&event.kind, state, style)?;
    let who = event.kind.item().map(|id| {
        let name = state.item(id).map_or(id, |item| item.info.name.as_str());
        format!("{} ", style.paint(Tone::Name, &line(name, 60)))
    });
    Some(format!("{}{said}", who.unwrap_or_default()))
}

#[expect(clippy::too_many_lines, reason = "one line for each kind of event")]
fn words(kind: &EventKind, state: &RunView, style: Style) -> Option<String> {
    let warning = |text: String| Some(marked(&text, Importance::Warning, style));
    let error = |text: String| Some(marked(&text, Importance::Error, style));
    match kind {
        EventKind::RunStarted { command, batch, jobs, .. } => {
            let batch = batch.map(|batch| format!(" batch {batch}")).unwrap_or_default();
            Some(format!(
                "{}{batch}: run {}, {} at a time",
                line(command, 40),
                state.run,
                numbered(*jobs as usize, "item")
            ))
        }
        EventKind::Graph { items, stages, .. } => Some(format!(
            "{} in {}{}",
            numbered(items.len(), "item"),
            numbered(stages.len(), "stage"),
            bound(state, style)
        )),
        EventKind::Forecast(forecast) => Some(outlook(forecast, state, style)),
        EventKind::ItemStarted { stage, attempt, .. } if *attempt > 1 => {
            Some(format!("started (stage {stage}, attempt {attempt})"))
        }
        EventKind::ItemStarted { stage, .. } => Some(format!("started (stage {stage})")),
        EventKind::Placed { seat, .. } => {
            let (place, job) = (line(&seat.place(), 120), line(&seat.job, 120));
            Some(match &seat.node {
                Some(_) => format!("runs on {place} (job {job})"),
                None => format!("waits for a machine of {} ({place}, job {job})", line(&seat.executor, 40)),
            })
        }
        EventKind::Resumed { phases, .. } if phases.is_empty() => None,
        EventKind::Resumed { item, phases, next } => {
            let list = phases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let of = state.item(item).map_or(u32::MAX, |item| item.info.phases);
            let next = next.filter(|next| *next <= of);
            let goes_on = next.map(|next| format!(", goes on with phase {next}")).unwrap_or_default();
            Some(format!("resumed: phase {list} done before{goes_on}"))
        }
        EventKind::PhaseStarted { phase, title, of, .. } => Some(format!("phase {phase}/{of}: {}", line(title, 70))),
        EventKind::Checkpoint { phase, commit, .. } => {
            Some(format!("{} phase {phase} committed {}", style.mark(Sign::Good), short_commit(commit)))
        }
        EventKind::Validation { phase, level, result, errors, log, .. } => match result {
            LevelVerdict::Passed | LevelVerdict::Skipped | LevelVerdict::Manual => None,
            LevelVerdict::Flaky => {
                let why = errors.first().map(|text| format!(": {}", line(text, 200))).unwrap_or_default();
                let text =
                    format!("phase {phase} level {level} is flaky, it failed and then passed on the same files{why}");
                let head = marked(&text, Importance::Warning, style);
                Some(below(head, failure::quoted(errors.iter().skip(1), log.as_ref())))
            }
            LevelVerdict::Failed => {
                let why = errors.first().map(|text| format!(": {}", line(text, 200))).unwrap_or_default();
                let head = marked(&format!("phase {phase} level {level} failed{why}"), Importance::Error, style);
                Some(below(head, failure::quoted(errors.iter().skip(1), log.as_ref())))
            }
        },
        EventKind::AttemptFinished { status, said, stderr, .. } if !said.is_empty() => {
            let head = marked(&format!("its agent ended ({}) and said:", line(status, 30)), Importance::Warning, style);
            Some(below(head, failure::quoted(said, stderr.as_ref())))
        }
        EventKind::Merge { commit, .. } => Some(format!("merged as {}", short_commit(commit))),
        EventKind::Conflict { files, .. } => warning(format!("merge conflict in {}", list(files))),
        EventKind::Guard { verdict: GuardVerdict::Refused, findings, .. } => {
            error(guard(GuardVerdict::Refused, findings))
        }
        EventKind::Guard { verdict, findings, .. } => warning(guard(*verdict, findings)),
        EventKind::Approved { by, rules, .. } => {
            Some(format!("approved by {}: {}", line(by, 80), line(&rules.join(", "), 200)))
        }
        EventKind::Hand { phase, by, deed, .. } => {
            let by = line(by, 80);
            Some(match deed {
                HandDeed::Taken => format!("phase {phase} is in the hands of {by}"),
                HandDeed::Given => format!("phase {phase} is handed in by {by}"),
                HandDeed::Abandoned => format!("phase {phase} is not in the hands of {by} any more"),
            })
        }
        EventKind::MergeRejected { reason, errors, log, .. } => {
            let head = marked(&format!("not merged: {}", line(reason, 300)), Importance::Error, style);
            Some(below(head, failure::quoted(errors.iter().skip(1), log.as_ref())))
        }
        EventKind::ConflictWarning { with, files, .. } => {
            warning(format!("will conflict with {} in {}", line(with, 60), list(files)))
        }
        EventKind::ScopeDrift { phase, files, .. } => {
            warning(format!("phase {phase} changed undeclared files: {}", list(files)))
        }
        EventKind::Slow { item, timer, seconds, limit } => {
            let (time, limit) = (show(*seconds), show(*limit));
            warning(format!(
                "{}slow: {} for {time}, limit {limit} ({})",
                in_phase(item, state),
                timer.words(),
                timer.limit()
            ))
        }
        EventKind::Retry { attempt, reason, .. } => {
            warning(format!("tried again (attempt {attempt}): {}", line(reason, 120)))
        }
        EventKind::Repair { phase, number, reason, .. } => {
            warning(format!("phase {phase} goes back to its agent (repair {number}): {}", line(reason, 200)))
        }
        EventKind::RateLimited { agent, delay_ms, .. } => {
            warning(format!("{} limits the rate, waiting {}", line(agent, 30), show(*delay_ms as f64 / 1000.0)))
        }
        EventKind::Paused { reason, .. } => warning(format!("paused, nothing new starts: {}", line(reason, 300))),
        EventKind::QuotaPaused { agent, until, again } => {
            let pause = QuotaPause { agent: agent.clone(), until: *until, again: *again, since: None };
            warning(format!("paused: {}", quota(&pause, state.latest)))
        }
        EventKind::QuotaResumed { agent } => Some(format!("usage limit of {} is over, going on", line(agent, 30))),
        EventKind::Gap { from, to } => warning(format!(
            "events {from} to {to} were not shown: they were not read in time; batchprp logs {} has them, without \
             progress, which is not kept",
            state.run
        )),
        EventKind::Budget { spent, limit, unit } => warning(budget(*spent, *limit, unit)),
        EventKind::Rescue { reference, files, .. } => {
            // A stash is kept as it is: nobody has looked which files it holds.
            let what = if files.is_empty() { "work".to_owned() } else { numbered(files.len(), "changed file") };
            warning(format!("{what} saved to {}", line(reference, 90)))
        }
        EventKind::Disagreement { what, .. } => warning(line(what, 160)),
        EventKind::ItemFinished { item, status, reason, duration, .. } => {
            let known = state.item(item);
            let next = known.and_then(|item| failure::next(item, state));
            let next = next.map(|command| format!("    next: {}", line(&command, 300)));
            let place = known.map(failure::place).unwrap_or_default();
            Some(below(finished(*status, &place, reason, *duration, style), next))
        }
        EventKind::Note { item, text, severity } => Some(note(item.is_some(), text, *severity, style)),
        EventKind::Document { path, change: DocumentChange::Created, .. } => Some(format!("wrote {}", line(path, 100))),
        EventKind::Document { path, change: DocumentChange::Changed, .. } => {
            Some(format!("rewrote {}", line(path, 100)))
        }
        EventKind::Issue { issue, opened: true, .. } => Some(format!("opened the issue {}", line(issue, 60))),
        EventKind::Document { change: DocumentChange::Unchanged, .. }
        | EventKind::Issue { opened: false, .. }
        | EventKind::Step { .. }
        | EventKind::AttemptStarted { .. }
        | EventKind::AttemptFinished { .. }
        | EventKind::Progress { .. }
        | EventKind::Alive { .. }
        | EventKind::Spent { .. }
        | EventKind::Checking { .. }
        | EventKind::MergeAwaited { .. }
        | EventKind::RunFinished { .. } => None,
    }
}

/// Names the phase that an item is in, before what is said of it.
fn in_phase(item: &str, state: &RunView) -> String {
    let phase = state.item(item).and_then(|item| item.phase.as_ref());
    phase.map(|phase| format!("phase {}: ", phase.ordinal)).unwrap_or_default()
}

/// Says a note behind the mark of its severity. What a script prints for people keeps its indentation.
fn note(of_item: bool, text: &str, severity: Severity, style: Style) -> String {
    let said = if of_item {
        line(text, 300)
    } else {
        // What a script prints for people keeps its lines.
        text.trim_end().lines().map(|line| safe(line.trim_end())).collect::<Vec<_>>().join("\n")
    };
    match severity {
        Severity::Info => said,
        Severity::Warning => marked(&said, Importance::Warning, style),
        Severity::Error => marked(&said, Importance::Error, style),
    }
}

/// Puts the mark of its importance before a text.
fn marked(text: &str, importance: Importance, style: Style) -> String {
    let (tone, sign) =
        if importance == Importance::Error { (Tone::Bad, Sign::Bad) } else { (Tone::Warning, Sign::Warning) };
    format!("{} {text}", style.paint(tone, style.mark(sign)))
}

/// Says what the guard found, the first findings with their places.
fn guard(verdict: GuardVerdict, findings: &[GuardFinding]) -> String {
    let what = match verdict {
        GuardVerdict::Noted => "noted",
        GuardVerdict::NeedsApproval => "needs approval",
        GuardVerdict::Refused => "refused",
    };
    let shown = findings.iter().take(5).map(|finding| match finding.path.as_str() {
        "" => finding.reason.clone(),
        path => format!("{path}: {}", finding.reason),
    });
    let rest = findings.len().saturating_sub(5);
    let rest = if rest == 0 { String::new() } else { format!("; and {rest} more") };
    format!("{what}: {}{rest}", line(&shown.collect::<Vec<_>>().join("; "), 400))
}

fn finished(status: ItemStatus, place: &str, reason: &str, duration: f64, style: Style) -> String {
    let (mark, tone) = status_look(status);
    let why = if reason.is_empty() { String::new() } else { format!(": {}", line(reason, 200)) };
    let time = if duration > 0.0 { format!(" ({})", show(duration)) } else { String::new() };
    format!("{} {}{place}{time}{why}", style.paint(tone, style.mark(mark)), style.paint(tone, status.words()))
}

/// Puts lines below a head.
fn below(head: String, lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(head, |text, line| format!("{text}\n{line}"))
}

fn bound(state: &RunView, style: Style) -> String {
    if state.bound_hours <= 0.0 {
        return String::new();
    }
    format!(", at least {} {} by estimate", style.mark(Sign::About), show(state.bound_hours * 3600.0))
}

/// Says what a run is expected to take; before it starts also what other numbers of slots would make of it.
fn outlook(forecast: &Forecast, state: &RunView, style: Style) -> String {
    let about = style.mark(Sign::About);
    let text = match (forecast.runs, forecast.seconds) {
        (0, _) | (_, None) => {
            "Forecast: tokens and cost are unknown, no run of this project has finished; time by the estimates"
                .to_owned()
        }
        (runs, Some(seconds)) => {
            let tokens =
                forecast.tokens.map_or("tokens unknown".to_owned(), |n| format!("{about} {} tokens", count(n)));
            let cost = forecast.cost.map_or("cost unknown".to_owned(), |cost| format!("{about} {}", dollars(cost)));
            let (runs, jobs) = (numbered(runs as usize, "run"), forecast.jobs);
            format!("Forecast from {runs}: {about} {} with --jobs {jobs}, {tokens}, {cost}", show(seconds))
        }
    };
    if state.started.is_some() {
        return text;
    }
    let rows = forecast.makespans.iter().enumerate().take(MAKESPANS);
    let rows =
        rows.map(|(at, seconds)| format!("{} {about} {}", at + 1, show(*seconds))).collect::<Vec<_>>().join(", ");
    let more = if forecast.makespans.len() > MAKESPANS { ", and so on" } else { "" };
    format!("{text}\n  Time by items at once: {rows}{more}; best: --jobs {}", forecast.best_jobs)
}

/// Lists at most five files.
pub fn list(files: &[String]) -> String {
    let shown: Vec<String> = files.iter().take(5).map(|file| line(file, 80)).collect();
    let more = files.len().saturating_sub(5);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

//! The live board as a pure function of the state of a run; `cli` puts it on the terminal.

use jiff::Timestamp;

use super::style::{Sign, Style, Tone};
use super::text::{count, dollars, line, numbered, status_word};
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Standing};
use crate::model::duration::show;

/// Returns the lines of the board at a time, at most `height` of them: finished stages fold first, then waiting ones.
pub fn frame(state: &RunView, now: Option<Timestamp>, style: Style, height: usize) -> Vec<String> {
    let full = draw(state, now, style, Detail::All);
    if full.len() <= height {
        return full;
    }
    let busy = draw(state, now, style, Detail::Busy);
    if busy.len() <= height {
        return busy;
    }
    let mut lines = draw(state, now, style, Detail::Stages);
    let room = height.saturating_sub(2).max(1);
    if lines.len() > height {
        let foot = lines.split_off(lines.len() - 2);
        lines.truncate(room.saturating_sub(1));
        lines.push(style.mark(Sign::Ellipsis).to_owned());
        lines.extend(foot);
    }
    lines
}

/// How much of the items is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    All,
    /// Only items at work, and those that ended badly.
    Busy,
    Stages,
}

fn draw(state: &RunView, now: Option<Timestamp>, style: Style, detail: Detail) -> Vec<String> {
    let batch = state.batch.map_or_else(|| "RUN".to_owned(), |batch| format!("BATCH {batch}"));
    let mut lines =
        vec![style.paint(Tone::Strong, &format!("{batch}: {}", line(&state.command, 40))), style.rule(true)];
    let numbers = state.stage_numbers();
    for (index, number) in numbers.iter().enumerate() {
        let items: Vec<&ItemView> = state.stage_items(*number).collect();
        let standing = StageStanding::of(&items);
        if index > 0 && detail == Detail::All && standing != StageStanding::Pending {
            lines.push(String::new());
        }
        lines.push(format!(
            "Stage {number} [{}/{}] {}",
            index + 1,
            numbers.len(),
            standing.words(&items, now.max(state.latest), style)
        ));
        let shown = items.iter().filter(|item| match detail {
            Detail::All => true,
            Detail::Busy => is_busy(item) || item.status().is_some_and(|s| s != ItemStatus::Completed),
            Detail::Stages => false,
        });
        lines.extend(shown.map(|item| format!("  {}", item_line(item, state, style))));
    }
    lines.push(style.rule(false));
    lines.push(foot(state, now, style));
    if let Some(reason) = &state.halted {
        lines.push(style.paint(Tone::Warning, &format!("PAUSED: {}", line(reason, 160))));
    }
    if let Some(pause) = &state.paused {
        let until = pause.until.and_then(|at| Timestamp::from_second(at).ok()).map(|at| format!(" until {at}"));
        let text = format!("PAUSED: usage limit of {}{}", line(&pause.agent, 30), until.unwrap_or_default());
        lines.push(style.paint(Tone::Warning, &text));
    }
    lines
}

fn is_busy(item: &ItemView) -> bool {
    matches!(item.standing, Standing::Running | Standing::Validating { .. })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StageStanding {
    Done,
    Trouble,
    InProgress,
    Pending,
}

impl StageStanding {
    fn of(items: &[&ItemView]) -> Self {
        if items.iter().all(|item| item.status() == Some(ItemStatus::Completed)) {
            Self::Done
        } else if items.iter().all(|item| item.status().is_some()) {
            Self::Trouble
        } else if items.iter().any(|item| item.started.is_some()) {
            Self::InProgress
        } else {
            Self::Pending
        }
    }

    fn words(self, items: &[&ItemView], now: Option<Timestamp>, style: Style) -> String {
        let started = items.iter().filter_map(|item| item.started).min();
        let ended = items.iter().filter_map(|item| item.finished).max();
        let (tone, mark, word, end) = match self {
            Self::Done => (Tone::Good, Sign::Good, "DONE", ended),
            Self::Trouble => (Tone::Warning, Sign::Warning, "ENDED", ended),
            Self::InProgress => (Tone::Strong, Sign::Working, "IN_PROGRESS", now),
            Self::Pending => return format!("{} PENDING", style.mark(Sign::Waiting)),
        };
        let time = started.map(|started| format!(" ({})", show(seconds(Some(started), end)))).unwrap_or_default();
        format!("{}{time}", style.paint(tone, &format!("{} {word}", style.mark(mark))))
    }
}

fn item_line(item: &ItemView, state: &RunView, style: Style) -> String {
    let name = line(&item.info.name, 48);
    let room = style.width.saturating_sub(name.chars().count() + 14).max(20);
    match &item.standing {
        Standing::Finished(status) => {
            let tone = match status {
                ItemStatus::Completed => Tone::Good,
                ItemStatus::Failed => Tone::Bad,
                ItemStatus::Partial | ItemStatus::Unproven | ItemStatus::Conflict | ItemStatus::NeedsApproval => {
                    Tone::Warning
                }
                ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => Tone::Dim,
            };
            let score = item.score().map(|score| format!(" {score:.1}/10")).unwrap_or_default();
            let why = if item.reason.is_empty() { String::new() } else { format!(" {}", line(&item.reason, room)) };
            format!("{name} {}{score}{why}", style.paint(tone, &format!("[{}]", status_word(*status))))
        }
        Standing::Running => {
            format!("{name} [{:.0}%] {}", item.progress(), line(&running(item), room))
        }
        Standing::Validating { level, .. } => format!("{name} [{:.0}%] validating L{level}", item.progress()),
        Standing::Ready => format!("{name} (ready)"),
        Standing::Waiting => {
            let waits = state.waits_for(&item.info.id);
            if waits.is_empty() {
                return name;
            }
            style.paint(Tone::Dim, &format!("{name} (waiting for {})", line(&waits.join(", "), room)))
        }
    }
}

fn running(item: &ItemView) -> String {
    match (&item.phase, item.doing.is_empty()) {
        (Some(phase), true) => format!("Phase {}/{}: {}", phase.ordinal, phase.of, phase.title),
        (Some(phase), false) => format!("Phase {}/{}: {}", phase.ordinal, phase.of, item.doing),
        (None, false) => item.doing.clone(),
        (None, true) => "starting".to_owned(),
    }
}

fn foot(state: &RunView, now: Option<Timestamp>, style: Style) -> String {
    let usage = state.usage();
    let mut parts = vec![format!("Elapsed: {}", show(state.elapsed(now)))];
    if let Some(tokens) = usage.tokens {
        parts.push(format!("Tokens: {}", count(tokens.total())));
    }
    if let Some(cost) = usage.cost {
        parts.push(format!("Cost: {}{}", if usage.estimated { style.mark(Sign::About) } else { "" }, dollars(cost)));
    }
    match remaining(state, now) {
        Some(left) => parts.push(format!("done {} {}", style.mark(Sign::About), show(left))),
        None => parts.push(format!(
            "{} of {} done",
            state.items.iter().filter(|item| item.status().is_some()).count(),
            numbered(state.items.len(), "item")
        )),
    }
    parts.join(" | ")
}

/// Estimates the seconds that are left from what finished items took against their estimate. `None` while unknown.
fn remaining(state: &RunView, now: Option<Timestamp>) -> Option<f64> {
    let (mut took, mut hours) = (0.0, 0.0);
    for item in state.items.iter().filter(|item| item.status() == Some(ItemStatus::Completed) && item.duration > 0.0) {
        took += item.duration;
        hours += item.info.hours;
    }
    if hours <= 0.0 || state.end.is_some() {
        return None;
    }
    let per_hour = took / hours;
    // Longest chain of what is left, in topological order.
    let mut ends: std::collections::HashMap<&str, f64> = std::collections::HashMap::new();
    let mut work = 0.0;
    for item in state.items.iter().filter(|item| item.status().is_none()) {
        let own = (item.info.hours * per_hour - seconds(item.started, now.max(state.latest))).max(0.0);
        let before = state.edges.iter().filter(|edge| edge.to == item.info.id);
        let before = before.filter_map(|edge| ends.get(edge.from.as_str())).fold(0.0_f64, |a, b| a.max(*b));
        ends.insert(&item.info.id, before + own);
        work += own;
    }
    let chain = ends.values().fold(0.0_f64, |a, b| a.max(*b));
    Some(chain.max(work / f64::from(state.jobs.max(1))))
}

//! The lines of a board, and what is left out where there is no room.

use jiff::Timestamp;

use super::super::life::quota;
use super::super::style::{Sign, Style, Tone};
use super::super::text::{columns, count, dollars, line, numbered, wrap};
use super::counts::{Counts, Progress, counted, is_busy};
use super::look::Look;
use super::outlook::Outlook;
use super::{detail, item, outlook};
use crate::event::fold::seconds;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Standing};
use crate::model::duration::show;

/// What goes first when there is no room: the last of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Always,
    Selected,
    Busy,
    Trouble,
    Stage,
    Waiting,
    Done,
}

struct Row {
    text: String,
    rank: Rank,
    /// How far the item is for which it stands; it is counted when it is left out.
    item: Option<Progress>,
}

/// Returns the lines of the board, at most as many as the look has: what is at work and what went wrong stays longest.
pub fn frame(state: &RunView, look: &Look) -> Vec<String> {
    let mut rows: Vec<Row> = header(state, look).into_iter().map(always).collect();
    rows.push(always(rule(look, true)));
    rows.extend(stages(state, look));
    rows.push(always(rule(look, false)));
    rows.push(always(foot(state, look)));
    rows.extend(states(state, look).into_iter().map(always));
    rows.extend(look.below.iter().map(|text| always(look.style.paint(Tone::Dim, text))));
    fit(rows, look)
}

/// Returns a line across the board.
fn rule(look: &Look, is_double: bool) -> String {
    let one = look.style.rule(is_double).chars().next().map(String::from).unwrap_or_default();
    one.repeat(look.style.width.saturating_sub(1).clamp(10, 120))
}

fn always(text: String) -> Row {
    Row { text, rank: Rank::Always, item: None }
}

/// Leaves out what matters least until the rest fits, and says how much that is.
fn fit(rows: Vec<Row>, look: &Look) -> Vec<String> {
    let folds = |row: &Row| look.folds && row.rank == Rank::Done;
    let mut kept: Vec<bool> = rows.iter().map(|row| !folds(row)).collect();
    let mut left = kept.iter().filter(|kept| **kept).count();
    let mut order: Vec<usize> = (0..rows.len()).filter(|index| kept[*index]).collect();
    // Of equal rank the last one goes first.
    order.sort_by_key(|index| (rows[*index].rank, *index));
    let room = |kept: &[bool]| look.height.saturating_sub(usize::from(kept.iter().any(|kept| !kept)));
    while left > room(&kept).max(1)
        && let Some(index) = order.pop()
    {
        kept[index] = false;
        left -= 1;
    }
    let hidden: Vec<Progress> =
        rows.iter().zip(&kept).filter(|(_, kept)| !**kept).filter_map(|(row, _)| row.item).collect();
    let foot = rule(look, false);
    let at = rows.iter().position(|row| row.rank == Rank::Always && row.text == foot);
    let mut lines = Vec::new();
    for (index, (row, kept)) in rows.into_iter().zip(kept).enumerate() {
        if Some(index) == at && !hidden.is_empty() {
            lines.push(look.style.paint(Tone::Dim, &more(&hidden, look)));
        }
        if kept {
            lines.push(row.text);
        }
    }
    lines.truncate(look.height.max(1));
    lines
}

/// Says how many items are left out, and how far they are.
fn more(hidden: &[Progress], look: &Look) -> String {
    let kinds: Vec<String> = counted(hidden).map(|(_, words)| words).collect();
    format!("{} {} more: {}", look.style.mark(Sign::Ellipsis), numbered(hidden.len(), "item"), kinds.join(", "))
}

fn header(state: &RunView, look: &Look) -> Vec<String> {
    let batch = state.batch.map_or_else(|| "RUN".to_owned(), |batch| format!("BATCH {batch}"));
    let title = look.style.paint(Tone::Strong, &format!("{batch}: {}", line(&state.command, 40)));
    let Counts { all, done, .. } = Counts::of(state);
    let kinds: Vec<Progress> = state.items.iter().map(|item| Progress::of(item, state)).collect();
    let mut parts = vec![format!("{done}/{all} done")];
    // What waits is the rest.
    let is_told = |kind: Progress| !matches!(kind, Progress::Done | Progress::SetAside | Progress::Waiting);
    let told = counted(&kinds).filter(|(kind, _)| is_told(*kind));
    parts.extend(told.map(|(kind, words)| kind.tone().map_or(words.clone(), |tone| look.style.paint(tone, &words))));
    wrap(&format!("{title}  {}", parts.join(", ")), look.style.width.saturating_sub(1), 2)
}

fn stages(state: &RunView, look: &Look) -> Vec<Row> {
    let mut rows = Vec::new();
    let numbers = state.stage_numbers();
    let columns = item::Columns::of(state, look.style.width);
    for (index, number) in numbers.iter().enumerate() {
        let items: Vec<&ItemView> = state.stage_items(*number).collect();
        let standing = StageStanding::of(&items);
        let words = standing.words(&items, look.now.max(state.latest), look.style);
        let rank = if standing == StageStanding::Done { Rank::Done } else { Rank::Stage };
        let text = format!("Stage {number} [{}/{}] {words}", index + 1, numbers.len());
        rows.push(Row { text, rank, item: None });
        for item in items {
            let is_selected = look.selected.as_ref() == Some(&item.info.id);
            let text = item::row(item, state, look, (columns, is_selected));
            let rank = match (is_selected, item.status()) {
                (true, _) => Rank::Selected,
                (false, Some(ItemStatus::Completed)) => Rank::Done,
                (false, Some(_)) => Rank::Trouble,
                (false, None) if is_busy(item) || item.standing == Standing::Interrupted => Rank::Busy,
                (false, None) => Rank::Waiting,
            };
            rows.push(Row { text, rank, item: Some(Progress::of(item, state)) });
            if is_selected && look.is_open {
                let lines = detail::lines(item, look);
                rows.extend(lines.into_iter().map(|text| Row { text, rank: Rank::Selected, item: None }));
            }
        }
    }
    rows
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StageStanding {
    Done,
    Trouble,
    Interrupted,
    InProgress,
    Pending,
}

impl StageStanding {
    fn of(items: &[&ItemView]) -> Self {
        if items.iter().all(|item| item.status() == Some(ItemStatus::Completed)) {
            Self::Done
        } else if items.iter().all(|item| item.status().is_some()) {
            Self::Trouble
        } else if items.iter().any(|item| item.standing == Standing::Interrupted) {
            Self::Interrupted
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
            Self::Interrupted => (Tone::Warning, Sign::Warning, "INTERRUPTED", now),
            Self::InProgress => (Tone::Strong, Sign::Working, "IN_PROGRESS", now),
            Self::Pending => return format!("{} PENDING", style.mark(Sign::Waiting)),
        };
        let time = started.map(|started| format!(" ({})", show(seconds(Some(started), end)))).unwrap_or_default();
        format!("{}{time}", style.paint(tone, &format!("{} {word}", style.mark(mark))))
    }
}

fn foot(state: &RunView, look: &Look) -> String {
    let (usage, style) = (state.usage(), look.style);
    let mut parts = vec![format!("Elapsed: {}", show(state.elapsed(look.now)))];
    if let Some(tokens) = usage.tokens {
        let of = state.max_tokens.map(|limit| format!(" of {}", count(limit))).unwrap_or_default();
        parts.push(format!("Tokens: {}{of}", count(tokens.total())));
    }
    if let Some(cost) = usage.cost {
        let of = state.max_cost.map(|limit| format!(" of {}", dollars(limit))).unwrap_or_default();
        parts.push(format!(
            "Cost: {}{}{of}",
            if usage.estimated { style.mark(Sign::About) } else { "" },
            dollars(cost)
        ));
    }
    let end = match outlook::outlook(state, look) {
        Some(Outlook::Overdue) => "longer than expected".to_owned(),
        Some(Outlook::Left(left)) => format!("done {} {}", style.mark(Sign::About), show(left)),
        None => format!(
            "{} of {} ended",
            state.items.iter().filter(|item| item.status().is_some()).count(),
            numbered(state.items.len(), "item")
        ),
    };
    // Where there is no room what comes last is left out: a number that is cut is another one.
    let at = if style.width < item::MEDIUM { 1 } else { parts.len() };
    parts.insert(at, end);
    while parts.len() > 1 && columns(&parts.join(" | ")) >= style.width {
        parts.pop();
    }
    parts.join(" | ")
}

/// Says in words why nothing goes on.
fn states(state: &RunView, look: &Look) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |why: &str| {
        let lines_of = wrap(&format!("PAUSED: {why}"), look.style.width.saturating_sub(1), 2);
        lines.extend(lines_of.iter().map(|text| look.style.paint(Tone::Warning, text)));
    };
    if let Some(reason) = &state.halted {
        say(&line(reason, 160));
    }
    if let Some(pause) = &state.paused {
        say(&quota(pause, look.now));
    }
    lines
}

/// Says in one line what is at work: for logs in which nothing else happens for a while.
pub fn heartbeat(state: &RunView, now: Timestamp, style: Style) -> String {
    let busy: Vec<String> = state
        .items
        .iter()
        .filter(|item| is_busy(item) && !state.is_limited(item) && !item.awaits_merge)
        .map(|item| {
            let time = show(seconds(item.started, Some(now)));
            format!("{} {} ({time})", line(&item.info.name, 40), line(&item::doing(item, Some(now)), 60))
        })
        .collect();
    let done = format!("{}/{} done", state.count(ItemStatus::Completed), state.items.len());
    let shown = busy.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    let more = busy.len().saturating_sub(4);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let paused = match (&state.paused, &state.halted) {
        (Some(pause), _) => format!(", paused: {}", quota(pause, Some(now))),
        (None, Some(why)) => format!(", paused: {}", line(why, 80)),
        (None, None) => String::new(),
    };
    let mark = style.mark(Sign::Working);
    let at_work = if busy.is_empty() { "nothing".to_owned() } else { format!("{shown}{more}") };
    format!("{mark} {}{paused}, {done}, at work: {at_work}", show(state.elapsed(Some(now))))
}

//! One item in one line: as much of it as the width of the terminal allows.

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::super::style::{Sign, Style, Tone};
use super::super::summary::status_look;
use super::super::text::{dollars, line, short_count, status_word};
use super::look::Look;
use super::outlook;
use crate::event::fold::seconds;
use crate::event::{CurrentCheck, ItemView, RunView, Seat, Standing};
use crate::model::duration::show;

/// From so many columns on a line says more.
pub(super) const MEDIUM: usize = 60;
const WIDE: usize = 100;
/// What is beyond this is shared with the title.
const ROOMY: usize = 110;

/// Cells of a bar of phases at most.
const CELLS: u32 = 8;

/// A sign of life that is younger is not worth a word where there is little room.
const FRESH: f64 = 10.0;

/// The columns for what is said of every item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    names: usize,
    /// 0 where there is no room for titles.
    titles: usize,
}

impl Columns {
    /// Measures all items once.
    pub(super) fn of(state: &RunView, columns: usize) -> Self {
        Self { names: name_width(state, columns), titles: title_width(state, columns) }
    }
}

/// Returns the columns for names: as wide as the longest, but never most of the line.
fn name_width(state: &RunView, columns: usize) -> usize {
    let widest = |of: fn(&ItemView) -> String| state.items.iter().map(|item| of(item).width()).max().unwrap_or(0);
    let (longest, ids) = (widest(|item| line(&item.info.name, 40)), widest(|item| line(&item.info.id, 24)));
    longest.min((columns / 3).max(12).max(ids))
}

/// Returns the columns for titles: there are some on a terminal that leaves most of its lines free.
fn title_width(state: &RunView, columns: usize) -> usize {
    if columns <= ROOMY + 24 {
        return 0;
    }
    let longest = state.items.iter().map(|item| line(&item.info.title, 200).width()).max().unwrap_or(0);
    longest.min(columns.saturating_sub(ROOMY) / 2)
}

/// Returns the line of an item.
pub(super) fn row(item: &ItemView, state: &RunView, look: &Look, (columns, is_selected): (Columns, bool)) -> String {
    let style = look.style;
    let Columns { names, titles } = columns;
    let pad = |text: String, columns: usize| format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())));
    let name = pad(short_name(&item.info.name, &item.info.id, names.max(4)), names);
    let (name, names) = if titles >= 12 {
        let title = pad(line(&item.info.title, titles), titles);
        (format!("{name}  {}", style.paint(Tone::Dim, &title)), names + titles + 2)
    } else {
        (name, names)
    };
    let lead = if is_selected { style.paint(Tone::Strong, ">") } else { " ".to_owned() };
    let room = style.width.saturating_sub(names + 5);
    let (mark, said) = match &item.standing {
        Standing::Finished(status) => {
            let (sign, tone) = status_look(*status);
            let score = item.score().map(|score| format!(" {score:.1}/10")).unwrap_or_default();
            let time = if item.duration > 0.0 { format!(" {}", show(item.duration)) } else { String::new() };
            let head = format!("[{}]{score}{time}", status_word(*status));
            let why = cut(&item.reason, room.saturating_sub(head.width()));
            (style.paint(tone, style.mark(sign)), format!("{}{why}", style.paint(tone, &head)))
        }
        Standing::Interrupted => {
            let head = format!("[INTERRUPTED] {}", progress(item, style, style.width));
            let said =
                style.paint(Tone::Warning, &head) + cut(&doing(item, None), room.saturating_sub(head.width())).as_str();
            (style.paint(Tone::Warning, style.mark(Sign::Warning)), said)
        }
        Standing::Running if state.is_limited(item) => {
            let agent = state.paused.as_ref().map(|pause| line(&pause.agent, 30)).unwrap_or_default();
            let said = format!("{}  waits for the usage limit of {agent}", progress(item, style, style.width));
            (style.mark(Sign::Waiting).to_owned(), style.paint(Tone::Dim, &line(&said, room.max(12))))
        }
        Standing::Running | Standing::Validating { .. } => {
            (style.paint(Tone::Strong, spinner(look)), busy(item, state, look, room))
        }
        Standing::Ready => (style.mark(Sign::Waiting).to_owned(), "(ready)".to_owned()),
        Standing::Waiting => {
            let waits = state.waits_for(&item.info.id);
            let said = if waits.is_empty() { String::new() } else { format!("(waiting for {})", waits.join(", ")) };
            let said = line(&said, room.max(12));
            (style.mark(Sign::Waiting).to_owned(), style.paint(Tone::Dim, &said))
        }
    };
    format!("{lead} {mark} {name} {said}").trim_end().to_owned()
}

/// Says what an item at work does, how far it is, how long it takes and whether it lives.
fn busy(item: &ItemView, state: &RunView, look: &Look, room: usize) -> String {
    let (style, columns) = (look.style, look.style.width);
    let mut parts = vec![progress(item, style, columns)];
    let took = seconds(item.started, look.now.max(state.latest));
    let expected = outlook::expected(item, state, look).filter(|_| columns >= MEDIUM + 20);
    parts.push(match expected {
        Some(expected) => format!("{}{}{}", show(took), style.mark(Sign::About), show(expected)),
        None => show(took),
    });
    parts.extend(life(item, look));
    parts.extend((item.attempts > 1).then(|| format!("#{}", item.attempts)));
    if columns >= MEDIUM {
        let seat = item.seat.as_ref().filter(|seat| seat.node.is_some());
        let place = |seat: &Seat| if columns < WIDE { seat.node.clone().unwrap_or_default() } else { seat.place() };
        parts.extend(seat.map(|seat| format!("on {}", line(&place(seat), 40))));
    }
    if columns >= WIDE {
        parts.extend(item.usage.tokens.map(|tokens| format!("{} tokens", short_count(tokens.total()))));
        parts.extend(item.usage.cost.map(dollars));
    }
    let head = parts.join("  ");
    let plain = parts.iter().map(|part| part.width()).sum::<usize>() + 2 * parts.len();
    let head = if is_silent(item, look) { style.paint(Tone::Warning, &head) } else { head };
    format!("{head} {}", cut(&doing(item, look.now), room.saturating_sub(plain)))
}

/// Shows the phases as a bar, where there is room for one, and as numbers.
fn progress(item: &ItemView, style: Style, columns: usize) -> String {
    let Some(phase) = &item.phase else { return format!("[{:.0}%]", item.progress()) };
    let numbers = format!("{}/{}", phase.ordinal, phase.of);
    if columns < MEDIUM {
        return numbers;
    }
    let cells = phase.of.clamp(1, CELLS);
    let (full, empty) = if style.unicode { ("▰", "▱") } else { ("#", ".") };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a few cells")]
    let done = ((item.progress() / 100.0 * f64::from(cells)).round() as usize).min(cells as usize);
    format!("{}{} {numbers}", full.repeat(done), empty.repeat(cells as usize - done))
}

/// Says how long ago the agent gave its last sign of life, and how long it may be silent.
fn life(item: &ItemView, look: &Look) -> Option<String> {
    let age = silent_for(item, look)?;
    let columns = look.style.width;
    if columns < MEDIUM || (age < FRESH && columns < WIDE) {
        return None;
    }
    let limit = item.silence.map(|limit| format!("/{}", show(limit))).unwrap_or_default();
    Some(format!("silent {}{limit}", show(age.floor())))
}

fn silent_for(item: &ItemView, look: &Look) -> Option<f64> {
    let now: Timestamp = look.now?;
    item.last_sign.filter(|_| item.has_agent && item.status().is_none()).map(|sign| seconds(Some(sign), Some(now)))
}

/// Tells whether half of the time that an agent may be silent is over.
fn is_silent(item: &ItemView, look: &Look) -> bool {
    silent_for(item, look).zip(item.silence).is_some_and(|(age, limit)| age > limit / 2.0)
}

/// Says what is done in a phase.
pub(in crate::report) fn doing(item: &ItemView, now: Option<Timestamp>) -> String {
    if item.awaits_merge {
        return "waits for its merge".to_owned();
    }
    if let Some(check) = &item.checking {
        return checking(check, now);
    }
    if let Some(seat) = item.seat.as_ref().filter(|seat| seat.node.is_none()) {
        return format!("waits for a machine of {} ({})", seat.executor, seat.place());
    }
    if matches!(item.standing, Standing::Validating { .. }) && !item.has_agent {
        return "checking".to_owned();
    }
    match (&item.phase, item.doing.is_empty()) {
        (Some(phase), true) => phase.title.clone(),
        (_, false) => item.doing.clone(),
        (None, true) => "starting".to_owned(),
    }
}

/// Says which command runs as a check, for how long, and whether it failed before.
pub(super) fn checking(check: &CurrentCheck, now: Option<Timestamp>) -> String {
    let again = match check.time {
        0 | 1 => String::new(),
        2 => ", second try".to_owned(),
        time => format!(", try {time}"),
    };
    let took = now.map(|now| format!(" {} of", show(seconds(check.since, Some(now)).floor()))).unwrap_or_default();
    format!("checking level {}{again},{took} {}: {}", check.level, show(check.limit), line(&check.command, 200))
}

/// Shortens a name so that it stays apart from others: its id stays whole.
fn short_name(name: &str, id: &str, width: usize) -> String {
    let (name, id) = (line(name, 200), line(id, 200));
    let is_whole = name.width() <= width;
    if is_whole || width >= id.width() + 4 { line(&name, width) } else { id }
}

/// Cuts a text to the room that is left, with the blank before it; a few letters say nothing.
fn cut(text: &str, room: usize) -> String {
    if text.is_empty() || room < 8 { String::new() } else { format!(" {}", line(text, room - 1)) }
}

/// Returns a sign that turns while time goes by.
fn spinner(look: &Look) -> &'static str {
    let Some(now) = look.now else { return look.style.mark(Sign::Working) };
    let turns: &[&str] = if look.style.unicode {
        &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    } else {
        &["|", "/", "-", "\\"]
    };
    let tenths = usize::try_from(now.as_millisecond() / 100).unwrap_or(0);
    turns[tenths % turns.len()]
}

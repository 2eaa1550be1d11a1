//! One item in one line: as much of it as the width of the terminal allows.

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::super::style::{Sign, Style, Tone};
use super::super::summary::status_look;
use super::super::text::{dollars, line, short_count, status_word};
use super::look::Look;
use super::outlook;
use crate::event::fold::seconds;
use crate::event::{ItemView, RunView, Standing};
use crate::model::duration::show;

/// From so many columns on a line says more.
pub(super) const MEDIUM: usize = 60;
const WIDE: usize = 100;

/// Cells of a bar of phases at most.
const CELLS: u32 = 8;

/// A sign of life that is younger is not worth a word where there is little room.
const FRESH: f64 = 10.0;

/// Returns the columns for names: as wide as the longest, but never most of the line.
pub(super) fn name_width(state: &RunView, columns: usize) -> usize {
    let longest = state.items.iter().map(|item| line(&item.info.name, 40).width()).max().unwrap_or(0);
    longest.min((columns / 3).max(12))
}

/// Returns the line of an item.
pub(super) fn row(item: &ItemView, state: &RunView, look: &Look, (names, is_selected): (usize, bool)) -> String {
    let style = look.style;
    let name = line(&item.info.name, names.max(4));
    let name = format!("{name}{}", " ".repeat(names.saturating_sub(name.width())));
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
    if columns >= WIDE {
        parts.extend(item.usage.tokens.map(|tokens| format!("{} tokens", short_count(tokens.total()))));
        parts.extend(item.usage.cost.map(dollars));
    }
    let head = parts.join("  ");
    let plain = parts.iter().map(|part| part.width()).sum::<usize>() + 2 * parts.len();
    let head = if is_silent(item, look) { style.paint(Tone::Warning, &head) } else { head };
    format!("{head} {}", cut(&doing(item), room.saturating_sub(plain)))
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
    item.last_sign.filter(|_| matches!(item.standing, Standing::Running)).map(|sign| seconds(Some(sign), Some(now)))
}

/// Tells whether half of the time that an agent may be silent is over.
fn is_silent(item: &ItemView, look: &Look) -> bool {
    silent_for(item, look).zip(item.silence).is_some_and(|(age, limit)| age > limit / 2.0)
}

/// Says what is done in a phase.
pub(in crate::report) fn doing(item: &ItemView) -> String {
    if let Standing::Validating { level, .. } = item.standing {
        return format!("checking level {level}");
    }
    match (&item.phase, item.doing.is_empty()) {
        (Some(phase), true) => phase.title.clone(),
        (_, false) => item.doing.clone(),
        (None, true) => "starting".to_owned(),
    }
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

//! Annotations for GitHub Actions: one line per failure, at the place that was named, else where its document says what
//! was to be done or how it is checked.

use std::io::{self, Write};

use super::super::text::block;
use super::place::{Place, find};
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Speaker, Standing};
use crate::model::validation::LevelVerdict;

/// So many lines of what a program said stand in an annotation, the last of them.
const QUOTED: usize = 30;

/// What in a document is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub item: &'a str,
    pub phase: Option<u32>,
    /// The level of a gate, and how its check failed: that quotes its command.
    pub gate: Option<(u8, &'a str)>,
}

/// Writes the annotations; `written` finds the place of an item, its phase or its gate in its document.
pub fn write(state: &RunView, written: &dyn Fn(Wanted<'_>) -> Option<Place>, out: &mut dyn Write) -> io::Result<()> {
    for item in &state.items {
        let checked = checks(item, written, out)?;
        let kind = match item.status() {
            None if item.standing == Standing::Interrupted => "error",
            None | Some(ItemStatus::Completed) => continue,
            // It ended for what was just told.
            Some(ItemStatus::Partial | ItemStatus::Failed) if checked > 0 => continue,
            Some(ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending) => "warning",
            Some(
                ItemStatus::Partial
                | ItemStatus::Failed
                | ItemStatus::Unproven
                | ItemStatus::Conflict
                | ItemStatus::NeedsApproval,
            ) => "error",
        };
        let phase = item.phase.as_ref().map(|phase| phase.ordinal);
        let words = item.last_words.as_ref();
        let named = words.filter(|words| words.speaker == Speaker::Check).and_then(|words| find(&words.lines));
        let place = named.or_else(|| written(Wanted { item: &item.info.id, phase, gate: None }));
        let said = words.map(|words| words.lines.as_slice()).unwrap_or_default();
        let mut text = item.reason.clone();
        if said.is_empty() {
            text.truncate(text.trim_end_matches(':').len());
        }
        for line in &said[said.len().saturating_sub(QUOTED)..] {
            text.push('\n');
            text.push_str(line);
        }
        let (place, name) = (at(place.as_ref()), property(&item.info.name));
        writeln!(out, "::{kind} {place}title={name}::{}", data(&format!("{}: {text}", item.standing.words())))?;
    }
    Ok(())
}

/// Writes one annotation per check that failed and returns how many those are.
fn checks(item: &ItemView, written: &dyn Fn(Wanted<'_>) -> Option<Place>, out: &mut dyn Write) -> io::Result<usize> {
    let name = property(&item.info.name);
    let failed = item.validations.iter().filter(|(_, (verdict, _))| *verdict == LevelVerdict::Failed);
    let mut count = 0;
    for ((phase, level), (_, errors)) in failed {
        let text = data(&errors.join("\n"));
        let how = errors.first().map_or("", String::as_str);
        let wanted = Wanted { item: &item.info.id, phase: Some(*phase), gate: Some((*level, how)) };
        // The first line is the command that failed.
        let place = at(find(errors.iter().skip(1)).or_else(|| written(wanted)).as_ref());
        writeln!(out, "::error {place}title={name}%3A phase {phase}%2C level {level} failed::{text}")?;
        count += 1;
    }
    Ok(count)
}

/// Says where an annotation belongs.
fn at(place: Option<&Place>) -> String {
    let Some(Place { path, line, column }) = place else { return String::new() };
    let column = column.map(|column| format!("col={column},")).unwrap_or_default();
    format!("file={},line={line},{column}", property(path))
}

/// Escapes a message as the runner's command format wants it.
fn data(text: &str) -> String {
    block(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! Annotations for GitHub Actions: one line per item that did not complete and per validation that failed, each at the
//! place that was named, else where its document says what was to be done.

use std::io::{self, Write};

use super::place::{Place, find};
use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::model::validation::LevelVerdict;

/// Writes the annotations; `written` finds the place of an item and its phase in its document.
pub fn write(
    state: &RunView,
    written: &dyn Fn(&str, Option<u32>) -> Option<Place>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for item in &state.items {
        let name = property(&item.info.name);
        for ((phase, level), (_, errors)) in item.validations.iter().filter(|(_, (v, _))| *v == LevelVerdict::Failed) {
            let text = data(&errors.join("\n"));
            // The first line is the command that failed.
            let place = find(errors.iter().skip(1)).or_else(|| written(&item.info.id, Some(*phase)));
            let place = at(place.as_ref());
            writeln!(out, "::error {place}title={name}%3A phase {phase}%2C level {level} failed::{text}")?;
        }
        let (kind, status) = match item.status() {
            None | Some(ItemStatus::Completed) => continue,
            Some(status @ (ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending)) => ("warning", status),
            Some(
                status @ (ItemStatus::Partial
                | ItemStatus::Failed
                | ItemStatus::Unproven
                | ItemStatus::Conflict
                | ItemStatus::NeedsApproval),
            ) => ("error", status),
        };
        let phase = item.phase.as_ref().map(|phase| phase.ordinal);
        let place = at(written(&item.info.id, phase).as_ref());
        writeln!(out, "::{kind} {place}title={name}::{}", data(&format!("{}: {}", status.as_str(), item.reason)))?;
    }
    Ok(())
}

/// Says where an annotation belongs.
fn at(place: Option<&Place>) -> String {
    let Some(Place { path, line, column }) = place else { return String::new() };
    let column = column.map(|column| format!("col={column},")).unwrap_or_default();
    format!("file={},line={line},{column}", property(path))
}

/// Escapes a message as the runner's command format wants it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

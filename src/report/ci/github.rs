//! Annotations for GitHub Actions: one line per item that did not complete and per validation that failed.

use std::io::{self, Write};

use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::model::validation::LevelVerdict;

/// Writes the annotations.
pub fn write(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    for item in &state.items {
        let name = property(&item.info.name);
        for ((phase, level), (_, errors)) in item.validations.iter().filter(|(_, (v, _))| *v == LevelVerdict::Failed) {
            let text = data(&errors.join("\n"));
            writeln!(out, "::error title={name}%3A phase {phase}%2C level {level} failed::{text}")?;
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
        writeln!(out, "::{kind} title={name}::{}", data(&format!("{}: {}", status.as_str(), item.reason)))?;
    }
    Ok(())
}

/// Escapes a message as the runner's command format wants it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! The selected item in a few more lines: phases, checks, the last things that it did and said.

use super::super::checks;
use super::super::failure;
use super::super::style::{Sign, Tone};
use super::super::text::{line, numbered, short_commit, wrap};
use super::item::checking;
use super::look::Look;
use crate::event::ItemView;

/// Lines of the end of an output.
const LAST: usize = 5;

/// Returns the lines below the one of the item.
pub(super) fn lines(item: &ItemView, look: &Look) -> Vec<String> {
    let (style, room) = (look.style, look.style.width.saturating_sub(8).max(20));
    let mut said = vec![line(&item.info.title, 400)];
    for fact in &item.checkpoints {
        let text = format!("{} {} {}", style.mark(Sign::Good), short_commit(&fact.commit), fact.subject);
        said.push(line(&text, room));
    }
    if let Some(phase) = &item.phase {
        let attempts = numbered(item.attempts.max(1) as usize, "attempt");
        said.push(line(&format!("phase {}/{}: {} ({attempts})", phase.ordinal, phase.of, phase.title), room));
    }
    if let Some(seat) = item.seat.as_ref().filter(|seat| seat.node.is_some()) {
        said.push(line(&format!("on {} (job {})", seat.place(), seat.job), room));
    }
    if let Some(check) = &item.checking {
        said.push(checking(check, look.now));
    } else if !item.validations.is_empty() {
        said.push(line(&format!("checks: {}", checks::short(item)), room));
    }
    said.extend(item.recent.iter().map(|text| line(&format!("- {text}"), 400)));
    if let Some(words) = &item.last_words {
        let skipped = words.lines.len().saturating_sub(LAST);
        said.extend(failure::quoted(&words.lines[skipped..], words.file.as_ref()));
    }
    said.retain(|text| !text.is_empty());
    let rows =
        said.iter().flat_map(|text| if text.starts_with(' ') { vec![text.clone()] } else { wrap(text, room, 2) });
    rows.map(|text| format!("      {}", style.paint(Tone::Dim, &text))).collect()
}

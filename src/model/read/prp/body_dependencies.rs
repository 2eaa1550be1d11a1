//! Dependencies that a PRP names in its body: the section `## Dependencies` of a document without that key.

use std::ops::Range;

use super::dependency::{self, Read};
use crate::model::prp::{Dependency, Prp};
use crate::model::read::text::heading::plain;
use crate::model::read::text::list_item::{item, split};
use crate::model::read::text::reading::Reading;
use crate::model::read::text::source::{lines, trim};

/// Titles of sections, and words before a colon, behind which stands what a PRP waits for.
const BEFORE: [&str; 8] = [
    "dependencies",
    "dependency",
    "depends on",
    "prerequisites",
    "blocked by",
    "requires",
    "after",
    "internal dependencies",
];

/// Adds the ids that the list of the section names first in an item. What waits for the PRP itself is under a label
/// or a heading of its own, and is passed over.
pub(crate) fn fill(prp: &mut Prp, text: &str, reading: &Reading) {
    let named = |title: &str| BEFORE.contains(&plain(title).as_str());
    let Some(section) = prp.sections.iter().find(|section| named(&section.title)) else { return };
    let range = section.heading.end..section.span.end;
    let mut headings = reading.headings.iter().filter(|heading| range.contains(&heading.span.start)).peekable();
    let mut before = true;
    for line in lines(&reading.masked, range.clone()) {
        if let Some(heading) = headings.next_if(|heading| heading.span.start < line.end) {
            before = named(&heading.text);
            continue;
        }
        let item = item(&reading.masked, &line);
        let content = item.as_ref().map_or_else(|| trim(text, line.clone()), |item| item.text.clone());
        let (label, value) = labelled(text, &content);
        let wanted = match label {
            Some(label) if item.is_none() && value.is_empty() => {
                before = named(&label);
                continue;
            }
            Some(label) => named(&label),
            None => before && (item.is_some() || prefixed(&text[value.clone()])),
        };
        if wanted {
            for part in split(text, &value, |c| c == ';') {
                one(prp, text, part);
            }
        }
    }
}

/// Splits a label such as `**Blocked by**:` off.
fn labelled(text: &str, range: &Range<usize>) -> (Option<String>, Range<usize>) {
    let part = &text[range.clone()];
    let Some(colon) = part.find(':') else { return (None, range.clone()) };
    let label = part[..colon].trim_matches(['*', '_', ' ']);
    if label.is_empty() || prefixed(label) || label.split_whitespace().count() > 3 || label.contains(['`', '[', ',']) {
        return (None, range.clone());
    }
    let value = part[colon + 1..].trim_start_matches(['*', '_', ' ']);
    (Some(label.to_owned()), trim(text, range.end - value.len()..range.end))
}

fn one(prp: &mut Prp, text: &str, span: Range<usize>) {
    let words = text[span.clone()].trim_matches(['*', '_', '`', ' ']);
    let words = words.strip_prefix('[').unwrap_or(words);
    if !prefixed(words) {
        return;
    }
    // Behind the id of a link or of bold type anything may follow.
    let end = words.find([']', '*', '`']).unwrap_or(words.len());
    let id = match (dependency::read(words), dependency::read(&words[..end])) {
        (Read::Id(id, note), _) | (_, Read::Id(id, note)) => Some((id, note)),
        _ => None,
    };
    let Some((id, note)) = id else { return };
    if Some(&id) != prp.id.as_ref() && !prp.dependencies.iter().any(|known| known.id == id) {
        prp.dependencies.push(Dependency { id, note, span });
    }
}

/// Tells whether a text starts with an id. In prose a number alone is none.
fn prefixed(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '_', '`', '[', ' ']);
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("PRP-"))
}

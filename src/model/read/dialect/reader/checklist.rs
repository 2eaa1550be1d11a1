//! A plain checklist: a document that is mostly boxes.

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, label};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{in_order, item_of, settle, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};
use crate::model::read::text::source::lines;

/// Documents that may hold boxes and are no plans, by the start of their names.
const OTHERS: [&str; 10] = [
    "readme",
    "changelog",
    "contributing",
    "security",
    "code_of_conduct",
    "pull_request_template",
    "issue_template",
    "license",
    "release",
    "agents",
];

/// Says how sure it is that a document is a checklist, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let name = source.path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    if OTHERS.iter().any(|other| name.starts_with(other)) || source.folders().contains("/.github/") {
        return 0;
    }
    let text = source.masked();
    let all = source.boxes();
    if all.len() < 2 {
        return 0;
    }
    let filled = |range| lines(text, range).filter(|line| !text[line.clone()].trim().is_empty()).count();
    let inside: usize = all.iter().map(|found| 1 + filled(found.body.clone())).sum();
    let other = filled(source.opened.body()..text.len()).saturating_sub(inside + source.opened.reading.headings.len());
    let title = source.title().unwrap_or_default().to_lowercase();
    let words = ["todo", "to-do", "to do", "tasks", "checklist", "task list", "backlog"];
    let called = words.iter().any(|word| title.contains(word) || name.contains(word));
    if inside >= other * 2 || called && inside >= other { 42 } else { 0 }
}

/// Reads the list.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::Checklist, source.path.clone(), source.text().to_owned());
    let headings = &source.opened.reading.headings;
    list.title = source.title();
    let found = source.boxes();
    let first = found.first().map_or(0, |found| found.inside.start);
    let title = headings.iter().find(|heading| heading.level == 1 && heading.span.end < first);
    let start = title.map_or_else(|| source.opened.body(), |heading| heading.span.end);
    let end = source.text()[..first].rfind('\n').unwrap_or(start).max(start);
    list.intro = words(source.text(), start..end);
    // Numbers are labels only where every box has one of its own.
    let numbers: Vec<_> = found.iter().filter_map(|found| label(&source.text()[found.text.clone()])).collect();
    let distinct: std::collections::HashSet<_> = numbers.iter().map(|(label, _)| *label).collect();
    let numbered = distinct.len() == found.len();
    list.items =
        found.iter().enumerate().map(|(at, found)| task(source, found, &(at + 1).to_string(), numbered)).collect();
    in_order(&mut list.items, problems);
    list.items.iter_mut().for_each(settle);
    list.assumed.push("each box waits for the one before it".to_owned());
    list
}

fn task(source: &Source, found: &CheckBox, fallback: &str, numbered: bool) -> TaskItem {
    let text = &source.text()[found.text.clone()];
    let (label, title) = label(text).filter(|_| numbered).unwrap_or((fallback, text));
    let below = |at: usize, child: &CheckBox| task(source, child, &format!("{label}.{}", at + 1), false);
    item_of(source, found, label, title, &below)
}

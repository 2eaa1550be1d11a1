//! What superpowers and ralphex share: sections `### Task N: Title` with boxes or bold steps in them.

use std::collections::HashSet;
use std::ops::Range;

use crate::model::read::dialect::boxes::{CheckBox, boxes, dedented, label, paths};
use crate::model::read::dialect::order::{distinct, item_of, plain};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::TaskItem;
use crate::model::read::phase_heading::HeadingKind;
use crate::model::read::text::heading::{Heading, plain as plain_heading};
use crate::model::read::text::source::lines;

/// A section of one task.
pub(super) struct TaskSection<'a> {
    pub(super) label: String,
    pub(super) title: String,
    pub(super) heading: &'a Heading,
    pub(super) body: Range<usize>,
}

/// Returns the sections of the tasks, in order; `also` are further words that head one, in lower case.
pub(super) fn sections<'a>(source: &'a Source, also: &[&str]) -> Vec<TaskSection<'a>> {
    let headings = &source.opened.reading.headings;
    let mut found = Vec::new();
    for (at, heading) in headings.iter().enumerate().filter(|(_, heading)| heading.level >= 2) {
        let named = match &heading.phase {
            Some(phase) if phase.kind == HeadingKind::Task => Some((phase.label.clone(), phase.title.clone())),
            _ => other(&heading.text, also),
        };
        let Some((label, title)) = named else { continue };
        let end = headings[at + 1..].iter().find(|next| next.level <= heading.level);
        let end = end.map_or(source.masked().len(), |next| next.span.start);
        found.push(TaskSection { label, title, heading, body: heading.span.end..end });
    }
    if found.is_empty() && !also.is_empty() { numbered(source) } else { found }
}

/// Returns sections such as `### 2. Add the route` below `## Tasks`, the form of early versions of ralphex.
fn numbered(source: &Source) -> Vec<TaskSection<'_>> {
    let headings = &source.opened.reading.headings;
    let mut found = Vec::new();
    let mut inside = false;
    for (at, heading) in headings.iter().enumerate() {
        if heading.level <= 2 {
            inside = ["tasks", "implementation steps"].contains(&&*plain_heading(&heading.text));
        }
        let named = label(heading.text.trim()).filter(|(_, title)| inside && heading.level == 3 && !title.is_empty());
        let Some((label, title)) = named else { continue };
        let end = headings[at + 1..].iter().find(|next| next.level <= heading.level);
        let end = end.map_or(source.masked().len(), |next| next.span.start);
        let (label, title) = (label.to_owned(), title.to_owned());
        found.push(TaskSection { label, title, heading, body: heading.span.end..end });
    }
    found
}

fn other(text: &str, also: &[&str]) -> Option<(String, String)> {
    let word = also.iter().find(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))?;
    let (label, rest) = label(text[word.len()..].trim_start())?;
    Some((label.to_owned(), rest.trim().to_owned()))
}

/// Makes an item of a section; its boxes, else its bold steps, are its parts.
pub(super) fn item(source: &Source, section: &TaskSection) -> TaskItem {
    let found = boxes(source.masked(), section.body.clone(), &source.opened.reading.headings);
    let leaf = |_: usize, _: &CheckBox| TaskItem::default();
    let mut phases: Vec<TaskItem> = found
        .iter()
        .enumerate()
        .map(|(at, found)| {
            let text = plain(&source.text()[found.text.clone()]);
            let (label, title) = step(&text).unwrap_or_else(|| ((at + 1).to_string(), text.clone()));
            let flat = CheckBox { children: Vec::new(), ..found.clone() };
            item_of(source, &flat, &label, &title, &leaf)
        })
        .collect();
    // Boxes below a box count too: all of them are ticked in the end.
    let below: Vec<&CheckBox> = found.iter().flat_map(|found| &found.children).collect();
    if phases.is_empty() {
        phases = steps(source, section);
    }
    let done = !found.is_empty() && found.iter().chain(below.iter().copied()).all(CheckBox::is_done);
    for (phase, found) in phases.iter_mut().zip(&found) {
        phase.phases = found
            .children
            .iter()
            .enumerate()
            .map(|(at, child)| {
                let title = source.text()[child.text.clone()].to_owned();
                item_of(source, child, &format!("{}.{}", phase.label, at + 1), &title, &leaf)
            })
            .collect();
    }
    // Steps are carried out in one go: that two have one number matters to nobody.
    distinct(&mut phases, &mut Vec::new());
    let body = dedented(&source.text()[section.body.clone()]);
    TaskItem {
        label: section.label.clone(),
        title: section.title.clone(),
        line: source.line(section.heading.span.start),
        done,
        files: files(source, section),
        phases,
        body,
        span: section.heading.span.clone(),
        ..TaskItem::default()
    }
}

/// Reads `Step 1: Write the failing test`.
fn step(text: &str) -> Option<(String, String)> {
    let rest = text.strip_prefix("Step ")?;
    let (label, title) = label(rest)?;
    Some((label.to_owned(), title.trim().to_owned()))
}

/// Reads lines such as `**Step 1: Write the failing test**`.
fn steps(source: &Source, section: &TaskSection) -> Vec<TaskItem> {
    let bold = |line: Range<usize>| {
        let text = source.masked()[line.clone()].trim();
        let (label, title) = step(&plain(text.strip_prefix("**")?))?;
        Some(TaskItem { label, title, line: source.line(line.start), span: line, ..TaskItem::default() })
    };
    lines(source.masked(), section.body.clone()).filter_map(bold).collect()
}

/// Returns the paths of the list below `**Files:**`, else those that the section names outside of code.
fn files(source: &Source, section: &TaskSection) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    let mut seen = HashSet::new();
    let mut add = |text: &str| found.extend(paths(text).into_iter().filter(|path| seen.insert(path.clone())));
    let mut listed = false;
    for line in lines(source.masked(), section.body.clone()) {
        let text = source.masked()[line].trim();
        if text.to_ascii_lowercase().trim_start_matches(['*', '-', ' ']).starts_with("files") {
            inside = true;
            listed = true;
            add(text);
        } else if inside && text.starts_with(['-', '*', '+']) && !text.starts_with("**") {
            add(text);
        } else if !text.is_empty() {
            inside = false;
        }
    }
    if listed { found } else { paths(&source.masked()[section.body.clone()]) }
}

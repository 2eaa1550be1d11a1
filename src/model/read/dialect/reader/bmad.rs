//! BMAD: one story a file, with its status, acceptance criteria, and tasks with sub-tasks.

use std::ops::Range;

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, boxes, label};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{item_of, plain, settle, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList, TaskMark};
use crate::model::read::text::heading::Heading;
use crate::model::read::text::source::lines;

/// Says how sure it is that a document is a story of BMAD, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let story = story(source).is_some();
    let tasks = tasks(source).is_some();
    let criteria = section(source, "acceptance criteria").is_some();
    match (story, tasks, criteria) {
        (true, true, true) => 96,
        (true, true, _) => 85,
        _ => 0,
    }
}

/// Reads `# Story 1.2: Title`.
fn story(source: &Source) -> Option<(String, String)> {
    let heading = source.opened.reading.headings.iter().find(|heading| heading.level == 1)?;
    let rest = heading.text.trim().strip_prefix("Story ")?;
    let (label, title) = label(rest)?;
    Some((label.to_owned(), title.trim().to_owned()))
}

/// Returns a section of level 2 by the words of its heading.
fn section<'a>(source: &'a Source, name: &str) -> Option<(&'a Heading, Range<usize>)> {
    let headings = &source.opened.reading.headings;
    let at = headings.iter().position(|heading| heading.level == 2 && heading.text.trim().to_lowercase() == name)?;
    let end = headings[at + 1..].iter().find(|next| next.level <= 2);
    let end = end.map_or(source.masked().len(), |next| next.span.start);
    Some((&headings[at], headings[at].span.end..end))
}

fn tasks(source: &Source) -> Option<Range<usize>> {
    ["tasks / subtasks", "tasks/subtasks", "tasks"]
        .iter()
        .find_map(|name| section(source, name))
        .map(|(_, range)| range)
}

/// Returns the place of the status word: below `## Status`, or behind `Status:`.
fn status(source: &Source) -> Option<Range<usize>> {
    let text = source.masked();
    let below = section(source, "status")
        .and_then(|(_, range)| lines(text, range).find(|line| !text[line.clone()].trim().is_empty()));
    let behind = || {
        lines(text, source.opened.body()..text.len()).take(40).find_map(|line| {
            let content = &text[line.clone()];
            let rest = content.trim_start_matches(['*', '-', '#', ' ']).strip_prefix("Status:")?;
            let rest = rest.trim_start_matches(['*', ' ']);
            Some(line.end - rest.len()..line.end)
        })
    };
    let line = below.or_else(behind)?;
    let content = &text[line.clone()];
    let word = content.trim().trim_matches(['*', '_', '`']);
    let end = word.find(['(', ',', ';', '<', '*', '`']).unwrap_or(word.len());
    let word = word[..end].trim_end();
    let start = line.start + content.find(word)?;
    (!word.is_empty()).then_some(start..start + word.len())
}

/// Reads the story.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let text = source.text();
    let mut list = TaskList::new(Format::Bmad, source.path.clone(), text.to_owned());
    list.is_package = true;
    (list.id, list.title) = story(source).unzip();
    let mut intro = Vec::new();
    for name in ["story", "acceptance criteria", "dev notes", "testing"] {
        if let Some((heading, range)) = section(source, name) {
            let said = words(text, range);
            if !said.is_empty() {
                intro.push(format!("**{}**\n\n{said}", heading.text.trim()));
            }
        }
    }
    list.intro = intro.join("\n\n");
    if let Some(range) = tasks(source) {
        let found = boxes(source.masked(), range, &source.opened.reading.headings);
        list.items = found.iter().enumerate().map(|(at, found)| task(source, found, &(at + 1).to_string())).collect();
    }
    list.items.iter_mut().for_each(settle);
    if let Some(place) = status(source) {
        let word = text[place.clone()].to_lowercase();
        list.done = matches!(word.as_str(), "done" | "completed" | "complete");
        if word == "draft" {
            problems.push(
                Problem::warning("format::draft", "the story is a draft")
                    .at(place.clone())
                    .help("set its status to `Approved` when it may be carried out; it is carried out all the same"),
            );
        }
        let lower = text[place.clone()].starts_with(|c: char| c.is_lowercase());
        let done = if lower { "done" } else { "Done" };
        list.marks.push(TaskMark { path: None, span: place, done: done.to_owned() });
    }
    if list.done {
        list.items.iter_mut().for_each(|item| item.done = true);
    }
    list.done |= !list.items.is_empty() && list.items.iter().all(|item| item.done);
    list.assumed.push("the tasks are carried out in their order".to_owned());
    list
}

fn task(source: &Source, found: &CheckBox, fallback: &str) -> TaskItem {
    let text = plain(&source.text()[found.text.clone()]);
    let rest = text.strip_prefix("Task ").or_else(|| text.strip_prefix("Subtask ")).unwrap_or(&text);
    let (label, title) = label(rest).unwrap_or((fallback, rest));
    let title = title.trim_start_matches([':', ' ']);
    // `Task 1 (AC: #1)` says nothing but its number.
    let title = if title.is_empty() || title.starts_with("(AC") { &text } else { title };
    let below = |at: usize, child: &CheckBox| task(source, child, &format!("{label}.{}", at + 1));
    item_of(source, found, label, title, &below)
}

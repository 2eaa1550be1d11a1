//! `OpenSpec`: `openspec/changes/NAME/tasks.md`, numbered sections of numbered boxes, beside a proposal and spec deltas.

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, boxes, label};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{in_order, item_of, settle, united, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};
use crate::model::read::text::heading::Heading;

/// Says how sure it is that a document is the task list of a change, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let all = source.boxes();
    if all.is_empty() {
        return 0;
    }
    let folder = source.folders().contains("/openspec/changes/") && source.is_named("tasks.md");
    let sections = source.opened.reading.headings.iter().filter(|heading| numbered(heading).is_some()).count();
    let below =
        |found: &&CheckBox| label(&source.text()[found.text.clone()]).is_some_and(|(label, _)| label.contains('.'));
    let fits = sections > 0 && all.iter().filter(below).count() * 2 >= all.len();
    let proposal = source.companion("proposal.md").is_some();
    match (folder, fits, proposal) {
        (true, ..) => 97,
        (_, true, true) => 92,
        (_, true, _) if source.is_named("tasks.md") => 75,
        _ => 0,
    }
}

/// Reads a heading such as `## 1. Implementation`.
fn numbered(heading: &Heading) -> Option<(&str, &str)> {
    (heading.level == 2)
        .then(|| label(&heading.text))
        .flatten()
        .filter(|(label, title)| label.bytes().all(|byte| byte.is_ascii_digit()) && !title.is_empty())
}

/// Reads the list.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::OpenSpec, source.path.clone(), source.text().to_owned());
    let folder = source.path.parent().and_then(|folder| folder.file_name());
    list.title = folder.map(|name| name.to_string_lossy().into_owned()).or_else(|| source.title());
    list.context = source.companions.iter().map(|companion| companion.path.clone()).collect();
    let headings = &source.opened.reading.headings;
    let sections: Vec<&Heading> = headings.iter().filter(|heading| heading.level == 2).collect();
    for (at, heading) in sections.iter().enumerate() {
        let end = sections.get(at + 1).map_or(source.masked().len(), |next| next.span.start);
        let found = boxes(source.masked(), heading.span.end..end, headings);
        let Some(first) = found.first() else { continue };
        let fallback = (list.items.len() + 1).to_string();
        let (label, title) = numbered(heading).unwrap_or((&fallback, &heading.text));
        let before = source.text()[..first.inside.start].rfind('\n').unwrap_or(heading.span.end);
        let phases: Vec<TaskItem> =
            found.iter().enumerate().map(|(at, found)| task(source, found, &format!("{label}.{}", at + 1))).collect();
        let files = united(phases.iter().flat_map(|phase| &phase.files));
        list.items.push(TaskItem {
            label: label.to_owned(),
            title: title.to_owned(),
            line: source.line(heading.span.start),
            files,
            phases,
            body: words(source.text(), heading.span.end..before.max(heading.span.end)),
            span: heading.span.clone(),
            ..TaskItem::default()
        });
    }
    if list.items.is_empty() {
        let found = source.boxes();
        list.items = found.iter().enumerate().map(|(at, found)| task(source, found, &(at + 1).to_string())).collect();
    }
    in_order(&mut list.items, problems);
    list.items.iter_mut().for_each(settle);
    list.assumed.push("each section waits for the one before it".to_owned());
    list
}

fn task(source: &Source, found: &CheckBox, fallback: &str) -> TaskItem {
    let text = &source.text()[found.text.clone()];
    let (label, title) = label(text).unwrap_or((fallback, text));
    let below = |at: usize, child: &CheckBox| task(source, child, &format!("{label}.{}", at + 1));
    item_of(source, found, label, title, &below)
}

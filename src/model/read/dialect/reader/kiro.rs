//! Kiro: `.kiro/specs/NAME/tasks.md`, numbered boxes with sub-tasks, `*` for what may be left out, and requirements.

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, label};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{in_order, item_of, settle, united};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};

/// Says how sure it is that a document is a task list of Kiro, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let all = source.boxes();
    let numbered = all.iter().filter(|found| number(source, found).is_some()).count();
    let folder = source.folders().contains("/.kiro/specs/") && source.is_named("tasks.md");
    let requirements = source.lower.contains("_requirements:") || source.lower.contains("- requirements:");
    let starred = all.iter().flat_map(|found| std::iter::once(found).chain(&found.children)).any(|found| found.starred);
    if folder && !all.is_empty() {
        return 97;
    }
    if numbered == 0 || numbered * 2 < all.len() {
        return 0;
    }
    // Sections with numbers hold the boxes of OpenSpec; here the boxes are the tasks themselves.
    match (requirements, starred) {
        (true, _) => 92,
        (_, true) => 80,
        // Other lists of numbers are called `TASKS.md`.
        _ if source.path.ends_with("tasks.md") && whole_numbers(source, all) => 65,
        _ => 0,
    }
}

fn whole_numbers(source: &Source, all: &[CheckBox]) -> bool {
    all.iter().filter_map(|found| number(source, found)).any(|(number, _)| !number.contains('.'))
}

fn number<'a>(source: &'a Source, found: &CheckBox) -> Option<(&'a str, &'a str)> {
    label(source.text()[found.text.clone()].trim_start_matches("**"))
        .filter(|(label, _)| label.starts_with(|c: char| c.is_ascii_digit()))
}

/// Reads the list.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::Kiro, source.path.clone(), source.text().to_owned());
    list.title = source.title().or_else(|| {
        source.path.parent().and_then(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned())
    });
    list.context = source.companions.iter().map(|companion| companion.path.clone()).collect();
    let found = source.boxes();
    for found in found {
        let at = list.items.len();
        let item = task(source, found, &(at + 1).to_string());
        // A sub-task that is not indented belongs to the task whose number it carries on.
        let parent = item.label.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        match list.items.last_mut().filter(|last| parent.as_deref() == Some(&last.label)) {
            Some(last) => last.phases.push(item),
            None => list.items.push(item),
        }
    }
    for item in &mut list.items {
        item.files = united(item.files.iter().chain(item.phases.iter().flat_map(|phase| &phase.files)));
    }
    in_order(&mut list.items, problems);
    for item in &mut list.items {
        let open_below = item.done && item.phases.iter().any(|phase| !phase.done && !phase.optional);
        if open_below {
            problems.push(
                Problem::warning(
                    "format::open_below_done",
                    format!("{} is ticked, but a task below it is not", item.label),
                )
                .at(item.span.clone())
                .help("untick it if something is left to do; ticked, all of it counts as done"),
            );
        }
        settle(item);
    }
    list.assumed.push("each task waits for the one before it".to_owned());
    list
}

fn task(source: &Source, found: &CheckBox, fallback: &str) -> TaskItem {
    let text = &source.text()[found.text.clone()];
    let numbered = number(source, found);
    let (label, title) = numbered.unwrap_or((fallback, text));
    let below = |at: usize, child: &CheckBox| task(source, child, &format!("{label}.{}", at + 1));
    let mut item = item_of(source, found, label, title, &below);
    // `2.2* Title` says the same as `- [ ]* 2.2 Title`.
    let after = numbered.and_then(|(label, _)| text.strip_prefix(label)).map(|rest| rest.trim_start_matches('.'));
    item.optional |= after.is_some_and(|rest| rest.starts_with('*') && !rest.starts_with("**"));
    item
}

//! spec-kit: `specs/NNN-name/tasks.md`, phases of tasks such as `- [ ] T012 [P] [US1] Create … in src/…`.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, boxes, label};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{chain, distinct, item_of, settle, united, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};
use crate::model::read::phase_heading::HeadingKind;
use crate::model::read::text::heading::Heading;

/// Says how sure it is that a document is a task list of spec-kit, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let all = source.boxes();
    let tasks = all.iter().filter(|found| is_task(source, found)).count();
    let folder = source.folders().contains("/specs/") && source.is_named("tasks.md");
    if tasks == 0 || !folder && tasks * 2 < all.len() {
        return 0;
    }
    let marks = source.lower.contains("[p]") || source.lower.contains("[us1]");
    match (folder, marks, tasks) {
        (true, ..) | (_, true, _) => 95,
        (_, _, 1) => 60,
        _ => 85,
    }
}

fn is_task(source: &Source, found: &CheckBox) -> bool {
    label(unmarked(&source.text()[found.text.clone()])).is_some_and(|(label, _)| label.starts_with('T'))
}

/// A box among the tasks that has no id is left out, which nobody would see otherwise.
fn without_id(source: &Source, found: &CheckBox) -> Problem {
    let title = &source.text()[found.text.clone()];
    Problem::warning("format::no_id", format!("`{title}` has no id such as `T012` and is left out"))
        .at(found.text.clone())
        .help("give it an id of its own if it is to be carried out")
}

fn unmarked(text: &str) -> &str {
    text.trim_start_matches(['*', '_'])
}

/// Reads the list.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::SpecKit, source.path.clone(), source.text().to_owned());
    let headings = &source.opened.reading.headings;
    list.title = source.title().map(|title| title.strip_prefix("Tasks: ").unwrap_or(&title).to_owned());
    list.context = source.companions.iter().map(|companion| companion.path.clone()).collect();
    let groups = groups(headings, source.masked().len());
    let mut owner: HashMap<String, String> = HashMap::new();
    for (heading, span) in groups {
        let inner = span.start..span.end;
        let found = boxes(source.masked(), inner.clone(), headings);
        let (named, others): (Vec<&CheckBox>, Vec<&CheckBox>) = found.iter().partition(|found| is_task(source, found));
        problems.extend(others.into_iter().map(|found| without_id(source, found)));
        if named.is_empty() {
            continue;
        }
        let tasks: Vec<TaskItem> = named.into_iter().map(|found| task(source, found)).collect();
        match heading {
            Some(heading) => {
                let item = group(source, heading, inner, tasks, list.items.len());
                list.items.push(item);
            }
            None => list.items.extend(tasks),
        }
    }
    distinct(&mut list.items, problems);
    for item in &list.items {
        for phase in &item.phases {
            owner.insert(phase.label.clone(), item.label.clone());
        }
    }
    needs_of_groups(&mut list.items, &owner);
    stories(source, &mut list.items);
    chain(&mut list.items);
    list.items.iter_mut().for_each(settle);
    let beside = list.items.iter().any(|item| item.parallel);
    let order = if beside {
        "the user stories run beside each other, as the list allows; everything else waits for what stands before it"
    } else {
        "each phase waits for the one before it"
    };
    list.assumed.push(order.to_owned());
    list
}

/// Returns the sections that hold tasks: those of the phases, else the whole document.
fn groups(headings: &[Heading], end: usize) -> Vec<(Option<&Heading>, Range<usize>)> {
    let is_phase = |heading: &&Heading| {
        let numbered = heading.phase.as_ref().is_some_and(|phase| phase.kind == HeadingKind::Phase);
        heading.level <= 3 && (numbered || lettered(&heading.text).is_some())
    };
    let level = headings.iter().filter(is_phase).map(|heading| heading.level).min();
    let Some(level) = level else { return vec![(None, 0..end)] };
    let all: Vec<&Heading> = headings.iter().filter(|heading| heading.level <= level).collect();
    let next = |at: usize| all.get(at + 1).map_or(end, |next| next.span.start);
    let sections = all.iter().enumerate().filter(|(_, heading)| is_phase(heading));
    sections.map(|(at, heading)| (Some(*heading), heading.span.end..next(at))).collect()
}

/// Reads `Phase N: Polish`, as the template of the tool has its last phase.
fn lettered(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("Phase N")?;
    rest.trim_start().strip_prefix([':', '-']).map(str::trim)
}

fn group(source: &Source, heading: &Heading, span: Range<usize>, tasks: Vec<TaskItem>, at: usize) -> TaskItem {
    let (label, title) = match &heading.phase {
        Some(phase) => (phase.label.clone(), phase.title.clone()),
        None => ("N".to_owned(), lettered(&heading.text).unwrap_or(&heading.text).to_owned()),
    };
    let first = tasks.first().map_or(span.end, |task| task.span.start);
    let before = source.text()[span.start..first].rfind('\n').map_or(span.start, |end| span.start + end);
    let files = united(tasks.iter().flat_map(|task| &task.files));
    let label = if label.is_empty() { (at + 1).to_string() } else { label };
    TaskItem {
        label,
        title: title.trim_end_matches(['🎯', ' ']).trim_end_matches(" MVP").trim_end_matches(['🎯', ' ']).to_owned(),
        line: source.line(heading.span.start),
        files,
        phases: tasks,
        body: words(source.text(), span.start..before),
        span: heading.span.clone(),
        ..TaskItem::default()
    }
}

/// Reads `T012 [P] [US1] Create … (depends on T010)`.
fn task(source: &Source, found: &CheckBox) -> TaskItem {
    let text = unmarked(&source.text()[found.text.clone()]);
    let (label, mut rest) = label(text).unwrap_or(("", text));
    let mut parallel = false;
    while let Some((mark, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // A link is part of the words.
        if after.starts_with('(') || mark.len() > 12 {
            break;
        }
        parallel |= mark == "P";
        rest = after.trim_start();
    }
    let below = |at: usize, child: &CheckBox| {
        item_of(source, child, &format!("{label}.{}", at + 1), &source.text()[child.text.clone()], &|_, _| {
            TaskItem::default()
        })
    };
    let mut item = item_of(source, found, label, rest, &below);
    item.parallel = parallel;
    item.dependencies = named(rest);
    item
}

/// Returns the tasks behind `depends on`.
fn named(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let Some(at) = ["depends on", "after ", "requires t"].iter().find_map(|words| lower.find(words)) else {
        return Vec::new();
    };
    let words = text[at..].split(|c: char| !c.is_ascii_alphanumeric());
    let is_label =
        |word: &&str| word.len() > 1 && word.starts_with('T') && word[1..].bytes().all(|b| b.is_ascii_digit());
    words.filter(is_label).map(ToOwned::to_owned).collect()
}

/// A task that waits for one of another phase makes its phase wait for that one, besides what comes before.
fn needs_of_groups(items: &mut [TaskItem], owner: &HashMap<String, String>) {
    for item in items.iter_mut().filter(|item| !item.phases.is_empty()) {
        let others = item.phases.iter().flat_map(|phase| &phase.dependencies).filter_map(|label| owner.get(label));
        let mut needs: Vec<String> = others.filter(|other| **other != item.label).cloned().collect();
        needs.dedup();
        item.dependencies = needs;
    }
    // Said for a task, it is more than the order and does not take its place.
    let labels: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
    for (at, item) in items.iter_mut().enumerate().skip(1) {
        if !item.phases.is_empty() && !item.dependencies.is_empty() && !item.dependencies.contains(&labels[at - 1]) {
            item.dependencies.push(labels[at - 1].clone());
        }
    }
}

/// User stories may run beside each other where the list itself says so.
fn stories(source: &Source, items: &mut [TaskItem]) {
    let lower = &source.lower;
    let allowed = ["no dependencies on other stories", "proceed in parallel", "stories can run in parallel"];
    if !allowed.iter().any(|words| lower.contains(words)) {
        return;
    }
    for item in items {
        let story = item.title.to_lowercase();
        let bound = item.dependencies.len() > 1;
        item.parallel = !bound && (story.contains("user story") || story.starts_with("story"));
        if item.parallel {
            item.dependencies.clear();
        }
    }
}

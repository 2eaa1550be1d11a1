//! Taskmaster: `tasks.json`, tasks with dependencies, sub-tasks and a test strategy, under tags or without.

use std::collections::{HashMap, HashSet};

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::paths;
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::json::{Json, parse};
use crate::model::read::dialect::order::united;
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList, TaskMark};
use crate::model::read::text::source::trim;

/// Says how sure it is that a document is one of Taskmaster, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    if !source.text().trim_start().starts_with('{') {
        return 0;
    }
    let Ok(json) = parse(source.text()) else { return 0 };
    let Some((_, tasks)) = tasks(source, &json) else { return 0 };
    let is_task = |task: &&Json| task.get("id").is_some() && task.get("title").is_some();
    match tasks.iter().filter(is_task).count() {
        0 => 0,
        fitting if fitting == tasks.len() => 97,
        _ => 60,
    }
}

/// Returns the tasks of the current tag; the name of the tag is empty in files without tags.
fn tasks<'a>(source: &Source, json: &'a Json) -> Option<(String, &'a [Json])> {
    if let Some(tasks) = json.get("tasks").and_then(Json::list) {
        return Some((String::new(), tasks));
    }
    let tags: Vec<(&str, &[Json])> = json
        .entries()
        .iter()
        .filter_map(|(name, tag)| Some((name.as_str(), tag.get("tasks").and_then(Json::list)?)))
        .collect();
    let state = source.companion("state.json").and_then(|state| state.text.as_deref());
    let current = state.and_then(|text| Some(parse(text).ok()?.text_of("currentTag", text))).unwrap_or_default();
    let named = |name: &str| tags.iter().find(|(tag, _)| *tag == name);
    let chosen = named(&current).or_else(|| named("master")).or(tags.first())?;
    Some((chosen.0.to_owned(), chosen.1))
}

/// Reads the list.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let text = source.text();
    let mut list = TaskList::new(Format::Taskmaster, source.path.clone(), text.to_owned());
    list.beside.clone_from(&source.companions);
    let json = match parse(text) {
        Ok(json) => json,
        Err(error) => {
            let place = source.lines.range(error.line(), text).unwrap_or(0..0);
            problems.push(
                Problem::error("file::data", format!("the file is not valid JSON: {error}"))
                    .at(trim(text, place))
                    .help("mend it where the message says"),
            );
            return list;
        }
    };
    let Some((tag, all)) = tasks(source, &json) else { return list };
    list.title = Some(json.get("metadata").map(|metadata| metadata.text_of("projectName", text)).unwrap_or_default())
        .filter(|title| !title.is_empty())
        .or_else(|| Some(if tag.is_empty() { "Tasks".to_owned() } else { format!("Tasks ({tag})") }));
    list.items = all.iter().enumerate().map(|(at, value)| task(source, value, None, at, problems)).collect();
    let known: HashSet<String> = list.items.iter().map(|item| item.label.clone()).collect();
    for item in &mut list.items {
        let own = item.label.clone();
        // `3.2` names a sub-task: its task is what can be waited for.
        let whole = item.dependencies.iter().map(|label| label.split('.').next().unwrap_or(label).to_owned());
        let whole: Vec<String> = whole.filter(|label| *label != own).collect();
        let mut needs = united(&whole);
        for label in needs.iter().filter(|label| !known.contains(*label)) {
            problems.push(
                Problem::error(
                    "format::unknown_dependency",
                    format!("task {own} depends on {label}, which is not there"),
                )
                .at(item.span.clone())
                .help("take it out of `dependencies`, or add the task"),
            );
        }
        needs.retain(|label| known.contains(label));
        item.dependencies = needs;
    }
    if !tag.is_empty() {
        list.assumed.push(format!("the tag is `{tag}`; other tags are left alone"));
    }
    list.assumed.push("tasks without `dependencies` wait for nobody".to_owned());
    list
}

/// Puts sub-tasks behind those that they wait for; the order in which they are written is kept otherwise.
fn needed_first(mut open: Vec<TaskItem>, parent: &str) -> Vec<TaskItem> {
    let named = |label: &str| if label.contains('.') { label.to_owned() } else { format!("{parent}.{label}") };
    let place: HashMap<String, usize> = open.iter().enumerate().map(|(at, item)| (item.label.clone(), at)).collect();
    let needs: Vec<Vec<usize>> = open
        .iter()
        .map(|item| item.dependencies.iter().filter_map(|label| place.get(&named(label)).copied()).collect())
        .collect();
    if needs.iter().enumerate().all(|(at, needs)| needs.iter().all(|need| *need < at)) {
        return open;
    }
    let mut order: Vec<usize> = Vec::with_capacity(open.len());
    let mut seen = vec![false; open.len()];
    // Depth first, without recursion; of what waits for itself in a circle one has to come first.
    for first in 0..open.len() {
        let mut stack = vec![(first, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 && std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if let Some(need) = needs[at].get(next) {
                stack.extend([(at, next + 1), (*need, 0)]);
            } else {
                order.push(at);
            }
        }
    }
    let mut items: Vec<Option<TaskItem>> = open.drain(..).map(Some).collect();
    order.into_iter().filter_map(|at| items[at].take()).collect()
}

fn task(source: &Source, value: &Json, parent: Option<&str>, at: usize, problems: &mut Vec<Problem>) -> TaskItem {
    let text = source.text();
    let field = |key: &str| value.text_of(key, text);
    let own = match field("id") {
        id if id.is_empty() => (at + 1).to_string(),
        id => id,
    };
    let label = match parent {
        Some(parent) if !own.contains('.') => format!("{parent}.{own}"),
        _ => own,
    };
    let status = value.get("status");
    let word = field("status");
    let part = |title: &str, key: &str| {
        let said = field(key);
        if said.trim().is_empty() { String::new() } else { format!("{title}{}\n\n", said.trim()) }
    };
    let body = [part("", "description"), part("", "details"), part("**Test strategy**: ", "testStrategy")].concat();
    let subtasks = value.get("subtasks").and_then(Json::list).unwrap_or_default();
    let phases = subtasks.iter().enumerate().map(|(at, value)| task(source, value, Some(&label), at, problems));
    let phases = needed_first(phases.collect(), &label);
    if status.is_none() && parent.is_none() {
        problems.push(
            Problem::warning("format::no_mark", format!("task {label} has no `status`: nothing can be written back"))
                .at(value.span.start..value.span.start + 1)
                .help("add `\"status\": \"pending\"`"),
        );
    }
    let files = united(paths(&body).iter().chain(phases.iter().flat_map(|phase| &phase.files)));
    let named = value.get("dependencies").and_then(Json::list).unwrap_or_default();
    let done = matches!(word.as_str(), "done" | "completed");
    TaskItem {
        label,
        title: field("title"),
        line: source.line(value.span.start),
        done,
        // What is put off or given up is not carried out unless it is asked for.
        optional: matches!(word.as_str(), "deferred" | "cancelled" | "canceled"),
        parallel: true,
        dependencies: named.iter().filter_map(|value| value.text(text)).collect(),
        files,
        phases,
        body: body.trim_end().to_owned(),
        span: value.get("title").map_or(value.span.start..value.span.start + 1, |title| title.span.clone()),
        mark: status.filter(|status| status.text(text).is_some()).map(|status| TaskMark {
            path: None,
            span: status.span.clone(),
            done: "\"done\"".to_owned(),
        }),
        ..TaskItem::default()
    }
}

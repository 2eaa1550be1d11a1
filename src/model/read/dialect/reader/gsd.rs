//! GSD: `NN-MM-PLAN.md`, a frontmatter with what it waits for, and tasks in tags.

use std::ops::Range;

use crate::model::gate::Gate;
use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{boxes, dedented, label, paths};
use crate::model::read::dialect::companion::Companion;
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{plain, united, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList, TaskMark};
use crate::model::read::text::yaml::YamlNode;

/// Says how sure it is that a document is a plan of GSD, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let Some(front) = &source.opened.front else { return 0 };
    let keys = ["phase", "plan", "wave", "depends_on", "autonomous"];
    let keys = keys.iter().filter(|key| front.entries.iter().any(|entry| entry.key == **key)).count();
    let tagged = source.masked().contains("<task ") || source.masked().contains("<task>");
    match (tagged, keys) {
        (true, 3..) => 97,
        (true, 1..) => 80,
        _ => 0,
    }
}

/// Reads the plan.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let text = source.text();
    let mut list = TaskList::new(Format::Gsd, source.path.clone(), text.to_owned());
    list.is_package = true;
    list.id = id(source);
    list.dependencies = values(source, "depends_on");
    let objective = tag(text, "objective", source.opened.body()..text.len());
    list.intro = objective.clone().map(|inside| dedented(&text[inside])).unwrap_or_default();
    let first = list.intro.lines().find(|line| !line.trim().is_empty()).map(plain);
    list.title = source.title().or(first);
    let declared = values(source, "files_modified");
    let end_of_tasks = text.len();
    let mut at = source.opened.body();
    while let Some(open) = text[at..].find("<task").map(|found| at + found) {
        at = open + "<task".len();
        if !text[at..].starts_with([' ', '>', '\t', '\r', '\n']) {
            continue;
        }
        // An example in a code block is no task.
        if !source.masked()[open..].starts_with('<') {
            problems.push(
                Problem::warning("format::in_code", "a task in a code block is not read")
                    .at(open..at)
                    .help("close the code block before it if it is to be carried out"),
            );
            continue;
        }
        let Some(inside) = tag(text, "task", open..end_of_tasks) else {
            problems.push(
                Problem::error("format::open_tag", "a task has no end")
                    .at(open..at)
                    .help("write `</task>` behind it: nothing after it can be told apart"),
            );
            break;
        };
        at = inside.end;
        let number = list.items.len() + 1;
        list.items.push(task(source, open, &inside, number, problems));
    }
    if let Some(first) = list.items.first_mut() {
        first.files = united(first.files.iter().chain(&declared));
    }
    for name in ["verification", "success_criteria"] {
        if let Some(inside) = tag(text, name, source.opened.body()..text.len()) {
            list.intro.push_str("\n\n");
            list.intro.push_str(&words(text, inside));
        }
    }
    list.context = source
        .companions
        .iter()
        .filter(|companion| !companion.path.to_string_lossy().ends_with("-SUMMARY.md"))
        .map(|companion| companion.path.clone())
        .collect();
    let summary = source.companions.iter().any(|companion| companion.path.to_string_lossy().ends_with("-SUMMARY.md"));
    let roadmap = source.companion("ROADMAP.md").and_then(|roadmap| entry(roadmap, list.id.as_deref()?));
    list.done = summary || roadmap.as_ref().is_some_and(|(_, done)| *done);
    list.marks = roadmap.into_iter().map(|(mark, _)| mark).collect();
    if list.done {
        list.items.iter_mut().for_each(|item| item.done = true);
    }
    list.assumed.push("the tasks are carried out in their order".to_owned());
    list
}

fn scalar(source: &Source, key: &str) -> Option<String> {
    match &source.opened.front.as_ref()?.get(&[key])?.value {
        YamlNode::Scalar(scalar) => Some(scalar.text.trim().to_owned()),
        YamlNode::List(..) | YamlNode::Null(_) | YamlNode::Other(..) => None,
    }
}

fn values(source: &Source, key: &str) -> Vec<String> {
    let entry = source.opened.front.as_ref().and_then(|front| front.get(&[key]));
    match entry.map(|entry| &entry.value) {
        Some(YamlNode::List(items, ..)) => items.iter().map(|item| item.text.trim().to_owned()).collect(),
        Some(YamlNode::Scalar(scalar)) => {
            scalar.text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// Makes `02-01` of the phase and the plan, else takes it from the file name.
fn id(source: &Source) -> Option<String> {
    let number = |text: &str| {
        let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        Some(text[..end].to_owned()).filter(|number| !number.is_empty())
    };
    let phase = scalar(source, "phase").and_then(|phase| number(&phase));
    let plan = scalar(source, "plan").and_then(|plan| number(&plan));
    if let (Some(phase), Some(plan)) = (phase, plan) {
        return Some(format!("{phase:0>2}-{plan:0>2}"));
    }
    let name = source.path.file_name()?.to_str()?;
    name.strip_suffix("-PLAN.md").map(ToOwned::to_owned)
}

/// Returns what stands between a tag and its end.
fn tag(text: &str, name: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let open = part.find(&format!("<{name}"))?;
    let start = open + part[open..].find('>')? + 1;
    let length = part[start..].find(&format!("</{name}>"))?;
    Some(range.start + start..range.start + start + length)
}

fn task(source: &Source, open: usize, inside: &Range<usize>, number: usize, problems: &mut Vec<Problem>) -> TaskItem {
    let text = source.text();
    let part = |name: &str| tag(text, name, inside.clone());
    let named = part("name").map(|name| plain(&text[name])).unwrap_or_default();
    let (label_, title) = match named.strip_prefix("Task ").and_then(label) {
        Some((label, title)) => (label.to_owned(), title.to_owned()),
        None => (number.to_string(), named),
    };
    let title = if title.is_empty() { said_first(text, inside) } else { title };
    let files = part("files").map(|files| text[files].replace([',', '\n'], " ")).unwrap_or_default();
    let clean = |word: &str| crate::model::read::path::clean_path(word.trim_matches('`')).ok();
    let found: Vec<String> = files.split_whitespace().filter_map(clean).collect();
    let found = united(&found);
    let body: Vec<String> = ["action", "behavior", "verify", "done"]
        .iter()
        .filter_map(|name| Some((*name, part(name)?)))
        .map(|(name, inside)| {
            let said = dedented(&text[inside]);
            if name == "action" { said } else { format!("**{name}**: {}", said.trim()) }
        })
        .collect();
    let automated = part("verify").and_then(|verify| tag(text, "automated", verify));
    let gates = automated.map(|command| Gate {
        level: 3,
        text: String::new(),
        command: Some(words(text, command.clone())).filter(|command| !command.is_empty()),
        phase: None,
        span: command,
    });
    let head = &text[open..inside.start];
    let person = head.contains("checkpoint:");
    if person {
        problems.push(
            Problem::warning(
                "format::for_a_person",
                format!("task {label_} is a checkpoint for a person and is left out"),
            )
            .at(open..inside.start)
            .help("do it yourself when the rest is merged; `--optional` gives it to the agent"),
        );
    }
    TaskItem {
        label: label_,
        title,
        line: source.line(open),
        optional: person,
        files: if found.is_empty() { paths(&files) } else { found },
        body: body.join("\n\n"),
        gates: gates.into_iter().collect(),
        span: open..inside.start,
        ..TaskItem::default()
    }
}

/// Returns the first words of a task without a name.
fn said_first(text: &str, inside: &Range<usize>) -> String {
    let parts = ["what-built", "decision", "action", "how-to-verify", "instructions"];
    let said = parts.iter().find_map(|name| tag(text, name, inside.clone()));
    let line = said.and_then(|said| text[said].lines().map(plain).find(|line| !line.is_empty()));
    line.unwrap_or_else(|| "Task without a name".to_owned())
}

/// Finds the box of a plan in the roadmap, and whether it is ticked.
fn entry(roadmap: &Companion, id: &str) -> Option<(TaskMark, bool)> {
    let text = roadmap.text.as_deref()?;
    let found = find(text, id)?;
    let done = &text[found.clone()] != " ";
    Some((TaskMark { path: Some(roadmap.path.clone()), span: found, done: "x".to_owned() }, done))
}

/// Returns the inside of the box of a plan in the text of a roadmap.
pub(in crate::model::read::dialect) fn find(text: &str, id: &str) -> Option<Range<usize>> {
    let all = boxes(text, 0..text.len(), &[]);
    let mut flat = Vec::new();
    let mut rest: Vec<_> = all.iter().collect();
    while let Some(found) = rest.pop() {
        flat.push(found);
        rest.extend(&found.children);
    }
    flat.sort_by_key(|found| found.inside.start);
    let names = |found: &&&super::super::boxes::CheckBox| {
        let words = text[found.text.clone()].trim_start_matches(['*', '`', '[']);
        let rest = words.strip_prefix(id);
        rest.is_some_and(|rest| rest.starts_with("-PLAN") || rest.starts_with([':', ' ', '*', ']']))
    };
    flat.iter().find(names).map(|found| found.inside.clone())
}

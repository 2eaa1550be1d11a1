//! ralphex: a plan of `### Task N:` sections with boxes, and the commands that validate each of them.

use super::task_sections::{item, sections};
use crate::model::gate::Gate;
use crate::model::problem::Problem;
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{in_order, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::TaskList;
use crate::model::read::gate::{listed, script};
use crate::model::read::text::heading::{Heading, plain};
use crate::model::read::text::list_item::items;

/// Words besides `Task` that head a task.
const ALSO: [&str; 1] = ["iteration "];

/// Says how sure it is that a document is a plan of ralphex, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let boxes = source.lower.contains("- [ ]") || source.lower.contains("- [x]");
    if !boxes || sections(source, &ALSO).is_empty() {
        return 0;
    }
    let named = |name: &str| source.opened.reading.headings.iter().any(|heading| plain(&heading.text) == name);
    let validation = validation(source).is_some();
    // Sections that the tool makes and no other does.
    let own =
        ["development approach", "progress tracking", "implementation steps", "what goes where", "post-completion"];
    let own = own.iter().filter(|name| named(name)).count();
    match (validation, named("overview")) {
        (true, true) => 93,
        (true, _) => 88,
        _ if own > 1 || source.folders().contains("/.ralphex/") => 85,
        (_, true) if source.folders().contains("/docs/plans/") => 60,
        _ => 50,
    }
}

fn validation(source: &Source) -> Option<&Heading> {
    let headings = &source.opened.reading.headings;
    headings.iter().find(|heading| heading.level == 2 && plain(&heading.text) == "validation commands")
}

/// Reads the plan.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::Ralphex, source.path.clone(), source.text().to_owned());
    list.in_one_go = true;
    let title = source.title();
    list.title = title.map(|title| title.strip_prefix("Plan: ").unwrap_or(&title).to_owned());
    let all = sections(source, &ALSO);
    if let Some(first) = all.first() {
        list.intro = words(source.text(), source.opened.body()..first.heading.span.start);
    }
    if let Some(heading) = validation(source) {
        list.gates = gates(source, heading);
    }
    list.items = all.iter().map(|section| item(source, section)).collect();
    in_order(&mut list.items, problems);
    list.assumed.push("each task waits for the one before it".to_owned());
    list
}

fn gates(source: &Source, heading: &Heading) -> Vec<Gate> {
    let next = source
        .opened
        .reading
        .headings
        .iter()
        .find(|next| next.span.start > heading.span.start && next.level <= heading.level);
    let range = heading.span.end..next.map_or(source.masked().len(), |next| next.span.start);
    let items = items(source.masked(), range.clone());
    let said = items.iter().map(|item| listed(source.text(), item, 3)).filter(|gate| gate.command.is_some());
    let scripts = source.opened.reading.fences_in(&range).iter().filter_map(|fence| {
        let command = script(source.text(), fence)?;
        Some(Gate { level: 3, text: String::new(), command: Some(command), phase: None, span: fence.whole() })
    });
    said.chain(scripts).collect()
}

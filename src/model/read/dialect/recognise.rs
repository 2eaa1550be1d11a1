//! Which dialect a document is written in.

use std::collections::{HashMap, HashSet};

use super::format::Format;
use super::reader::{
    bmad, checklist, classic_prp, gsd, kiro, openspec, own_plan, ralphex, spec_kit, superpowers, taskmaster,
};
use super::source::Source;
use super::task_list::{TaskItem, TaskList};
use crate::model::problem::Problem;
use crate::model::read::own;

/// What a document was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    pub format: Format,
    /// Out of 100.
    pub confidence: u8,
    /// What it could be as well.
    pub others: Vec<Format>,
}

/// A reader: how sure it is, and what it reads.
struct Dialect {
    format: Format,
    recognise: fn(&Source) -> u8,
    read: fn(&Source, &mut Vec<Problem>) -> TaskList,
}

/// The readers. Of two that are equally sure the first one is taken, and the other is named.
const DIALECTS: [Dialect; 10] = [
    Dialect { format: Format::Taskmaster, recognise: taskmaster::recognise, read: taskmaster::read },
    Dialect { format: Format::Gsd, recognise: gsd::recognise, read: gsd::read },
    Dialect { format: Format::SpecKit, recognise: spec_kit::recognise, read: spec_kit::read },
    Dialect { format: Format::Kiro, recognise: kiro::recognise, read: kiro::read },
    Dialect { format: Format::OpenSpec, recognise: openspec::recognise, read: openspec::read },
    Dialect { format: Format::Bmad, recognise: bmad::recognise, read: bmad::read },
    Dialect { format: Format::Superpowers, recognise: superpowers::recognise, read: superpowers::read },
    Dialect { format: Format::Ralphex, recognise: ralphex::recognise, read: ralphex::read },
    Dialect { format: Format::ClassicPrp, recognise: classic_prp::recognise, read: classic_prp::read },
    Dialect { format: Format::Checklist, recognise: checklist::recognise, read: checklist::read },
];

/// Below this a document is none of the dialects.
const ENOUGH: u8 = 40;
/// Two readings that are nearer to each other than this are both named.
const CLOSE: u8 = 10;

/// Says what a document is; `None` when it is none of the dialects. One that has the marks of batchprp's own documents
/// is none, whatever else it looks like.
pub fn recognise(source: &Source) -> Option<Recognition> {
    let opened = &source.opened;
    if own::has_id(opened.front.as_ref()) || own::has_mega_phases(&opened.reading) {
        return None;
    }
    if own::plan_fields(&opened.reading).is_some_and(|names| own::are_of_a_plan(&names)) {
        return None;
    }
    let sure: Vec<(Format, u8)> = DIALECTS
        .iter()
        .map(|dialect| (dialect.format, (dialect.recognise)(source)))
        .filter(|(_, confidence)| *confidence >= ENOUGH)
        .collect();
    let best = sure.iter().map(|(_, confidence)| *confidence).max()?;
    let (format, confidence) = *sure.iter().find(|(_, confidence)| *confidence == best)?;
    let others = sure.iter().filter(|(other, near)| *other != format && near + CLOSE > confidence);
    // A list of boxes is what most dialects are.
    let others = others.map(|(other, _)| *other).filter(|other| *other != Format::Checklist).collect();
    Some(Recognition { format, confidence, others })
}

/// Reads a document in a format.
pub fn read_as(source: &Source, format: Format) -> (TaskList, Vec<Problem>) {
    let mut problems = Vec::new();
    problems.extend(source.problems.iter().filter(|problem| problem.code.starts_with("file::")).cloned());
    let read: fn(&Source, &mut Vec<Problem>) -> TaskList = match format {
        Format::Plan | Format::Prp => own_plan::read,
        _ => DIALECTS.iter().find(|dialect| dialect.format == format).map_or(checklist::read, |dialect| dialect.read),
    };
    let mut list = read(source, &mut problems);
    distinct(&mut list.items, &mut problems);
    lacking(&mut list, &mut problems);
    (list, problems)
}

/// Gives items a label of their own where two have the same one.
fn distinct(items: &mut [TaskItem], problems: &mut Vec<Problem>) {
    let mut seen: HashSet<String> = HashSet::with_capacity(items.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for item in items {
        if seen.insert(item.label.clone()) {
            continue;
        }
        // Counted on from where the last one of this label came to: many alike are no reason to start over each time.
        let number = numbers.entry(item.label.clone()).or_insert(1);
        let own = loop {
            *number += 1;
            let own = format!("{}-{number}", item.label);
            if !seen.contains(&own) {
                break own;
            }
        };
        problems.push(
            Problem::warning("format::duplicate_label", format!("the label `{}` is used twice", item.label))
                .at(item.span.clone())
                .help(format!("it is called `{own}` here; give it a label of its own")),
        );
        seen.insert(own.clone());
        item.label = own;
    }
}

/// Says what a list does not say, and what follows from it.
fn lacking(list: &mut TaskList, problems: &mut Vec<Problem>) {
    let place = list.items.first().map_or(0..0, |item| item.span.clone());
    if list.items.is_empty() {
        problems.push(
            Problem::error(
                "format::no_items",
                format!("there is nothing to carry out in this {} document", list.format),
            )
            .at(0..0)
            .help("`batchprp formats` says what is read; `--format` names another one"),
        );
        return;
    }
    if list.format.is_own() {
        return;
    }
    let gates = !list.gates.is_empty() || list.items.iter().any(|item| !item.gates.is_empty());
    if !gates {
        list.assumed.push("no gates: the commands of `[validate]` alone judge the work".to_owned());
    }
    let several = list.items.len() > 1 && !list.is_package;
    let files = list.items.iter().any(|item| !item.files.is_empty());
    if several && !files {
        list.assumed.push("no files: what two items change in one place shows only when they are merged".to_owned());
    }
    let words = match (gates, several && !files) {
        (true, false) => return,
        (false, false) => "gates",
        (true, true) => "files",
        (false, true) => "gates and files",
    };
    problems.push(
        Problem::warning("format::not_said", format!("the {} document names no {words}", list.format))
            .at(place)
            .help("it can be carried out all the same; `--explain-format` says what is assumed instead"),
    );
}

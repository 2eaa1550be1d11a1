//! What a reader from outside says about a document, and the list that follows from it.
//!
//! Such a reader knows lines and words, not bytes: a place is a line and a text on it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::boxes::{CheckBox, paths};
use super::format::Format;
use super::order::{chain, distinct, plain, settle};
use super::source::Source;
use super::task_list::{TaskItem, TaskList, TaskMark};
use crate::model::gate::Gate;
use crate::model::problem::Problem;
use crate::model::read::text::source::trim;

/// A document, as its reader tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Told {
    /// The first heading where nothing is said.
    pub title: Option<String>,
    /// The tool's own id of the document.
    pub id: Option<String>,
    /// The document is one work package, and its items are the phases of it.
    pub package: bool,
    /// The phases of an item are carried out in one go, with one checkpoint.
    pub in_one_go: bool,
    /// Everything is done, whatever the items say.
    pub done: bool,
    pub items: Vec<ToldItem>,
    /// What holds for all items.
    pub intro: String,
    /// Commands that must succeed for each item.
    pub gates: Vec<String>,
    /// Ids of documents that come first, where the document is a package.
    pub dependencies: Vec<String>,
    /// Documents that the agent is to read.
    pub context: Vec<String>,
    /// What says that the whole document is done.
    pub mark: Option<ToldMark>,
    /// What was assumed, one sentence each.
    pub assumed: Vec<String>,
    pub problems: Vec<ToldProblem>,
}

/// An item, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToldItem {
    /// Its place in the list where nothing is said.
    pub label: Option<String>,
    pub title: String,
    /// From 1.
    pub line: usize,
    pub done: bool,
    pub optional: bool,
    /// It may run beside its neighbours.
    pub parallel: bool,
    /// Labels; where no item says any, each waits for the one before it.
    pub dependencies: Option<Vec<String>>,
    /// Those that the title and the body name where nothing is said.
    pub files: Option<Vec<String>>,
    pub body: String,
    /// Commands that must succeed.
    pub gates: Vec<String>,
    pub phases: Vec<Self>,
    pub mark: Option<ToldMark>,
}

/// What is changed when something is done: `at` on a line becomes `done`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToldMark {
    /// That of the item where nothing is said.
    pub line: Option<usize>,
    pub at: String,
    pub done: String,
}

/// Something that is wrong with the document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToldProblem {
    /// It refuses the document.
    pub error: bool,
    pub message: String,
    /// The whole document is meant where nothing is said.
    pub line: Option<usize>,
    /// What on the line.
    pub at: Option<String>,
    pub help: Option<String>,
}

impl Told {
    /// Makes the list that follows from what was told.
    pub(super) fn list(self, source: &Source, format: Format, problems: &mut Vec<Problem>) -> TaskList {
        let mut list = TaskList::new(format, source.path.clone(), source.text().to_owned());
        let makes = Maker { source, format };
        for problem in &self.problems {
            problems.push(makes.problem(problem));
        }
        list.title = self.title.or_else(|| source.title());
        list.id = self.id;
        list.is_package = self.package;
        list.in_one_go = self.in_one_go;
        list.done = self.done;
        list.intro = self.intro;
        list.dependencies = self.dependencies;
        list.context = self.context.into_iter().map(Into::into).collect();
        list.beside.clone_from(&source.companions);
        list.gates = Maker::gates(&self.gates);
        list.assumed = self.assumed;
        list.marks = self.mark.iter().filter_map(|mark| makes.mark(mark, 0, self.done, problems)).collect();
        let says_order = self.items.iter().any(|item| item.dependencies.is_some());
        let items = self.items.into_iter().enumerate();
        list.items = items.map(|(at, item)| makes.item(item, &(at + 1).to_string(), problems)).collect();
        list.items.iter_mut().for_each(settle);
        distinct(&mut list.items, problems);
        unknown_needs(&mut list.items, problems);
        if !says_order {
            chain(&mut list.items);
            list.assumed.push("each item waits for the one before it".to_owned());
        }
        list
    }

    /// Returns the boxes of a document as the items that they would be on a plain list.
    pub fn of_boxes(source: &Source) -> Vec<ToldItem> {
        source.boxes().iter().enumerate().map(|(at, found)| of_box(source, found, &(at + 1).to_string())).collect()
    }
}

fn of_box(source: &Source, found: &CheckBox, fallback: &str) -> ToldItem {
    let text = &source.text()[found.text.clone()];
    let (label, title) = super::boxes::label(text).unwrap_or((fallback, text));
    let below = |at: usize, child: &CheckBox| of_box(source, child, &format!("{label}.{}", at + 1));
    let item = super::order::item_of(source, found, label, title, &|_, _| TaskItem::default());
    let inside = &source.text()[found.inside.clone()];
    let at = format!("[{inside}]");
    let done = if found.is_done() { at.clone() } else { "[x]".to_owned() };
    let mark = ToldMark { line: None, at, done };
    ToldItem {
        label: Some(item.label),
        title: item.title,
        line: item.line,
        done: found.is_done(),
        optional: item.optional,
        body: item.body,
        mark: Some(mark),
        phases: found.children.iter().enumerate().map(|(at, child)| below(at, child)).collect(),
        ..ToldItem::default()
    }
}

/// What is told, with the document that it is told about.
struct Maker<'a> {
    source: &'a Source,
    format: Format,
}

impl Maker<'_> {
    /// Returns a line, or a text on it; `None` when it is not there.
    fn place(&self, line: usize, at: Option<&str>) -> Option<Range<usize>> {
        let whole = self.source.lines.range(line, self.source.text())?;
        match at {
            None => Some(trim(self.source.text(), whole)),
            Some(at) => {
                let start = whole.start + self.source.text()[whole].find(at)?;
                Some(start..start + at.len())
            }
        }
    }

    fn item(&self, told: ToldItem, fallback: &str, problems: &mut Vec<Problem>) -> TaskItem {
        let label = told.label.filter(|label| !label.trim().is_empty()).unwrap_or_else(|| fallback.to_owned());
        let span = self.place(told.line, None);
        if span.is_none() {
            let message = format!("the item {label} is said to stand on line {}, which is not there", told.line);
            problems.push(
                Problem::error("format::reader", message)
                    .at(0..0)
                    .help(format!("mend the reader `{}`: lines are counted from 1", self.format)),
            );
        }
        let phases = told.phases.into_iter().enumerate();
        let phases: Vec<TaskItem> =
            phases.map(|(at, phase)| self.item(phase, &format!("{label}.{}", at + 1), problems)).collect();
        let said = told.files.is_some();
        let mut files = told.files.unwrap_or_default();
        if !said {
            files = paths(&format!("{}\n{}", told.title, told.body));
            files.extend(phases.iter().flat_map(|phase| phase.files.clone()));
        }
        let mut seen = std::collections::HashSet::new();
        files.retain(|file| crate::model::read::clean_path(file).is_ok() && seen.insert(file.clone()));
        TaskItem {
            title: plain(&told.title),
            line: told.line,
            done: told.done,
            optional: told.optional,
            parallel: told.parallel,
            dependencies: told.dependencies.unwrap_or_default(),
            files,
            phases,
            body: told.body,
            gates: Self::gates(&told.gates),
            span: span.unwrap_or(0..0),
            mark: told.mark.and_then(|mark| self.mark(&mark, told.line, told.done, problems)),
            label,
        }
    }

    /// What is done may have its mark already, in the place of what stood there.
    fn mark(&self, told: &ToldMark, line: usize, done: bool, problems: &mut Vec<Problem>) -> Option<TaskMark> {
        let line = told.line.unwrap_or(line);
        let place = self.place(line, Some(&told.at)).filter(|place| !place.is_empty());
        if place.is_none() && !done {
            let message = format!("the mark `{}` is not on line {line}: nothing can be written back", told.at);
            problems.push(
                Problem::warning("format::no_mark", message)
                    .at(self.place(line, None).unwrap_or(0..0))
                    .help(format!("mend the reader `{}`: `at` is what stands there now", self.format)),
            );
        }
        Some(TaskMark { path: None, span: place?, done: told.done.clone() })
    }

    fn gates(commands: &[String]) -> Vec<Gate> {
        let gate = |command: &String| Gate {
            level: 3,
            text: String::new(),
            command: Some(command.clone()),
            phase: None,
            span: 0..0,
        };
        commands.iter().filter(|command| !command.trim().is_empty()).map(gate).collect()
    }

    fn problem(&self, told: &ToldProblem) -> Problem {
        let place = told.line.and_then(|line| {
            let at = told.at.as_deref().filter(|at| !at.is_empty());
            self.place(line, at).or_else(|| self.place(line, None))
        });
        let make = if told.error { Problem::error } else { Problem::warning };
        let help = told.help.clone().unwrap_or_else(|| format!("the reader `{}` says so", self.format));
        make("format::said", told.message.clone()).at(place.unwrap_or(0..0)).help(help)
    }
}

/// Takes out what is waited for and is not there: nobody could ever go on.
fn unknown_needs(items: &mut [TaskItem], problems: &mut Vec<Problem>) {
    let known: std::collections::HashSet<String> = items.iter().map(|item| item.label.clone()).collect();
    for item in items {
        let own = item.label.clone();
        for label in item.dependencies.iter().filter(|label| !known.contains(*label) || **label == own) {
            let message = if *label == own {
                format!("{own} waits for itself")
            } else {
                format!("{own} waits for {label}, which is not there")
            };
            problems.push(
                Problem::error("format::unknown_dependency", message)
                    .at(item.span.clone())
                    .help("take it out of the dependencies, or add the item"),
            );
        }
        item.dependencies.retain(|label| known.contains(label) && *label != own);
    }
}

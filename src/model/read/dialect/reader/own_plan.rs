//! A plan of batchprp's own as a task list, so that it can be carried out without PRPs.

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::{CheckBox, boxes};
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{item_of, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};
use crate::model::read::plan::reader::plan;

/// Reads the plan.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let (plan, found) = plan(&source.path, source.text().as_bytes());
    problems.extend(found);
    let mut list = TaskList::new(Format::Plan, source.path.clone(), source.text().to_owned());
    list.in_one_go = true;
    list.title = plan.title;
    list.intro = plan.intro;
    let leaf = |_: usize, _: &CheckBox| TaskItem::default();
    list.items = plan
        .phases
        .into_iter()
        .map(|phase| {
            let found = boxes(source.masked(), phase.span.clone(), &source.opened.reading.headings);
            let step = |(at, found): (usize, &CheckBox)| {
                item_of(source, found, &(at + 1).to_string(), &source.text()[found.text.clone()], &leaf)
            };
            TaskItem {
                label: phase.label,
                title: phase.title,
                line: phase.line,
                done: phase.done,
                dependencies: phase.dependencies.into_iter().map(|reference| reference.label).collect(),
                files: phase.files,
                phases: found.iter().enumerate().map(step).collect(),
                body: words(source.text(), phase.heading.end..phase.span.end),
                gates: phase.gates,
                span: phase.heading,
                ..TaskItem::default()
            }
        })
        .collect();
    list
}

//! superpowers: an implementation plan of `### Task N:` sections with files and small steps.

use super::task_sections::{item, sections};
use crate::model::problem::Problem;
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::{in_order, words};
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::TaskList;

/// Says how sure it is that a document is a plan of superpowers, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    if sections(source, &[]).is_empty() {
        return 0;
    }
    let lower = &source.lower;
    if lower.contains("superpowers:") || source.folders().contains("/superpowers/plans/") {
        return 96;
    }
    let head = lower.contains("**architecture:**") && lower.contains("**tech stack:**");
    let steps = lower.contains("**step 1:");
    let files = ["- create: `", "- modify: `", "- test: `"].iter().filter(|mark| lower.contains(**mark)).count();
    match (head, steps, files) {
        (true, true, _) | (true, _, 1..) => 90,
        (_, true, 1..) => 80,
        (_, true, _) | (true, ..) | (_, _, 2..) => 65,
        // Tasks with boxes alone may be either of two tools.
        _ if lower.contains("- [ ]") || lower.contains("- [x]") => 50,
        _ => 0,
    }
}

/// Reads the plan.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let mut list = TaskList::new(Format::Superpowers, source.path.clone(), source.text().to_owned());
    list.in_one_go = true;
    let title = source.title();
    list.title = title.map(|title| title.strip_suffix(" Implementation Plan").unwrap_or(&title).to_owned());
    let all = sections(source, &[]);
    if let Some(first) = all.first() {
        list.intro = words(source.text(), source.opened.body()..first.heading.span.start);
    }
    list.items = all.iter().map(|section| item(source, section)).collect();
    in_order(&mut list.items, problems);
    list.assumed.push("each task waits for the one before it".to_owned());
    list
}

//! The order of a list as dependencies, where a dialect says none.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::boxes::{CheckBox, dedented, paths};
use super::source::Source;
use super::task_list::TaskItem;
use crate::model::problem::Problem;
use crate::model::read::text::source::trim;

/// Makes every item without dependencies of its own wait for the one before it. Items that may run beside their
/// neighbours wait for the last one before their group that may not, and the next one after it waits for all of them.
pub(super) fn chain(items: &mut [TaskItem]) {
    let mut last: Option<String> = None;
    let mut group: Vec<String> = Vec::new();
    for item in items {
        let label = item.label.clone();
        if item.parallel {
            if item.dependencies.is_empty() {
                item.dependencies.extend(last.clone());
            }
            group.push(label);
        } else {
            if item.dependencies.is_empty() {
                item.dependencies =
                    if group.is_empty() { last.into_iter().collect() } else { std::mem::take(&mut group) };
            }
            group.clear();
            last = Some(label);
        }
    }
}

/// Gives items a label of their own where two have the same one.
pub(super) fn distinct(items: &mut [TaskItem], problems: &mut Vec<Problem>) {
    // Most items have one part or none: nothing can be used twice.
    if items.len() < 2 {
        return items.iter_mut().for_each(|item| distinct(&mut item.phases, problems));
    }
    let mut seen: HashSet<String> = HashSet::with_capacity(items.len());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for item in items {
        distinct(&mut item.phases, problems);
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

/// Returns the files of several lists, each once, in the order in which they are first named.
pub(super) fn united<'f>(files: impl IntoIterator<Item = &'f String>) -> Vec<String> {
    let mut seen = HashSet::new();
    files.into_iter().filter(|file| seen.insert(*file)).cloned().collect()
}

/// Gives items labels of their own, and makes each wait for the one before it as `chain` does.
pub(super) fn in_order(items: &mut [TaskItem], problems: &mut Vec<Problem>) {
    distinct(items, problems);
    chain(items);
}

/// Makes an item of a box: its label and title as given, its body without the boxes below it, which become phases.
pub(super) fn item_of(
    source: &Source,
    found: &CheckBox,
    label: &str,
    title: &str,
    below: &dyn Fn(usize, &CheckBox) -> TaskItem,
) -> TaskItem {
    let end = found.children.first().map_or(found.body.end, |child| line_start(source.text(), child.inside.start));
    let body = dedented(&source.text()[found.body.start..end.max(found.body.start)]);
    let phases: Vec<TaskItem> = found.children.iter().enumerate().map(|(at, child)| below(at, child)).collect();
    let own = [paths(&source.text()[found.text.clone()]), paths(&body)].concat();
    let files = united(own.iter().chain(phases.iter().flat_map(|phase| &phase.files)));
    TaskItem {
        label: label.to_owned(),
        title: plain(title),
        line: source.line(found.inside.start),
        done: found.is_done(),
        optional: found.starred,
        files,
        phases,
        body,
        span: found.text.clone(),
        mark: Some(found.mark()),
        ..TaskItem::default()
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Returns a title without emphasis around it and back-ticks in it.
pub(super) fn plain(title: &str) -> String {
    let marked = memchr::memchr2(b'*', b'`', title.as_bytes()).is_some();
    let title = if marked { title.replace("**", "").replace('`', "").into() } else { Cow::Borrowed(title) };
    let mut title = title.trim();
    // `__init__.py` and `_soon_: more` are no emphasis as a whole.
    while let Some(inner) = ['*', '_'].iter().find_map(|mark| title.strip_prefix(*mark)?.strip_suffix(*mark)) {
        title = inner.trim();
    }
    title.to_owned()
}

/// What is said of an item, when its own box and those below it disagree: a ticked box speaks for all below it.
pub(super) fn settle(item: &mut TaskItem) {
    if item.done {
        item.phases.iter_mut().for_each(all_done);
    } else if !item.phases.is_empty() {
        item.phases.iter_mut().for_each(settle);
        let mut needed = item.phases.iter().filter(|phase| !phase.optional).peekable();
        item.done = needed.peek().is_some() && needed.all(|phase| phase.done);
    }
}

fn all_done(item: &mut TaskItem) {
    item.done = item.done || !item.optional;
    item.phases.iter_mut().for_each(all_done);
}

/// Returns the Markdown between two places without white space at its ends.
pub(super) fn words(text: &str, range: Range<usize>) -> String {
    text[trim(text, range)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_dependency_unless_items_may_run_beside_each_other() {
        let item = |label: &str, parallel: bool| TaskItem { label: label.to_owned(), parallel, ..TaskItem::default() };
        let mut items =
            [item("1", false), item("2", true), item("3", true), item("4", false), item("5", false), item("6", true)];
        items[4].dependencies = vec!["1".to_owned()];
        chain(&mut items);
        let needs: Vec<String> = items.iter().map(|item| item.dependencies.join("+")).collect();
        assert_eq!(needs, ["", "1", "1", "2+3", "1", "5"]);
    }

    #[test]
    fn a_ticked_box_speaks_for_what_is_below_it_and_all_below_for_it() {
        let leaf = |done, optional| TaskItem { done, optional, ..TaskItem::default() };
        let item = |done, phases| TaskItem { done, phases, ..TaskItem::default() };
        let mut above = item(true, vec![leaf(false, false), leaf(false, true)]);
        settle(&mut above);
        assert_eq!(above.phases.iter().map(|phase| phase.done).collect::<Vec<_>>(), [true, false]);
        let mut below = item(false, vec![leaf(true, false), leaf(false, true)]);
        settle(&mut below);
        assert!(below.done);
        let mut open = item(false, vec![leaf(true, false), leaf(false, false)]);
        settle(&mut open);
        assert!(!open.done);
    }
}

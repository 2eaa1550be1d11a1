//! A list as a plan from which `gen` writes PRPs.

use std::collections::HashSet;

use super::task_list::{TaskItem, TaskList};
use crate::model::plan::{PhaseRef, Plan, PlanPhase};

/// Makes the plan: each item is a phase, what is below it are its steps.
pub fn to_plan(list: &TaskList, with_optional: bool) -> Plan {
    let mut text = String::new();
    let wanted = |item: &&TaskItem| with_optional || !item.optional;
    let items: Vec<&TaskItem> = list.items.iter().filter(wanted).collect();
    let known: HashSet<&str> = items.iter().map(|item| item.label.as_str()).collect();
    // Behind a task without dependencies of its own a package keeps its order.
    let before = |at: usize| items.get(at.checked_sub(1)?).filter(|_| list.is_package).map(|item| item.label.as_str());
    let phases = items
        .iter()
        .enumerate()
        .map(|(at, item)| phase(list, item, before(at), &known, with_optional, &mut text))
        .collect();
    Plan {
        path: list.path.clone(),
        title: list.title.clone(),
        intro: list.intro.clone(),
        phases,
        sub_plans: Vec::new(),
        format: Some(list.format),
        assumed: list.assumed.clone(),
        text,
    }
}

fn phase(
    list: &TaskList,
    item: &TaskItem,
    before: Option<&str>,
    known: &HashSet<&str>,
    with_optional: bool,
    text: &mut String,
) -> PlanPhase {
    let start = text.len();
    text.push_str(&["### Phase ", &item.label, ": ", &item.title].concat());
    let heading = start..text.len();
    text.push_str(&["\n\n", item.body.trim_end(), "\n\n"].concat());
    let below: Vec<&TaskItem> =
        item.phases.iter().filter(|step| (with_optional || !step.optional) && !step.done).collect();
    for step in &below {
        text.push_str(&["- ", &step.label, " ", &step.title, "\n"].concat());
        for line in step.body.lines() {
            text.push_str(&["  ", line, "\n"].concat());
        }
    }
    text.push('\n');
    let first =
        item.body.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['-', '*', '#', '`']));
    let steps: Vec<String> = if below.is_empty() {
        vec![item.title.clone()]
    } else {
        below.iter().map(|step| format!("{} {}", step.label, step.title)).collect()
    };
    let needs = item.dependencies.iter().map(String::as_str).chain(before);
    PlanPhase {
        label: item.label.clone(),
        title: item.title.clone(),
        line: item.line,
        heading,
        span: start..text.len(),
        goal: Some(first.unwrap_or(&item.title).to_owned()),
        files: item.files.clone(),
        dependencies: needs
            .filter(|label| known.contains(label))
            .map(|label| PhaseRef { label: label.to_owned(), span: 0..0 })
            .collect(),
        steps,
        gates: list.gates.iter().chain(&item.gates).cloned().collect(),
        done: item.done || list.done,
        ..PlanPhase::default()
    }
}

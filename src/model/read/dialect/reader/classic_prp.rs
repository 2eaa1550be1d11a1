//! The classic PRP: goal, context, an implementation blueprint with `Task N:` in a YAML fence, and a validation loop.

use crate::model::problem::Problem;
use crate::model::read::dialect::boxes::paths;
use crate::model::read::dialect::format::Format;
use crate::model::read::dialect::order::words;
use crate::model::read::dialect::source::Source;
use crate::model::read::dialect::task_list::{TaskItem, TaskList};
use crate::model::read::prp::reader::prp;
use crate::model::read::text::heading::plain;

/// Says how sure it is that a document is a classic PRP, out of 100.
pub(in crate::model::read::dialect) fn recognise(source: &Source) -> u8 {
    let headings = &source.opened.reading.headings;
    let named = |name: &str| headings.iter().any(|heading| heading.level == 2 && plain(&heading.text) == name);
    if !named("implementation blueprint") {
        return 0;
    }
    let known = ["all needed context", "validation loop", "final validation checklist", "why", "what"];
    match known.iter().filter(|name| named(name)).count() {
        2.. => 92,
        1 => 75,
        _ => 0,
    }
}

/// Reads the line `name: "Title"` that some have at their top without the marks of a frontmatter.
fn name(text: &str) -> Option<String> {
    let line = text.lines().take(5).find_map(|line| line.trim_start_matches('\u{feff}').strip_prefix("name:"))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
}

/// Reads the PRP.
pub(in crate::model::read::dialect) fn read(source: &Source, problems: &mut Vec<Problem>) -> TaskList {
    let (prp, found) = prp(&source.path, source.text().as_bytes());
    // It has no id of its own: it gets one when it is carried out.
    // Of two tasks with one number the second gets another.
    let given = ["prp::missing_id", "prp::missing_title", "prp::duplicate_phase"];
    problems.extend(found.into_iter().filter(|problem| !given.contains(&problem.code)));
    let mut list = TaskList::new(Format::ClassicPrp, source.path.clone(), source.text().to_owned());
    list.is_package = true;
    list.title = prp
        .title
        .clone()
        .or_else(|| name(&prp.text))
        .or_else(|| source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    list.items = prp
        .phases
        .iter()
        .map(|phase| {
            let body = words(&prp.text, phase.heading.end..phase.span.end);
            TaskItem {
                label: phase.label.clone(),
                title: phase.title.clone(),
                line: phase.line,
                files: paths(&format!("{} {body}", phase.title)),
                body,
                span: phase.heading.clone(),
                ..TaskItem::default()
            }
        })
        .collect();
    let blueprint = prp.sections.iter().find(|section| plain(&section.title) == "implementation blueprint");
    let end = blueprint.map_or(prp.text.len(), |section| section.heading.start);
    list.intro = words(&prp.text, source.opened.body()..end);
    list.gates = prp.gates.into_iter().filter(|gate| gate.phase.is_none()).collect();
    list.assumed.push("the tasks are carried out in their order".to_owned());
    list
}

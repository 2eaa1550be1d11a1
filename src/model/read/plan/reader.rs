//! Reads a plan.

use std::path::Path;

use super::check::check;
use super::phase::{PhaseDraft, draft};
use super::sub_plan::sub_plans;
use crate::model::plan::{Plan, PlanPhase};
use crate::model::problem::Problem;
use crate::model::read::kind_of_file::not_a_document;
use crate::model::read::opened::Opened;
use crate::model::read::phase_section;
use crate::model::read::text::frontmatter::Frontmatter;
use crate::model::read::text::heading::Heading;
use crate::model::read::text::reading::Reading;
use crate::model::read::text::source::LineIndex;
use crate::model::read::text::yaml::YamlNode;

/// Reads a plan and says everything that is wrong with it. `path` is kept, not opened.
pub fn plan(path: &Path, bytes: &[u8]) -> (Plan, Vec<Problem>) {
    if let Some(problem) = not_a_document(path, bytes) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return (Plan { path: path.to_owned(), text, ..Plan::default() }, vec![problem]);
    }
    let mut problems = Vec::new();
    let opened = Opened::of(bytes, &mut problems);
    (read(path, opened, &mut problems), problems)
}

/// Reads a plan whose outline is known.
pub(crate) fn read(path: &Path, opened: Opened, problems: &mut Vec<Problem>) -> Plan {
    let body = opened.body();
    let Opened { text, front, reading } = opened;
    reading.problems(&text, phase_section::plan, problems);
    let sub_plans = sub_plans(&reading.masked, &reading.headings, problems);
    let drafts = drafts(&text, &reading, problems);
    if drafts.is_empty() && sub_plans.is_empty() {
        problems.push(
            Problem::error("plan::no_phases", "the plan has no phases")
                .at(first_heading(&text, &reading))
                .help("write each phase as a section `### Phase 1: Name` outside of any code fence"),
        );
    }
    let phases: Vec<PlanPhase> = check(&text, drafts, problems);
    // A word that every phase has is told once.
    let mut told = std::collections::HashSet::new();
    problems.retain(|problem| problem.code != "plan::unknown_field" || told.insert(problem.message.clone()));
    let title = title(front.as_ref(), &reading.headings);
    let intro = intro(&text, body, &reading.headings);
    Plan { path: path.to_owned(), text, title, intro, phases, sub_plans, format: None, assumed: Vec::new() }
}

fn drafts(text: &str, reading: &Reading, problems: &mut Vec<Problem>) -> Vec<PhaseDraft> {
    let headings = &reading.headings;
    let Some(section) = phase_section::plan(headings, text.len()) else { return Vec::new() };
    let index = LineIndex::new(text);
    let mut drafts = Vec::with_capacity(section.phases.len());
    for (number, at) in section.phases.iter().enumerate() {
        let heading = &headings[*at];
        let limit = section.phases.get(number + 1).copied().unwrap_or(headings.len());
        let above = (at + 1..limit).find(|next| headings[*next].level <= heading.level).unwrap_or(limit);
        let end = headings.get(above).map_or(section.span.end, |next| next.span.start).min(section.span.end);
        let inner = &headings[at + 1..above];
        let line = index.line(heading.span.start);
        drafts.push(draft(text, reading, heading, inner, heading.span.start..end, line, problems));
    }
    drafts
}

/// Returns the place of a problem that concerns the whole document: its first heading, else its first line.
pub(crate) fn first_heading(text: &str, reading: &Reading) -> std::ops::Range<usize> {
    let first = || crate::model::read::text::source::lines(text, 0..text.len()).next().unwrap_or(0..0);
    reading.headings.first().map_or_else(first, |heading| heading.span.clone())
}

fn title(front: Option<&Frontmatter>, headings: &[Heading]) -> Option<String> {
    let entry = front.and_then(|front| front.get(&["title", "name"]));
    let named = entry.and_then(|entry| match &entry.value {
        YamlNode::Scalar(scalar) => Some(scalar.text.trim().to_owned()),
        YamlNode::Null(_) | YamlNode::List(..) | YamlNode::Other(..) => None,
    });
    let heading = || headings.iter().find(|heading| heading.level == 1).map(|heading| heading.text.trim().to_owned());
    heading().or(named).filter(|title| !title.is_empty())
}

fn intro(text: &str, body: usize, headings: &[Heading]) -> String {
    let title = headings.first().filter(|heading| heading.level == 1);
    let start = title.map_or(body, |heading| heading.span.end);
    let next = headings.get(usize::from(title.is_some()));
    let end = next.map_or(text.len(), |heading| heading.span.start);
    text[start..end.max(start)].trim().to_owned()
}

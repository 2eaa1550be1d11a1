//! The phases of a PRP.

use std::collections::HashMap;

use crate::model::phase::Phase;
use crate::model::problem::Problem;
use crate::model::read::phase_heading::{HeadingKind, PhaseHeading};
use crate::model::read::phase_section::{self, PhaseSection};
use crate::model::read::text::heading::Heading;
use crate::model::read::text::reading::Reading;
use crate::model::read::text::source::lines;

/// Reads the phases and says what keeps a PRP from being carried out.
pub(crate) fn phases(text: &str, reading: &Reading, problems: &mut Vec<Problem>) -> Vec<Phase> {
    let headings = &reading.headings;
    let Some(section) = phase_section::implementation(headings, text.len()) else {
        problems.push(no_section(text, reading));
        return Vec::new();
    };
    let mut found = Vec::with_capacity(section.phases.len());
    let (mut line, mut counted) = (1, 0);
    for (number, at) in section.phases.iter().enumerate() {
        let heading = &headings[*at];
        let Some(label) = &heading.phase else { continue };
        let end = section.phases.get(number + 1).map_or(section.span.end, |next| headings[*next].span.start);
        line += lines_between(text, counted, heading.span.start);
        counted = heading.span.start;
        found.push(Phase {
            label: label.label.clone(),
            ordinal: u32::try_from(number + 1).unwrap_or(u32::MAX),
            title: label.title.clone(),
            minutes: label.minutes,
            line,
            heading: heading.span.clone(),
            span: heading.span.start..end,
        });
    }
    if found.is_empty() {
        found = listed_tasks(text, reading, &section);
        if let Some(first) = found.first() {
            problems.push(
                Problem::warning("prp::step_headings", "the tasks of a code block are taken as phases")
                    .at(first.heading.clone())
                    .help("write them as sections `### Phase 1: …` to give each a text of its own"),
            );
            duplicates(&found, problems);
            return found;
        }
        return single(text, reading, &section, problems);
    }
    instead(&headings[section.phases[0]], problems);
    duplicates(&found, problems);
    found
}

/// Reads the lines `Task 1: …` in code blocks of a section, as the classic PRP has its tasks.
fn listed_tasks(text: &str, reading: &Reading, section: &PhaseSection) -> Vec<Phase> {
    let mut found: Vec<Phase> = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for fence in reading.fences_in(&section.span) {
        let first = found.len();
        for place in lines(text, fence.body.clone()) {
            let content = text[place.clone()].trim_end();
            let Some(heading) = PhaseHeading::read(content).filter(|heading| heading.kind == HeadingKind::Task) else {
                continue;
            };
            if !content.starts_with(['T', 't']) {
                continue;
            }
            let start = place.start;
            if let Some(last) = found[first..].last_mut() {
                last.span.end = start;
            }
            line += lines_between(text, counted, start);
            counted = start;
            let below = || text[place.end..fence.body.end].lines().map(str::trim).find(|line| !line.is_empty());
            let title = if heading.title.is_empty() { below().unwrap_or_default() } else { heading.title.as_str() };
            found.push(Phase {
                label: heading.label,
                ordinal: u32::try_from(found.len() + 1).unwrap_or(u32::MAX),
                title: title.trim_end_matches(':').to_owned(),
                minutes: heading.minutes,
                line,
                heading: place,
                span: start..fence.body.end,
            });
        }
    }
    found
}

/// Counts the line ends from one offset to another.
fn lines_between(text: &str, from: usize, to: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[from..to.max(from)]).count()
}

/// Names the sections that could have been meant.
fn no_section(text: &str, reading: &Reading) -> Problem {
    let sections = phase_section::sections_with_phases(&reading.headings);
    let names = sections.iter().map(|section| format!("`{}`", section.text)).collect::<Vec<_>>().join(", ");
    let problem = match sections.as_slice() {
        [] => Problem::error("prp::no_implementation", "there is no implementation section")
            .at(crate::model::read::plan::reader::first_heading(text, reading)),
        [first, others @ ..] => {
            let message = format!("there is no implementation section; phases stand under {names}");
            let problem = Problem::error("prp::no_implementation", message).at(first.span.clone());
            others.iter().fold(problem, |problem, section| problem.label(section.span.clone(), "holds phases as well"))
        }
    };
    problem.help("call the section that is to be carried out `## Implementation`, with `### Phase 1: Title` below it")
}

/// Takes a section without phases as one phase.
fn single(text: &str, reading: &Reading, section: &PhaseSection, problems: &mut Vec<Problem>) -> Vec<Phase> {
    let Some(heading) = section.heading.and_then(|at| reading.headings.get(at)) else { return Vec::new() };
    if text[section.span.clone()].trim().is_empty() {
        problems.push(
            Problem::error("prp::no_phases", format!("the section `{}` is empty", heading.text))
                .at(heading.span.clone())
                .help("write each phase as `### Phase 1: Title (30 minutes)` below it"),
        );
        return Vec::new();
    }
    problems.push(
        Problem::warning("prp::single_phase", format!("the section `{}` is taken as one phase", heading.text))
            .at(heading.span.clone())
            .help("divide it into sections `### Phase 1: Title` to get a checkpoint after each"),
    );
    vec![Phase {
        label: "1".to_owned(),
        ordinal: 1,
        title: heading.text.clone(),
        minutes: None,
        line: 1 + lines_between(text, 0, heading.span.start),
        heading: heading.span.clone(),
        span: heading.span.start..section.span.end.max(heading.span.end).min(text.len()),
    }]
}

fn instead(first: &Heading, problems: &mut Vec<Problem>) {
    let word = match first.phase.as_ref().map(|phase| phase.kind) {
        Some(HeadingKind::Step) => "Step",
        Some(HeadingKind::Task) => "Task",
        Some(HeadingKind::Phase | HeadingKind::MegaPhase) | None => return,
    };
    problems.push(
        Problem::warning("prp::step_headings", format!("`{word}` headings are taken as phases"))
            .at(first.span.clone())
            .help(format!("call them `### Phase 1: …` instead of `### {word} 1: …`")),
    );
}

fn duplicates(phases: &[Phase], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<String, &Phase> = HashMap::with_capacity(phases.len());
    for phase in phases {
        match seen.get(&phase.label.to_ascii_lowercase()) {
            None => {
                seen.insert(phase.label.to_ascii_lowercase(), phase);
            }
            Some(first) => problems.push(
                Problem::error("prp::duplicate_phase", format!("the label `{}` is used by two phases", phase.label))
                    .at(phase.heading.clone())
                    .label(first.heading.clone(), "first used here")
                    .help("give every phase a label of its own, such as `2A`"),
            ),
        }
    }
}

//! Which headings of a document are its phases.

use std::ops::Range;

use super::phase_heading::HeadingKind;
use super::text::heading::{Heading, plain};

/// The section that holds the phases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PhaseSection {
    /// Index of its heading; `None` when the whole document is meant.
    pub(crate) heading: Option<usize>,
    /// From behind its heading to its end.
    pub(crate) span: Range<usize>,
    /// Indices of the headings of the phases.
    pub(crate) phases: Vec<usize>,
}

/// Section titles that are the implementation without doubt.
const EXACT: [&str; 8] = [
    "implementation",
    "implementation steps",
    "implementation plan",
    "implementation blueprint",
    "implementation phases",
    "implementation tasks",
    "phases",
    "tasks",
];

/// Finds the implementation section of a PRP; `end` is the length of the document.
pub(crate) fn implementation(headings: &[Heading], end: usize) -> Option<PhaseSection> {
    let sections = sections(headings, end);
    let (exact, others): (Vec<_>, Vec<_>) =
        sections.into_iter().partition(|section| EXACT.contains(&section.1.as_str()));
    let similar: Vec<_> = others.into_iter().filter(|section| section.1.contains("implement")).collect();
    let candidates = |found: Vec<(usize, String, Range<usize>)>| -> Vec<PhaseSection> {
        found.into_iter().map(|(heading, _, span)| inside(headings, heading, span)).collect()
    };
    let (exact, similar) = (candidates(exact), candidates(similar));
    let counts = |section: &&PhaseSection, phases: bool| {
        let first = section.phases.first().and_then(|at| headings[*at].phase.as_ref());
        first.is_some_and(|heading| (heading.kind == HeadingKind::Phase) == phases)
    };
    // An empty section of the right name does not hide a later one that has the phases.
    let best = [(&exact, true), (&exact, false), (&similar, true), (&similar, false)];
    let found = best.into_iter().find_map(|(found, phases)| found.iter().find(|section| counts(section, phases)));
    found.or(exact.first()).or(similar.first()).cloned()
}

/// Finds the phases of a plan: those of `## Phases`, else those of the whole document.
pub(crate) fn plan(headings: &[Heading], end: usize) -> Option<PhaseSection> {
    let named = |title: &str| title == "phases" || title.ends_with(" phases");
    let sections = sections(headings, end).into_iter().filter(|section| named(&section.1));
    let mut candidates = sections.map(|(heading, _, span)| inside(headings, heading, span));
    let has_phases = |section: &PhaseSection| {
        let first = section.phases.first().and_then(|at| headings[*at].phase.as_ref());
        first.is_some_and(|heading| heading.kind == HeadingKind::Phase)
    };
    candidates.find(has_phases).or_else(|| {
        let phases = shallowest(headings, 0..headings.len(), 2, |kind| kind == HeadingKind::Phase);
        (!phases.is_empty()).then_some(PhaseSection { heading: None, span: 0..end, phases })
    })
}

/// Returns the titles of the second-level sections that hold phase headings.
pub(crate) fn sections_with_phases(headings: &[Heading]) -> Vec<&Heading> {
    let mut section = None;
    let mut found: Vec<&Heading> = Vec::new();
    for heading in headings {
        let phase = heading.phase.as_ref().is_some_and(|phase| phase.kind == HeadingKind::Phase);
        if heading.level == 2 {
            section = (!phase).then_some(heading);
        }
        if let Some(section) =
            section.filter(|section| phase && !found.last().is_some_and(|last| last.span == section.span))
        {
            found.push(section);
        }
    }
    found
}

/// Returns index, words and inner range of all second-level sections.
fn sections(headings: &[Heading], end: usize) -> Vec<(usize, String, Range<usize>)> {
    let all: Vec<_> = headings.iter().enumerate().filter(|(_, heading)| heading.level == 2).collect();
    let next = |at: usize| all.get(at + 1).map_or(end, |(_, heading)| heading.span.start);
    let section = |(at, (index, heading)): (usize, &(usize, &Heading))| {
        (*index, plain(&heading.text), heading.span.end..next(at))
    };
    all.iter().enumerate().map(section).collect()
}

/// Finds the phases inside one section, else its steps or tasks.
fn inside(headings: &[Heading], heading: usize, span: Range<usize>) -> PhaseSection {
    let from = heading + 1;
    let to = from + headings[from..].partition_point(|other| other.span.start < span.end);
    let mut phases = shallowest(headings, from..to, 3, |kind| kind == HeadingKind::Phase);
    if phases.is_empty() {
        let first = headings[from..to].iter().find_map(|other| other.phase.as_ref().map(|phase| phase.kind));
        phases = shallowest(headings, from..to, 3, |kind| Some(kind) == first && kind != HeadingKind::MegaPhase);
    }
    PhaseSection { heading: Some(heading), span, phases }
}

/// Returns the headings of a kind on the shallowest level that has any.
fn shallowest(headings: &[Heading], range: Range<usize>, from: u8, wanted: impl Fn(HeadingKind) -> bool) -> Vec<usize> {
    let fits = |at: &usize| {
        let heading = &headings[*at];
        heading.level >= from && heading.phase.as_ref().is_some_and(|phase| wanted(phase.kind))
    };
    let found: Vec<usize> = range.filter(fits).collect();
    let level = found.iter().map(|at| headings[*at].level).min();
    found.into_iter().filter(|at| Some(headings[*at].level) == level).collect()
}

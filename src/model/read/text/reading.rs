//! The two readings of a document, by `CommonMark` and by the fence stack, and whether they agree about the phases.

use std::ops::Range;

use super::fence::{Fence, blank, fences, flat_fences};
use super::heading::{Heading, headings, phase_lines, underlined};
use super::source::bom;
use crate::model::problem::Problem;
use crate::model::read::phase_section::PhaseSection;

/// A document without its frontmatter and its code.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The text with frontmatter and fenced blocks blank; offsets are those of the document.
    pub(crate) masked: String,
    pub(crate) fences: Vec<Fence>,
    pub(crate) headings: Vec<Heading>,
    /// Headings without nesting of fences, and as `CommonMark` has them, where these may differ.
    others: Vec<Vec<Heading>>,
}

impl Reading {
    /// Reads a document; `body` is where the frontmatter ends.
    pub(crate) fn new(text: &str, body: usize) -> Self {
        let fences = fences(text, body);
        let front = 0..body.max(bom(text));
        let whole = std::iter::once(front.clone()).chain(fences.iter().map(Fence::whole));
        let masked = blank(text, whole);
        let headings = headings(&masked);
        let column = |fence: &Fence| fence.open.start > 0 && text.as_bytes()[fence.open.start].is_ascii_whitespace();
        let doubtful = |fence: &Fence| fence.nested.is_some() || fence.close.is_none() || column(fence);
        let mut others = Vec::new();
        if fences.iter().any(doubtful) {
            let flat = blank(text, std::iter::once(front.clone()).chain(flat_fences(text, body)));
            let mut flat = super::heading::headings(&flat);
            let mut common = super::heading::headings(&blank(text, std::iter::once(front)));
            // Code that a reading takes for text is full of underlines; those are not headings that anybody wrote.
            for other in [&mut flat, &mut common] {
                let known = |heading: &Heading| {
                    headings.binary_search_by_key(&heading.span.start, |own| own.span.start).is_ok()
                };
                other.retain(|heading| !underlined(text, heading) || known(heading));
            }
            others = vec![flat, common];
        }
        Self { masked, fences, headings, others }
    }

    /// Reports fences that make the phases of a document a matter of reading.
    pub(crate) fn problems(
        &self,
        text: &str,
        host: fn(&[Heading], usize) -> Option<PhaseSection>,
        problems: &mut Vec<Problem>,
    ) {
        let end = self.masked.len();
        let open = self.fences.last().filter(|fence| fence.close.is_none());
        if self.others.is_empty() {
            // No fence is nested or open, so there is only one reading.
            return;
        }
        let ours = phases(&self.headings, host(&self.headings, end));
        let mut theirs = self.others.iter().map(|headings| phases(headings, host(headings, end)));
        if let Some(theirs) = theirs.find(|theirs| *theirs != ours) {
            problems.push(self.ambiguous(open, ours.len(), theirs.len()));
        } else if let Some(fence) = open {
            problems.push(Self::open(text, fence));
        }
    }

    /// Reports a fence that is never closed. Where it hides phases from every reading, nobody can tell what was meant.
    fn open(text: &str, fence: &Fence) -> Problem {
        let hidden = phase_lines(&text[fence.body.clone()]);
        let problem = match hidden {
            0 => Problem::warning("prp::open_fence", "a code fence is still open at the end of the document"),
            _ => Problem::error(
                "prp::open_fence",
                format!("a code fence is never closed and hides phase headings ({hidden})"),
            ),
        };
        problem
            .at(fence.open.clone())
            .help("close it with a bare fence of the same length, and give an outer fence more back-ticks")
    }

    fn ambiguous(&self, open: Option<&Fence>, ours: usize, theirs: usize) -> Problem {
        let message = format!(
            "the code fences can be read in two ways: the phases found here are {ours}, other readers find {theirs}"
        );
        let mut problem = match open {
            Some(_) => Problem::error("prp::ambiguous_fence", format!("{message}, and one is open to the end")),
            None => Problem::warning("prp::ambiguous_fence", message),
        };
        let outer = self.fences.iter().find(|fence| fence.nested.is_some()).or(open).or(self.fences.first());
        if let Some(fence) = open.filter(|fence| fence.nested.is_some()).or(outer) {
            problem = problem.at(fence.open.clone());
            if let Some(nested) = &fence.nested {
                problem = problem.label(nested.clone(), "opens inside it with a fence of the same length");
            }
        }
        problem.help("give the outer fence one more back-tick (`inspect --fix` does), at its start and its end")
    }

    /// Returns the outermost blocks that start in a range.
    pub(crate) fn fences_in(&self, range: &Range<usize>) -> &[Fence] {
        let from = self.fences.partition_point(|fence| fence.open.start < range.start);
        let to = self.fences.partition_point(|fence| fence.open.start < range.end);
        &self.fences[from..to.max(from)]
    }
}

/// What the phases of a reading are compared by: their places.
fn phases(headings: &[Heading], host: Option<PhaseSection>) -> Vec<usize> {
    let found = host.map(|host| host.phases).unwrap_or_default();
    found.iter().filter_map(|at| headings.get(*at)).map(|heading| heading.span.start).collect()
}

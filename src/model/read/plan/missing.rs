//! What phases of a plan do not say: equal gaps are told once, with all places and the lines to paste.

use super::gaps;
use super::phase::PhaseDraft;
use crate::model::problem::Problem;

/// A phase needs these; each with lines that are enough.
const REQUIRED: [(&str, &str); gaps::REQUIRED] = [
    ("Goal", "**Goal**: What is true when this phase is done"),
    ("Dependencies", "**Dependencies**: None"),
    ("Implementation Steps", "**Implementation Steps**:\n1. First step"),
    ("Validation Gates", "**Validation Gates**:\n- L2: `a command that fails while the work is not done`"),
];

/// A phase should have these; each with what is assumed otherwise, and a line that is enough.
const WANTED: [(&str, &str, &str); gaps::WANTED] = [
    ("Estimated Hours", "1 hour is assumed", "**Estimated Hours**: 2"),
    ("Complexity", "medium is assumed", "**Complexity**: low"),
    ("Files Modified", "conflicts are not known", "**Files Modified**: src/example.py"),
];

/// As many phases are named; the others are counted.
const NAMED: usize = 12;

/// Reports the gaps of all phases.
pub(crate) fn report(drafts: &[PhaseDraft], problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    for (gap, phases) in groups(drafts, |draft| draft.gaps.required().to_vec()) {
        let names = gap.iter().map(|at| REQUIRED[*at].0).collect::<Vec<_>>().join(", ");
        found.push(
            Problem::error("plan::missing_fields", format!("cannot parse {}: missing {names}", named(&phases)))
                .at(phases[0].phase.heading.clone())
                .help(to_paste(&gap, &phases)),
        );
    }
    for (gap, phases) in groups(drafts, |draft| draft.gaps.wanted().to_vec()) {
        let says = if phases.len() == 1 { "does" } else { "do" };
        let names =
            gap.iter().map(|at| format!("{} ({})", WANTED[*at].0, WANTED[*at].1)).collect::<Vec<_>>().join(", ");
        found.push(
            Problem::warning("plan::missing_estimate", format!("{} {says} not say: {names}", named(&phases)))
                .at(phases[0].phase.heading.clone())
                .help(format!("add `{}` below the heading", WANTED[gap[0]].2)),
        );
    }
    found.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
    problems.extend(found);
}

/// Puts together the phases that have the same gaps, in the order of the document.
fn groups(drafts: &[PhaseDraft], gap: impl Fn(&PhaseDraft) -> Vec<usize>) -> Vec<(Vec<usize>, Vec<&PhaseDraft>)> {
    let mut groups: Vec<(Vec<usize>, Vec<&PhaseDraft>)> = Vec::new();
    for draft in drafts {
        let gap = gap(draft);
        match groups.iter_mut().find(|(known, _)| *known == gap) {
            _ if gap.is_empty() => {}
            Some((_, phases)) => phases.push(draft),
            None => groups.push((gap, vec![draft])),
        }
    }
    groups
}

/// Names phases; where there are several, with their lines.
fn named(phases: &[&PhaseDraft]) -> String {
    if let [one] = phases {
        return format!("Phase {}", one.phase.label);
    }
    let list = |word: fn(&PhaseDraft) -> String| {
        let mut words: Vec<String> = phases.iter().take(NAMED).map(|draft| word(draft)).collect();
        if phases.len() > NAMED {
            words.push(format!("and {} more", phases.len() - NAMED));
        }
        words.join(", ")
    };
    let (labels, lines) = (list(|draft| draft.phase.label.clone()), list(|draft| draft.phase.line.to_string()));
    format!("Phases {labels} (lines {lines})")
}

/// Returns the lines that fill a gap; the whole phase where there is nothing yet.
fn to_paste(gap: &[usize], phases: &[&PhaseDraft]) -> String {
    let lines = gap.iter().map(|at| REQUIRED[*at].1).collect::<Vec<_>>().join("\n");
    if gap.len() < REQUIRED.len() {
        return format!("add below the heading:\n\n{lines}");
    }
    let phase = &phases[0].phase;
    let title = if phase.title.is_empty() { "Title" } else { &phase.title };
    let estimates = WANTED.map(|(.., line)| line).join("\n");
    let heading = format!("### Phase {}: {title}", phase.label);
    format!("a phase reads like this; `batchprp new plan` writes a whole plan:\n\n{heading}\n\n{lines}\n{estimates}")
}

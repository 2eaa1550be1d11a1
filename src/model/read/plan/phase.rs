//! One phase of a plan out of its fields.

use std::collections::HashSet;
use std::ops::Range;

use super::gaps::Gaps;
use super::phase_ref::{DependencyText, pieces};
use crate::model::gate::Gate;
use crate::model::plan::PlanPhase;
use crate::model::problem::Problem;
use crate::model::read::field::{Field, Name, fields, similar};
use crate::model::read::gate::{doubtful, listed, script};
use crate::model::read::hours::{complexity, hours};
use crate::model::read::path::{BadPath, entries, entry};
use crate::model::read::text::heading::Heading;
use crate::model::read::text::list_item::{ListItem, items, top_items};
use crate::model::read::text::reading::Reading;
use crate::model::read::text::source::trim;

/// A phase with its dependency text, which can be resolved only when all phases are known.
pub(crate) struct PhaseDraft {
    pub(crate) phase: PlanPhase,
    pub(crate) dependencies: DependencyText,
    /// Fields that are not there.
    pub(crate) gaps: Gaps,
    /// Files so far, for look-up.
    files: HashSet<String>,
}

/// Reads the phase whose heading is `heading`; `inner` are the headings inside its span.
pub(crate) fn draft(
    text: &str,
    reading: &Reading,
    heading: &Heading,
    inner: &[Heading],
    span: Range<usize>,
    line: usize,
    problems: &mut Vec<Problem>,
) -> PhaseDraft {
    let (label, title, minutes) = match &heading.phase {
        Some(phase) => (phase.label.clone(), phase.title.clone(), phase.minutes),
        None => (String::new(), heading.text.clone(), None),
    };
    let body = heading.span.end.min(span.end)..span.end;
    let fields = fields(&reading.masked, &body, inner);
    let mut draft = PhaseDraft {
        phase: PlanPhase { label, title, line, heading: heading.span.clone(), span, minutes, ..PlanPhase::default() },
        dependencies: Vec::new(),
        gaps: Gaps::default(),
        files: HashSet::new(),
    };
    let mut seen = Vec::new();
    for field in &fields {
        seen.push(field.name);
        draft.take(text, reading, field, problems);
    }
    // A heading may say the hours as well: `### Phase 1: Schema (2 hours)`.
    draft.phase.hours = draft.phase.hours.or(draft.phase.minutes.map(|minutes| minutes / 60.0));
    draft.check(&seen);
    draft
}

impl PhaseDraft {
    fn take(&mut self, text: &str, reading: &Reading, field: &Field, problems: &mut Vec<Problem>) {
        let masked = reading.masked.as_str();
        let value = trim(text, field.value.clone());
        match field.name {
            Name::Goal => self.goal(text, masked, field),
            Name::Hours => {
                self.phase.hours = hours(&text[value.clone()]);
                if self.phase.hours.is_none() && !value.is_empty() {
                    let quoted = &text[value.clone()];
                    problems.push(
                        Problem::warning("plan::bad_hours", format!("`{quoted}` is not a number of hours"))
                            .at(value)
                            .help("write a number such as `2.5`, a range `2-3`, or a duration `30 min`"),
                    );
                }
            }
            Name::Complexity => {
                self.phase.complexity = complexity(&text[value.clone()]);
                if self.phase.complexity.is_none() && !value.is_empty() {
                    let quoted = &text[value.clone()];
                    problems.push(
                        Problem::warning("plan::bad_complexity", format!("`{quoted}` is not a complexity"))
                            .at(value)
                            .help("write `low`, `medium` or `high`"),
                    );
                }
            }
            Name::Files => self.files(text, masked, field, problems),
            Name::Dependencies => {
                self.dependencies.extend(pieces(text, &value));
                let bullets = top_items(masked, field.body.clone());
                self.dependencies.extend(bullets.iter().flat_map(|item| pieces(text, &item.text)));
            }
            Name::Steps => {
                self.phase.steps_span.push(field.value.start..field.body.end);
                if !value.is_empty() {
                    self.phase.steps.push(text[value].to_owned());
                }
                let steps = top_items(masked, field.body.clone());
                let boxes = steps.iter().filter_map(|step| step.ticked).collect::<Vec<_>>();
                self.phase.done = !boxes.is_empty() && boxes.len() == steps.len() && boxes.iter().all(|ticked| *ticked);
                self.steps(text, &steps, problems);
            }
            Name::Gates => {
                let gates = gates(text, reading, field, &value);
                doubtful(&gates, problems);
                self.phase.gates.extend(gates);
            }
            Name::Other => unknown(text, field, problems),
            Name::Extra => {}
        }
    }

    fn goal(&mut self, text: &str, masked: &str, field: &Field) {
        let paragraph = masked[field.body.clone()].trim_start().split("\n\n").next().unwrap_or_default().trim();
        let value = text[field.value.clone()].trim();
        let goal = match (value.is_empty(), paragraph.is_empty()) {
            (false, _) => value,
            (true, false) => paragraph,
            (true, true) => return,
        };
        self.phase.goal.get_or_insert_with(|| goal.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    /// Takes the steps that are still to do; where all are ticked the phase as a whole is done.
    fn steps(&mut self, text: &str, steps: &[ListItem], problems: &mut Vec<Problem>) {
        let ticked = steps.iter().filter(|step| step.ticked == Some(true)).count();
        let all = ticked == steps.len();
        if let Some(first) = steps.iter().find(|step| step.ticked == Some(true)).filter(|_| !all) {
            let label = &self.phase.label;
            let said = format!("{ticked} of {} steps of Phase {label} are ticked and left out", steps.len());
            problems.push(
                Problem::warning("plan::ticked_steps", said)
                    .at(first.text.clone())
                    .help("take the tick off a step that is still to do"),
            );
        }
        let open = steps.iter().filter(|step| all || step.ticked != Some(true));
        self.phase.steps.extend(open.map(|step| text[step.text.clone()].to_owned()));
    }

    fn files(&mut self, text: &str, masked: &str, field: &Field, problems: &mut Vec<Problem>) {
        let value = trim(text, field.value.clone());
        let mut found = entries(text, &value);
        found.extend(items(masked, field.body.clone()).iter().filter_map(|item| entry(text, &item.text)));
        for (span, path) in found {
            match path {
                Ok(path) => {
                    if self.files.insert(path.clone()) {
                        self.phase.files.push(path);
                    }
                }
                Err(bad) => {
                    let problem = bad_file(text, span, bad);
                    self.phase.faulty |= problem.is_error();
                    problems.push(problem);
                }
            }
        }
    }

    fn check(&mut self, seen: &[Name]) {
        let phase = &self.phase;
        self.gaps = Gaps::of(
            [
                phase.goal.is_some(),
                seen.contains(&Name::Dependencies),
                !phase.steps.is_empty(),
                !phase.gates.is_empty(),
            ],
            [
                phase.hours.is_some() || seen.contains(&Name::Hours),
                phase.complexity.is_some() || seen.contains(&Name::Complexity),
                !phase.files.is_empty() || seen.contains(&Name::Files),
            ],
        );
    }
}

/// Names a field that nobody reads, where it looks like one that is, or ends a list that it may have belonged to.
fn unknown(text: &str, field: &Field, problems: &mut Vec<Problem>) {
    let title = text[field.title.clone()].trim_matches(['#', ' ', '*']);
    let similar = similar(title);
    let help = match similar {
        Some(name) => format!("did you mean `{name}`?"),
        None if field.ends_list => {
            "the list above ends here; make it an item without bold type if it belongs there".to_owned()
        }
        None => return,
    };
    problems.push(
        Problem::warning("plan::unknown_field", format!("`{title}` is not a field of a phase and is not read"))
            .at(field.title.clone())
            .help(help),
    );
}

fn bad_file(text: &str, span: Range<usize>, bad: BadPath) -> Problem {
    let quoted = text[span.clone()].to_owned();
    let problem = match bad {
        BadPath::Prose | BadPath::Command | BadPath::Handle => {
            Problem::warning("plan::prose_file", format!("`{quoted}` {} and is left out", bad.as_str()))
        }
        BadPath::Empty | BadPath::Absolute | BadPath::Parent => {
            Problem::error("plan::bad_path", format!("the path `{quoted}` {}", bad.as_str()))
        }
    };
    problem.at(span).help("write paths relative to the project, in back-ticks if they hold spaces")
}

fn gates(text: &str, reading: &Reading, field: &Field, value: &Range<usize>) -> Vec<Gate> {
    let whole = ListItem { indent: 0, numbered: false, ticked: None, text: value.clone() };
    let inline = (!value.is_empty() && !crate::model::read::path::is_none(&text[value.clone()]))
        .then(|| listed(text, &whole, 2));
    let listed = top_items(&reading.masked, field.body.clone()).into_iter().map(|item| listed(text, &item, 2));
    let scripts = reading.fences_in(&field.body).iter().filter_map(|fence| {
        let command = script(text, fence)?;
        Some(Gate { level: 2, text: String::new(), command: Some(command), phase: None, span: fence.whole() })
    });
    inline.into_iter().chain(listed).chain(scripts).collect()
}

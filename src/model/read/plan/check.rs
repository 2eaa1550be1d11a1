//! What only shows when all phases of a plan are known: labels, references, cycles, parallelism.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::phase::PhaseDraft;
use super::phase_ref::{Piece, Reach};
use crate::model::plan::{PhaseRef, PlanPhase};
use crate::model::problem::Problem;

/// More phases than this without dependencies are rarely independent in truth.
const MANY: usize = 8;

/// Bounds of what is worked out for one plan, so that a hostile one cannot make its report grow without limit.
const HINTS: usize = 50;
const EDGES: usize = 1_000_000;

/// Resolves the dependency texts and reports what does not fit together.
pub(crate) fn check(text: &str, drafts: Vec<PhaseDraft>, problems: &mut Vec<Problem>) -> Vec<PlanPhase> {
    super::missing::report(&drafts, problems);
    let mut index: HashMap<String, usize> = HashMap::with_capacity(drafts.len());
    let mut duplicates: HashSet<usize> = HashSet::new();
    for (at, draft) in drafts.iter().enumerate() {
        let label = &draft.phase.label;
        let first = *index.entry(label.to_ascii_lowercase()).or_insert(at);
        if first != at {
            duplicates.insert(at);
            problems.push(
                Problem::error("plan::duplicate_phase", format!("the label `{label}` is used by two phases"))
                    .at(draft.phase.heading.clone())
                    .label(drafts[first].phase.heading.clone(), "first used here")
                    .help("give every phase a label of its own, such as `2A`"),
            );
        }
    }
    let mut phases = Vec::with_capacity(drafts.len());
    let mut budget = Budget { hints: HINTS, edges: EDGES };
    let labels: Vec<(String, String)> =
        drafts.iter().map(|draft| (draft.phase.label.clone(), draft.phase.title.to_lowercase())).collect();
    for (at, draft) in drafts.into_iter().enumerate() {
        let mut resolver = Resolver {
            text,
            labels: &labels,
            index: &index,
            at,
            faulty: false,
            refs: Vec::new(),
            known: HashSet::new(),
            budget: &mut budget,
            problems,
        };
        for piece in draft.dependencies {
            resolver.piece(piece);
        }
        let Resolver { faulty, refs, .. } = resolver;
        let faulty = faulty || draft.phase.faulty || draft.gaps.refuse() || duplicates.contains(&at);
        phases.push(PlanPhase { dependencies: refs, faulty, ..draft.phase });
    }
    super::cycle::cycles(&index, &mut phases, problems);
    let free = phases.iter().filter(|phase| phase.dependencies.is_empty() && !phase.faulty).count();
    if free > MANY {
        let spot = phases.first().map(|phase| phase.heading.clone()).unwrap_or_default();
        problems.push(
            Problem::warning(
                "plan::over_parallel",
                format!("{free} phases have no dependencies: all of them would start at the same time"),
            )
            .at(spot)
            .help("check that they need nothing of each other, or add `**Dependencies**`"),
        );
    }
    phases
}

/// What may still be spent.
struct Budget {
    hints: usize,
    edges: usize,
}

struct Resolver<'a> {
    text: &'a str,
    /// Label and lower-case title of every phase.
    labels: &'a [(String, String)],
    index: &'a HashMap<String, usize>,
    at: usize,
    faulty: bool,
    refs: Vec<PhaseRef>,
    /// Phases in `refs`.
    known: HashSet<usize>,
    budget: &'a mut Budget,
    problems: &'a mut Vec<Problem>,
}

impl Resolver<'_> {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Label(label, span) => {
                if let Some(target) = self.find(&label, &span) {
                    self.add(target, span);
                }
            }
            Piece::Span(first, last, span) => {
                let ends = (self.find(&first, &span), self.find(&last, &span));
                let (Some(from), Some(to)) = ends else { return };
                let all: Vec<usize> = (from.min(to)..=from.max(to)).take(self.budget.edges + 1).collect();
                let names = all.iter().map(|at| self.labels[*at].0.as_str()).take(12).collect::<Vec<_>>().join(", ");
                self.problems.push(
                    Problem::warning(
                        "plan::dependency_range",
                        format!("the range `{first}-{last}` is read as {names}"),
                    )
                    .at(span.clone())
                    .help("list the phases, so that a phase added later is not meant by accident"),
                );
                for target in all {
                    self.add(target, span.clone());
                }
            }
            Piece::Before(reach, span) => {
                let from = match reach {
                    Reach::All => 0,
                    Reach::Last => self.at.saturating_sub(1),
                };
                for target in (from..self.at).take(self.budget.edges + 1) {
                    self.add(target, span.clone());
                }
            }
            Piece::Rejected(span) => self.rejected(span),
        }
    }

    fn find(&mut self, label: &str, span: &Range<usize>) -> Option<usize> {
        let found = self.index.get(&label.to_ascii_lowercase()).copied();
        if found.is_none() {
            self.faulty = true;
            let search = if self.may_hint() { self.labels } else { &[] };
            let nearest = search.iter().max_by(|a, b| {
                strsim::jaro(&a.0, label).total_cmp(&strsim::jaro(&b.0, label)).then(std::cmp::Ordering::Greater)
            });
            let help = match nearest {
                Some((label, _)) => format!("did you mean `Phase {label}`?"),
                None => "depend on phases of this plan only".to_owned(),
            };
            let own = &self.labels[self.at].0;
            self.problems.push(
                Problem::error(
                    "plan::unknown_dependency",
                    format!("Phase {own} depends on Phase {label}, which is not there"),
                )
                .at(span.clone())
                .help(help),
            );
        }
        found
    }

    fn add(&mut self, target: usize, span: Range<usize>) {
        let label = self.labels[target].0.clone();
        if target == self.at {
            self.faulty = true;
            self.problems.push(
                Problem::error("plan::self_dependency", format!("Phase {label} depends on itself"))
                    .at(span)
                    .help("remove it from its own dependencies"),
            );
        } else if self.known.insert(target) {
            match self.budget.edges.checked_sub(1) {
                Some(left) => {
                    self.budget.edges = left;
                    self.refs.push(PhaseRef { label, span });
                }
                None => self.too_many(span),
            }
        }
    }

    fn too_many(&mut self, span: Range<usize>) {
        if !self.faulty {
            self.faulty = true;
            self.problems.push(
                Problem::error("plan::too_many_dependencies", format!("the plan has more than {EDGES} dependencies"))
                    .at(span)
                    .help("depend on the last phase of a chain instead of on all of its phases"),
            );
        }
    }

    /// Tells whether there may be one more search for what was meant.
    fn may_hint(&mut self) -> bool {
        let may = self.budget.hints > 0;
        self.budget.hints = self.budget.hints.saturating_sub(1);
        may
    }

    fn rejected(&mut self, span: Range<usize>) {
        self.faulty = true;
        let quoted = self.text[span.clone()].to_owned();
        let words = quoted.to_lowercase();
        let search = if self.may_hint() { self.labels } else { &[] };
        let titled = search.iter().find(|(_, title)| {
            title.len() > 3 && (words.contains(title.as_str()) || strsim::jaro_winkler(title, &words) > 0.85)
        });
        let help = match titled {
            Some((label, _)) => format!("did you mean `Phase {label}`?"),
            None => "write `None`, or phases such as `Phase 1, Phase 3 (why)`".to_owned(),
        };
        let own = &self.labels[self.at].0;
        self.problems.push(
            Problem::error("plan::bad_dependency", format!("`{quoted}` is not a phase that Phase {own} can depend on"))
                .at(span)
                .help(help),
        );
    }
}

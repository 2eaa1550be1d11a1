//! When the parts of an item began and ended. A check and a merge begin where the last step of their item ended: the
//! journal tells only their end.

use jiff::Timestamp;

use super::kind::EventKind;
use crate::model::usage::Usage;
use crate::model::validation::LevelVerdict;

/// So many parts of one item are kept, the latest: what repeats itself without end is not remembered without end.
const MOST: usize = 256;

/// What took time.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Phase {
        ordinal: u32,
        title: String,
    },
    Agent {
        phase: Option<u32>,
        attempt: u32,
        /// Number and cause of the repair that it is.
        repair: Option<(u32, String)>,
        agent: String,
        model: Option<String>,
        status: Option<String>,
        usage: Usage,
    },
    Check {
        phase: u32,
        level: u8,
        verdict: LevelVerdict,
    },
    Merge {
        made: bool,
    },
}

/// A part and its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    pub part: Part,
    pub from: Timestamp,
    /// `None` while it goes on.
    pub to: Option<Timestamp>,
}

/// The parts of one item in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    pub stretches: Vec<Stretch>,
    /// When the last step ended.
    last: Option<Timestamp>,
    /// The repair that begins next, or goes on.
    repair: Option<(u32, String)>,
}

impl Timeline {
    pub(super) fn apply(&mut self, kind: &EventKind, at: Option<Timestamp>) {
        let Some(at) = at else { return };
        match kind {
            EventKind::PhaseStarted { phase, title, .. } => {
                self.close(at);
                self.repair = None;
                self.begin(Part::Phase { ordinal: *phase, title: title.clone() }, at);
            }
            EventKind::AttemptStarted { attempt, phase, agent, model, .. } => {
                let (agent, model) = (agent.clone(), model.clone());
                let (phase, attempt, usage) = (*phase, *attempt, Usage::default());
                let repair = self.repair.clone();
                let part = Part::Agent { phase, attempt, repair, agent, model, status: None, usage };
                self.begin(part, at);
                return;
            }
            EventKind::Repair { number, reason, .. } => {
                self.repair = Some((*number, reason.clone()));
                return;
            }
            EventKind::AttemptFinished { status: ended, usage: used, .. } => self.end_agent(ended, *used, at),
            EventKind::Validation { phase, level, result, .. } => {
                if matches!(result, LevelVerdict::Passed | LevelVerdict::Failed | LevelVerdict::Flaky) {
                    self.took(Part::Check { phase: *phase, level: *level, verdict: *result }, at);
                }
            }
            EventKind::Merge { .. } => self.took(Part::Merge { made: true }, at),
            EventKind::MergeRejected { .. } | EventKind::Conflict { .. } => self.took(Part::Merge { made: false }, at),
            EventKind::ItemFinished { .. } => self.close(at),
            EventKind::ItemStarted { .. } | EventKind::Checkpoint { .. } => {}
            _ => return,
        }
        self.last = Some(at);
    }

    fn begin(&mut self, part: Part, from: Timestamp) {
        self.keep(Stretch { part, from, to: None });
    }

    /// Notes something that ends now and began where the last step ended.
    fn took(&mut self, part: Part, to: Timestamp) {
        self.keep(Stretch { part, from: self.last.unwrap_or(to), to: Some(to) });
    }

    fn keep(&mut self, stretch: Stretch) {
        if self.stretches.len() == MOST {
            self.stretches.drain(..MOST / 2);
        }
        self.stretches.push(stretch);
    }

    fn end_agent(&mut self, ended: &str, used: Usage, at: Timestamp) {
        let open = self.stretches.iter_mut().rev().find(|s| s.to.is_none() && matches!(s.part, Part::Agent { .. }));
        if let Some(stretch) = open {
            stretch.to = Some(at);
            if let Part::Agent { status, usage, .. } = &mut stretch.part {
                *status = Some(ended.to_owned());
                *usage = used;
            }
        }
    }

    fn close(&mut self, at: Timestamp) {
        for stretch in self.stretches.iter_mut().rev().filter(|stretch| stretch.to.is_none()) {
            stretch.to = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_begins_where_the_step_before_it_ended() {
        let at = |second: i64| Timestamp::from_second(second).ok();
        let item = || "PRP-1".to_owned();
        let mut timeline = Timeline::default();
        timeline.apply(&EventKind::PhaseStarted { item: item(), phase: 1, title: "One".to_owned(), of: 1 }, at(10));
        let (commit, subject) = ("c".to_owned(), "s".to_owned());
        timeline.apply(&EventKind::Checkpoint { item: item(), phase: 1, commit, subject }, at(14));
        let (result, errors, log) = (LevelVerdict::Passed, vec![], None);
        timeline.apply(&EventKind::Validation { item: item(), phase: 1, level: 2, result, errors, log }, at(20));
        timeline.apply(&EventKind::Merge { item: item(), commit: "m".to_owned() }, at(21));
        let times: Vec<_> =
            timeline.stretches.iter().map(|s| (s.from.as_second(), s.to.map(Timestamp::as_second))).collect();
        assert_eq!(times, [(10, None), (14, Some(20)), (20, Some(21))]);
    }
}

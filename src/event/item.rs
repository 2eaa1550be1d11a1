//! The state of one item, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::hand::HandDeed;
use super::kind::{DocumentChange, EventKind, ItemInfo, ItemStatus};
use super::seat::Seat;
use super::signs::AgentSigns;
use super::standing::Standing;
use super::timeline::Timeline;
use crate::model::agent::TimerKind;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::usage::Usage;
use crate::model::validation::LevelVerdict;

/// So many of the last things that an agent did are kept.
const RECENT: usize = 5;

/// So many results of checks of one item are kept.
const CHECKS: usize = 64;

/// A checkpoint that was made in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointFact {
    pub phase: u32,
    /// Number of the repair of the phase that made it; 0 is its first work.
    pub repair: u32,
    pub commit: String,
    pub subject: String,
}

/// A check that ran or was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFact {
    pub phase: u32,
    pub level: u8,
    pub verdict: LevelVerdict,
    /// Number of the repair of the phase after which it ran; 0 is its first work.
    pub repair: u32,
    pub said: Vec<String>,
    /// File with all that it said.
    pub log: Option<String>,
}

/// The phase at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentPhase {
    pub ordinal: u32,
    pub title: String,
    pub of: u32,
}

/// The command of a validation that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentCheck {
    pub level: u8,
    pub command: String,
    /// 1, or more when it is tried again.
    pub time: u32,
    /// Seconds that it may take.
    pub limit: f64,
    pub since: Option<Timestamp>,
}

/// A timer that ended an attempt or came near to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimerFact {
    pub timer: TimerKind,
    /// Seconds measured and allowed.
    pub seconds: f64,
    pub limit: f64,
}

/// An attempt that failed and was followed by another one.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryFact {
    pub kind: Option<FailureKind>,
    pub reason: String,
    /// What it hit, where that was a limit of time.
    pub timer: Option<TimerFact>,
    /// How long its last call of an agent took.
    pub seconds: f64,
}

/// Whose output tells about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    Check,
    /// The error output of an agent.
    Agent,
}

/// What the latest thing that went wrong said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWords {
    pub speaker: Speaker,
    /// Beginning and end of the output.
    pub lines: Vec<String>,
    /// File with all of it.
    pub file: Option<String>,
}

/// The state of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemView {
    pub info: ItemInfo,
    pub standing: Standing,
    pub attempts: u32,
    /// How often something that failed went back to an agent.
    pub repairs: u32,
    pub phase: Option<CurrentPhase>,
    pub percent: Option<f64>,
    /// What the agent says it does.
    pub doing: String,
    /// The last different things that it said it does, the latest last.
    pub recent: Vec<String>,
    /// When its agent gave its last sign of life.
    pub last_sign: Option<Timestamp>,
    /// Seconds for which its agent may give none.
    pub silence: Option<f64>,
    /// When the latest call of an agent began.
    called: Option<Timestamp>,
    /// An agent works on it now.
    pub has_agent: bool,
    /// Name of the agent that was called last.
    pub latest_agent: Option<String>,
    pub checking: Option<CurrentCheck>,
    /// Its work is done and waits for its merge.
    pub awaits_merge: bool,
    /// Phases that git showed as done before this run.
    pub resumed: Vec<u32>,
    pub checkpoints: Vec<CheckpointFact>,
    /// Latest result by phase and level, with its errors.
    pub validations: BTreeMap<(u32, u8), (LevelVerdict, Vec<String>)>,
    /// Gates that a person has to look at, by phase and level: a level may have others that ran.
    pub by_hand: BTreeMap<(u32, u8), Vec<String>>,
    /// All results in the order in which they came, the latest of very many.
    pub checks: Vec<CheckFact>,
    /// Number of the repair of the phase at work; 0 is its first work.
    pub repair: u32,
    /// What was used so far, that of an attempt that goes on included.
    pub usage: Usage,
    /// What attempts that ended used.
    settled: Usage,
    pub ready: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// Seconds of work, from the start of the item to its end.
    pub duration: f64,
    pub outcome: Option<Outcome>,
    pub reason: String,
    pub merge: Option<String>,
    /// Level at which the merged tree was red when its merge was refused.
    pub red_merge: Option<u8>,
    /// Documents that it wrote, by path.
    pub documents: BTreeMap<String, DocumentChange>,
    /// Its issue in a tracker, and whether this run opened it.
    pub issue: Option<(String, bool)>,
    pub slow: Option<TimerFact>,
    /// Attempts that failed and were followed by another one.
    pub retried: Vec<RetryFact>,
    /// What a check or an agent said that ended badly; nothing once the same went well.
    pub last_words: Option<LastWords>,
    /// A person carries a phase out by hand.
    pub in_hand: bool,
    /// Where it is carried out, or was, when that is not the process of its run.
    pub seat: Option<Seat>,
    pub timeline: Timeline,
}

impl ItemView {
    /// Makes an item that waits.
    pub fn new(info: ItemInfo) -> Self {
        Self {
            info,
            standing: Standing::Waiting,
            attempts: 0,
            repairs: 0,
            phase: None,
            percent: None,
            doing: String::new(),
            recent: Vec::new(),
            last_sign: None,
            silence: None,
            called: None,
            has_agent: false,
            latest_agent: None,
            checking: None,
            awaits_merge: false,
            resumed: Vec::new(),
            checkpoints: Vec::new(),
            validations: BTreeMap::new(),
            by_hand: BTreeMap::new(),
            checks: Vec::new(),
            repair: 0,
            usage: Usage::default(),
            settled: Usage::default(),
            ready: None,
            started: None,
            finished: None,
            duration: 0.0,
            outcome: None,
            reason: String::new(),
            merge: None,
            red_merge: None,
            documents: BTreeMap::new(),
            issue: None,
            slow: None,
            retried: Vec::new(),
            last_words: None,
            in_hand: false,
            seat: None,
            timeline: Timeline::default(),
        }
    }

    pub(super) fn forget_past(&mut self) {
        self.timeline = Timeline::default();
        self.recent = Vec::new();
        self.checkpoints = Vec::new();
        self.validations = BTreeMap::new();
        self.by_hand = BTreeMap::new();
        self.checks = Vec::new();
        self.last_words = None;
    }

    /// Notes that it waits for nobody any more.
    pub(super) fn become_ready(&mut self, at: Option<Timestamp>) {
        self.standing = Standing::Ready;
        self.ready = self.ready.or(at);
    }

    /// Returns the phases that are done: their checkpoints stand, from before or from this run, and no check is red.
    pub fn done_phases(&self) -> usize {
        let made = self.checkpoints.iter().map(|fact| fact.phase);
        let phases: BTreeSet<u32> = self.resumed.iter().copied().chain(made).collect();
        phases.into_iter().filter(|phase| self.is_done(*phase)).count()
    }

    /// Tells whether the checkpoint of a phase stands, and no check of it is red.
    pub fn is_done(&self, phase: u32) -> bool {
        let mut of_phase = self.validations.range((phase, 0)..=(phase, u8::MAX));
        let stands = self.resumed.contains(&phase) || self.checkpoints.iter().any(|fact| fact.phase == phase);
        stands && of_phase.all(|(_, (verdict, _))| *verdict != LevelVerdict::Failed)
    }

    /// Returns how the item ended.
    pub fn status(&self) -> Option<ItemStatus> {
        if let Standing::Finished(status) = self.standing { Some(status) } else { None }
    }

    /// Returns its seconds of work: those that it took, or took up to a time while it is at work.
    pub fn worked(&self, now: Option<Timestamp>) -> f64 {
        match (&self.standing, self.started, now) {
            (Standing::Running | Standing::Validating { .. }, Some(from), Some(now)) => {
                now.duration_since(from).as_secs_f64().max(0.0)
            }
            _ => self.duration,
        }
    }

    /// Returns the score out of 10 that the recipe gave.
    pub fn score(&self) -> Option<f64> {
        if let Some(Outcome::Completed { score, .. }) = &self.outcome { *score } else { None }
    }

    /// Returns the one-line note that the recipe gave.
    pub fn note(&self) -> Option<&str> {
        if let Some(Outcome::Completed { note, .. }) = &self.outcome { note.as_deref() } else { None }
    }

    /// Returns the share of the work that is done, from 0 to 100: whole phases and the agent's own figure within one.
    pub fn progress(&self) -> f64 {
        let within = self.percent.unwrap_or(0.0).clamp(0.0, 100.0);
        match &self.phase {
            Some(phase) if phase.of > 0 => {
                let done = f64::from(phase.ordinal.saturating_sub(1));
                ((done * 100.0 + within) / f64::from(phase.of)).clamp(0.0, 100.0)
            }
            _ => within,
        }
    }

    /// Tells whether a check is red.
    fn is_red(&self) -> bool {
        self.red_merge.is_some() || self.validations.values().any(|(verdict, _)| *verdict == LevelVerdict::Failed)
    }

    fn does(&mut self, step: &String) {
        self.doing.clone_from(step);
        if self.recent.last() != Some(step) {
            self.recent.push(step.clone());
            let old = self.recent.len().saturating_sub(RECENT);
            self.recent.drain(..old);
        }
    }

    /// Takes in what its agent shows beside the journal, as long as it is the same call.
    pub(super) fn note_signs(&mut self, signs: &AgentSigns) {
        if !self.has_agent || self.called.is_none() || self.called != signs.began.parse().ok() {
            return;
        }
        self.last_sign = self.last_sign.max(signs.at.parse().ok());
        self.percent = signs.percent.or(self.percent);
        if let Some(step) = &signs.step {
            self.does(step);
        }
        self.usage = self.settled.plus(signs.usage);
    }

    /// Notes that nobody works on it any more: its run was interrupted, and this was last heard of it.
    pub(super) fn interrupt(&mut self, last: Option<Timestamp>) {
        if !self.standing.is_busy() {
            return;
        }
        self.duration = self.worked(last);
        self.standing = Standing::Interrupted;
        (self.has_agent, self.checking, self.awaits_merge) = (false, None, false);
        "the process of its run is gone".clone_into(&mut self.reason);
    }

    fn checked(&mut self, fact: CheckFact) {
        let (said, file) = (fact.said.iter().skip(1).cloned().collect(), fact.log.clone());
        let words = LastWords { speaker: Speaker::Check, lines: said, file };
        self.last_words = (fact.verdict == LevelVerdict::Failed).then_some(words);
        self.standing = Standing::Validating { phase: fact.phase, level: fact.level };
        let (place, result) = ((fact.phase, fact.level), (fact.verdict, fact.said.clone()));
        if fact.verdict == LevelVerdict::Manual {
            self.by_hand.insert(place, fact.said.clone());
            self.validations.entry(place).or_insert(result);
        } else {
            self.validations.insert(place, result);
        }
        if self.checks.len() == CHECKS {
            self.checks.drain(..CHECKS / 2);
        }
        self.checks.push(fact);
    }

    /// Takes in what holds only until something else happens to the item.
    fn apply_moment(&mut self, kind: &EventKind, at: Option<Timestamp>) {
        match kind {
            EventKind::Checking { level, command, time, limit, .. } => {
                let (level, time, limit) = (*level, *time, *limit);
                self.checking = Some(CurrentCheck { level, command: command.clone(), time, limit, since: at });
            }
            EventKind::AttemptStarted { .. } => (self.has_agent, self.checking) = (true, None),
            EventKind::AttemptFinished { .. } => self.has_agent = false,
            EventKind::ItemStarted { .. } | EventKind::ItemFinished { .. } | EventKind::Retry { .. } => {
                (self.has_agent, self.checking, self.awaits_merge) = (false, None, false);
            }
            EventKind::Repair { .. } => (self.checking, self.awaits_merge) = (None, false),
            EventKind::Validation { .. }
            | EventKind::PhaseStarted { .. }
            | EventKind::Checkpoint { .. }
            | EventKind::MergeAwaited { .. } => self.checking = None,
            _ => {}
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line or two for each kind of event")]
    pub(super) fn apply(&mut self, kind: &EventKind, at: Option<Timestamp>) {
        self.timeline.apply(kind, at);
        self.apply_moment(kind, at);
        match kind {
            EventKind::ItemStarted { stage, attempt, .. } => {
                self.standing = Standing::Running;
                self.info.stage = *stage;
                self.attempts = *attempt;
                self.started = self.started.or(at);
                (self.percent, self.seat) = (None, None);
            }
            EventKind::Placed { seat, .. } => self.seat = Some(seat.clone()),
            EventKind::Resumed { phases, .. } => self.resumed.clone_from(phases),
            EventKind::AttemptFinished { usage, said, stderr, .. } => {
                self.settled = self.settled.plus(*usage);
                self.usage = self.settled;
                let words = || LastWords { speaker: Speaker::Agent, lines: said.clone(), file: stderr.clone() };
                // A repair that says nothing takes back nothing of what the red check said.
                let red = self.last_words.take().filter(|words| words.speaker == Speaker::Check && self.is_red());
                self.last_words = (!said.is_empty()).then(words).or(red);
            }
            EventKind::Progress { percent, step, .. } => {
                self.percent = percent.or(self.percent);
                self.last_sign = at;
                self.does(step);
            }
            EventKind::PhaseStarted { phase, title, of, .. } => {
                self.standing = Standing::Running;
                self.phase = Some(CurrentPhase { ordinal: *phase, title: title.clone(), of: *of });
                self.percent = None;
                self.repair = 0;
                self.doing.clear();
            }
            EventKind::Checkpoint { phase, commit, subject, .. } => {
                self.standing = Standing::Validating { phase: *phase, level: 1 };
                self.percent = Some(100.0);
                let (commit, subject) = (commit.clone(), subject.clone());
                self.checkpoints.push(CheckpointFact { phase: *phase, repair: self.repair, commit, subject });
            }
            EventKind::Validation { phase, level, result, errors, log, .. } => {
                let (phase, level, verdict, repair) = (*phase, *level, *result, self.repair);
                self.checked(CheckFact { phase, level, verdict, repair, said: errors.clone(), log: log.clone() });
            }
            EventKind::Merge { commit, .. } => {
                self.merge = Some(commit.clone());
                self.red_merge = None;
            }
            EventKind::Document { path, change, .. } => drop(self.documents.insert(path.clone(), *change)),
            EventKind::Issue { issue, opened, .. } => {
                let opened = *opened || self.issue.as_ref().is_some_and(|(known, opened)| known == issue && *opened);
                self.issue = Some((issue.clone(), opened));
            }
            EventKind::Slow { timer, seconds, limit, .. } => {
                self.slow = Some(TimerFact { timer: *timer, seconds: *seconds, limit: *limit });
            }
            EventKind::Retry { reason, kind, .. } => {
                (self.standing, self.percent) = (Standing::Ready, None);
                let seconds = at.zip(self.called).map_or(0.0, |(at, called)| at.duration_since(called).as_secs_f64());
                let (timer, seconds) = (self.slow.take(), seconds.max(0.0));
                self.retried.push(RetryFact { kind: *kind, reason: reason.clone(), timer, seconds });
            }
            EventKind::Repair { number, .. } => {
                self.standing = Standing::Running;
                self.repairs += 1;
                self.repair = *number;
                self.percent = None;
            }
            EventKind::ItemFinished { status, outcome, reason, duration, .. } => {
                self.standing = Standing::Finished(*status);
                self.outcome.clone_from(outcome);
                self.reason.clone_from(reason);
                self.duration = *duration;
                self.finished = at;
            }
            EventKind::MergeRejected { level, errors, log, .. } => {
                self.red_merge = Some(*level);
                let lines = errors.iter().skip(1).cloned().collect();
                self.last_words = Some(LastWords { speaker: Speaker::Check, lines, file: log.clone() });
            }
            EventKind::Hand { deed, .. } => self.in_hand = *deed == HandDeed::Taken,
            EventKind::AttemptStarted { agent, silence, .. } => {
                self.latest_agent = Some(agent.clone());
                self.silence = *silence;
                (self.called, self.last_sign) = (at, at);
            }
            EventKind::Alive { .. } => self.last_sign = at,
            EventKind::Spent { usage, .. } => self.usage = self.usage.plus(*usage),
            EventKind::Checking { phase, level, .. } => {
                self.standing = Standing::Validating { phase: *phase, level: *level };
            }
            EventKind::MergeAwaited { .. } => self.awaits_merge = true,
            EventKind::Conflict { .. }
            | EventKind::Guard { .. }
            | EventKind::Approved { .. }
            | EventKind::ConflictWarning { .. }
            | EventKind::ScopeDrift { .. }
            | EventKind::RateLimited { .. }
            | EventKind::Rescue { .. }
            | EventKind::Disagreement { .. }
            | EventKind::Note { .. }
            | EventKind::RunStarted { .. }
            | EventKind::Step { .. }
            | EventKind::Graph { .. }
            | EventKind::Forecast(_)
            | EventKind::Paused { .. }
            | EventKind::QuotaPaused { .. }
            | EventKind::QuotaResumed { .. }
            | EventKind::Budget { .. }
            | EventKind::Gap { .. }
            | EventKind::RunFinished { .. } => {}
        }
    }
}

//! The facts as the rows of the table look at them.

use super::claims::Word;
use super::facts::{Facts, Wanted};
use super::tree::work;
use crate::model::agent::{AgentStatus, TimerKind};

/// Digested facts.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub(super) facts: &'a Facts,
    /// What the agent changed.
    pub(super) work: Vec<&'a str>,
    /// What differs at the end and is no work: left by validation, or excluded.
    pub(super) leftovers: Vec<&'a str>,
    /// The lowest that the agent says of itself.
    pub(super) word: Word,
}

impl<'a> Seen<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let all = work(&facts.validated, facts.start.as_ref(), &facts.end);
        let is_excluded = |path: &str| {
            let inside =
                |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            facts.excluded.iter().any(|excluded| inside(excluded.trim_start_matches("./").trim_end_matches('/')))
        };
        let (excluded, work): (Vec<&str>, Vec<&str>) = all.iter().copied().partition(|path| is_excluded(path));
        let left = facts.end.paths().filter(|path| !all.contains(path) && !is_excluded(path));
        let said = facts.claims.as_ref().and_then(|claims| claims.word).unwrap_or(Word::Done);
        Self { facts, work, leftovers: excluded.into_iter().chain(left).collect(), word: said }
    }

    /// The process did not end as one that is content. One that we helped to its end after its result has.
    pub(super) fn ended_badly(&self) -> bool {
        let exit = self.facts.exit;
        self.facts.timer != Some(TimerKind::Linger) && (exit.signal.is_some() || exit.code != Some(0))
    }

    /// A timer ended it before it had a result. Whoever ran out of money has a reason of its own to be slow.
    pub(super) fn timed_out(&self) -> bool {
        let over = self.facts.timer.is_some_and(|timer| timer != TimerKind::Linger);
        over && self.facts.status != AgentStatus::Budget
    }

    /// Its own last event says that it failed.
    pub(super) fn says_unfinished(&self) -> bool {
        self.facts.finished.as_ref().is_some_and(|finished| !finished.ok)
    }

    /// It says why no change was needed, where changes were wanted.
    pub(super) fn no_changes(&self) -> Option<&'a str> {
        let claims = self.facts.claims.as_ref().filter(|_| self.facts.wanted == Wanted::Work)?;
        claims.no_changes.as_deref()
    }

    /// There is something to show: work, or checks for what needed none; an answer, where one was wanted.
    pub(super) fn is_proven(&self) -> bool {
        match self.facts.wanted {
            Wanted::Work => !self.work.is_empty() || self.no_changes().is_some() && self.facts.checks,
            Wanted::Answer => self.facts.status != AgentStatus::NoWork,
        }
    }
}

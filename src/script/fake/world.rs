//! Everything that the fake bridge knows and remembers.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use crate::bridge::door::{Executed, Worktree};
use crate::event::kind::EventKind;

use super::behaviour::{AgentAnswer, Defect, HttpAnswer, ProgramAnswer};
use super::schedule::Schedule;

/// What was asked of an agent.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct AgentRecord {
    pub(crate) agent: String,
    pub(crate) item: String,
    pub(crate) role: String,
    pub(crate) phase: String,
    pub(crate) attempt: u32,
    pub(crate) model: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) prompt: String,
}

/// The state behind the bridge's lock.
#[derive(Default)]
pub(super) struct World {
    pub(super) files: BTreeMap<PathBuf, String>,
    pub(super) env: BTreeMap<String, String>,
    /// Answers by item; those of `*` are for everybody.
    pub(super) agents: BTreeMap<String, VecDeque<AgentAnswer>>,
    /// Answers by the first words of the argument list; the last one that fits counts.
    pub(super) programs: Vec<(Vec<String>, ProgramAnswer)>,
    pub(super) http: VecDeque<HttpAnswer>,
    /// Defects by item; each is found once and mended after.
    pub(super) defects: BTreeMap<String, Vec<Defect>>,
    pub(super) executed: Vec<Executed>,
    pub(super) worktrees: BTreeMap<String, Worktree>,
    pub(super) events: Vec<EventKind>,
    pub(super) calls: Vec<AgentRecord>,
    /// Messages and files of the commits in the checkout.
    pub(super) commits: Vec<(String, Vec<String>)>,
    pub(super) now: i64,
    pub(super) cancelled: bool,
    pub(super) schedule: Option<Schedule>,
}

impl World {
    /// Returns the answer that is next for an item; the last one of a list stays.
    pub(super) fn answer(&mut self, item: &str) -> AgentAnswer {
        let key = if self.agents.contains_key(item) { item } else { "*" };
        let Some(list) = self.agents.get_mut(key) else { return AgentAnswer::default() };
        if list.len() > 1 {
            return list.pop_front().unwrap_or_default();
        }
        list.front().cloned().unwrap_or_default()
    }

    /// Returns what a program answers.
    pub(super) fn program(&self, argv: &[String]) -> Option<ProgramAnswer> {
        let fits = |(words, _): &&(Vec<String>, ProgramAnswer)| argv.starts_with(words);
        self.programs.iter().rev().find(fits).map(|(_, answer)| answer.clone())
    }
}

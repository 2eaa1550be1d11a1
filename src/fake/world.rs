//! Everything that the fake bridge knows and remembers.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use super::agenda::Agenda;
use super::behaviour::{FakeAgentCall, FakeConflict, FakeDefect, FakeProgram, FakeRequest, FakeServer};
use crate::bridge::{Executed, Worktree};
use crate::event::EventKind;
use crate::run::core::in_memory;
use crate::run::core::state::LoopState;

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
pub(crate) struct World {
    pub(crate) files: BTreeMap<PathBuf, String>,
    pub(crate) env: BTreeMap<String, String>,
    /// Settings that stand before the configuration.
    pub(crate) settings: BTreeMap<String, serde_json::Value>,
    /// Where programs are found; those that are not here are not there.
    pub(crate) found: BTreeMap<String, String>,
    /// Answers by item; those of `*` are for everybody.
    pub(crate) agents: BTreeMap<String, VecDeque<FakeAgentCall>>,
    /// Answers by the first words of the argument list; the last one that fits counts.
    pub(crate) programs: Vec<(Vec<String>, FakeProgram)>,
    pub(crate) http: VecDeque<FakeServer>,
    /// What servers were asked.
    pub(crate) requests: Vec<FakeRequest>,
    /// Programs that were run.
    pub(crate) ran: Vec<Vec<String>>,
    /// What a person says next.
    pub(crate) replies: VecDeque<String>,
    /// Defects by item; each is found once and mended after.
    pub(crate) defects: BTreeMap<String, Vec<FakeDefect>>,
    /// Conflicts by item; each is met once.
    pub(crate) conflicts: BTreeMap<String, Vec<FakeConflict>>,
    pub(crate) executed: Vec<Executed>,
    pub(crate) worktrees: BTreeMap<String, Worktree>,
    pub(crate) events: Vec<EventKind>,
    pub(crate) calls: Vec<AgentRecord>,
    /// Messages and files of the commits in the checkout.
    pub(crate) commits: Vec<(String, Vec<String>)>,
    /// A thread of a recipe is to panic with this text.
    pub(crate) panic: Option<String>,
    pub(crate) agenda: Agenda,
    pub(crate) state: LoopState,
}

impl Default for World {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            env: BTreeMap::new(),
            settings: BTreeMap::new(),
            found: BTreeMap::new(),
            agents: BTreeMap::new(),
            programs: Vec::new(),
            http: VecDeque::new(),
            requests: Vec::new(),
            ran: Vec::new(),
            replies: VecDeque::new(),
            defects: BTreeMap::new(),
            conflicts: BTreeMap::new(),
            executed: Vec::new(),
            worktrees: BTreeMap::new(),
            events: Vec::new(),
            calls: Vec::new(),
            commits: Vec::new(),
            panic: None,
            agenda: Agenda::default(),
            state: in_memory::state(),
        }
    }
}

impl World {
    /// Returns the answer that is next for an item; the last one of a list stays.
    pub(crate) fn answer(&mut self, item: &str) -> FakeAgentCall {
        let key = if self.agents.contains_key(item) { item } else { "*" };
        let Some(list) = self.agents.get_mut(key) else { return FakeAgentCall::default() };
        if list.len() > 1 {
            return list.pop_front().unwrap_or_default();
        }
        list.front().cloned().unwrap_or_default()
    }

    /// Returns what a program answers.
    pub(crate) fn program(&mut self, argv: &[String]) -> Option<FakeProgram> {
        self.ran.push(argv.to_vec());
        let fits = |(words, _): &&(Vec<String>, FakeProgram)| argv.starts_with(words);
        self.programs.iter().rev().find(fits).map(|(_, answer)| answer.clone())
    }
}

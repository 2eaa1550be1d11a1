//! The work of items in memory: worktrees, checkpoints, validation, agents, merges.

use std::path::PathBuf;
use std::time::Duration;

use super::world::{AgentRecord, World};
use crate::bridge::{AgentCall, Answer, Deed, Handed, InHand, JudgedReport, MadeCheckpoint, PhaseRecord, Worktree};
use crate::error::{Error, ExitCode};
use crate::host::agent::Fact;
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::workspace::Prepared;
use crate::host::validate::Validation;
use crate::model::agent::{AgentReport, AgentStatus, Exit};
use crate::model::validation::{LevelResult, LevelVerdict, ValidationRecord};
use crate::run::core::message::Message;
use crate::run::work::item::agent::{AgentOrder, Called, ErrorOutput};
use crate::run::work::item::hand::HandOrder;
use crate::run::work::item::worktree::WorktreeReady;
use crate::run::work::item::{checkpoint, facts, worktree as prepare};
use crate::run::work::merge::end::MergeEnd;

/// What a test prescribed does not work like this.
pub(crate) fn refuse(message: impl Into<String>) -> Error {
    Error::new(ExitCode::InvalidInput, message)
}

impl World {
    /// Makes the worktree of an item, or finds it was left.
    pub(crate) fn prepare(&mut self, order: &prepare::WorktreeOrder) -> WorktreeReady {
        let item = &order.attempt.item;
        let mut worktree = self.worktree(item).clone();
        if order.conflict {
            let files = vec!["conflict".to_owned()];
            worktree.conflict = Some(crate::bridge::Conflict { files, theirs: String::new() });
        }
        worktree.refused.clone_from(&order.refused);
        let tree = Prepared {
            path: worktree.path.clone(),
            branch: order.branch.clone(),
            item: item.clone(),
            run: order.run.clone(),
            ..Prepared::default()
        };
        let lease = Lease { reference: String::new(), commit: String::new(), attempt: order.attempt.number };
        let want = order.by_hand.then(Box::default);
        WorktreeReady { tree: Some(tree), worktree, left: None, lease: Some(lease), want }
    }

    /// Lets a person do something with the phase that they carry out; what they hand in is always something.
    pub(crate) fn by_hand(&mut self, order: &HandOrder) -> Handed {
        let report = AgentReport::not_started(AgentStatus::Ok);
        let phase = order.phase;
        let judged = (order.deed == Deed::Judge).then(|| facts::in_memory(report, &order.expectation, true));
        let by = "a person".to_owned();
        let hand = InHand { by: by.clone(), phase, path: order.tree.path.clone() };
        match order.deed {
            Deed::Take => self.worktree(&order.attempt.item).in_hand = Some(hand),
            Deed::LetGo | Deed::Abandon => self.worktree(&order.attempt.item).in_hand = None,
            Deed::Judge => {}
        }
        Handed { by, phase, judged }
    }

    fn worktree(&mut self, item: &str) -> &mut Worktree {
        let branch = item.to_lowercase().replace('.', "-");
        let fresh = || Worktree { path: PathBuf::from("/fake").join(&branch), branch, ..Worktree::default() };
        self.worktrees.entry(item.to_owned()).or_insert_with(fresh)
    }

    /// Remembers a checkpoint.
    pub(crate) fn commit(&mut self, order: checkpoint::CheckpointOrder) -> MadeCheckpoint {
        let (ordinal, key) = (order.ordinal, order.key);
        let commit = format!("{ordinal:040x}");
        let tree = self.worktree(&order.attempt.item);
        tree.phases.retain(|record| record.ordinal != ordinal);
        tree.phases.push(PhaseRecord { ordinal, commit: commit.clone(), key, validation: None });
        MadeCheckpoint { commit, files: Vec::new() }
    }

    /// Finds a prescribed defect once; everything else passes.
    pub(crate) fn validate(&mut self, checks: &Validation) -> ValidationRecord {
        let (item, phase) = (&checks.prp, checks.phase);
        let defects = self.defects.entry(item.clone()).or_default();
        let found = defects.iter().position(|defect| defect.phase == phase && defect.level <= checks.level);
        let defect = found.map(|index| defects.remove(index));
        let mut levels = Vec::new();
        for number in 1..=checks.level {
            let error = defect.as_ref().filter(|defect| defect.level == number).map(|defect| defect.error.clone());
            let result = if error.is_some() { LevelVerdict::Failed } else { LevelVerdict::Passed };
            let errors = error.into_iter().collect::<Vec<_>>();
            let failed = !errors.is_empty();
            levels.push(LevelResult { level: number, result, commands: Vec::new(), errors, log: None, duration: 0.0 });
            if failed {
                break;
            }
        }
        let record = ValidationRecord {
            schema_version: 1,
            prp: item.clone(),
            phase,
            level: checks.level,
            levels,
            changed: Vec::new(),
        };
        for done in self.worktree(item).phases.iter_mut().filter(|done| done.ordinal == phase) {
            done.validation = Some(record.clone());
        }
        record
    }

    /// Merges an item, unless a conflict is prescribed.
    pub(crate) fn merge(&mut self, item: &str) -> MergeEnd {
        let conflicts = self.conflicts.entry(item.to_owned()).or_default();
        if !conflicts.is_empty() {
            return MergeEnd::Conflict { files: conflicts.remove(0).files };
        }
        MergeEnd::Merged { commit: format!("{:040x}", 0) }
    }

    /// Calls an agent: its end comes when its time is over.
    pub(crate) fn call(&mut self, order: AgentOrder, answer: Answer<JudgedReport>) -> Vec<Message> {
        let AgentOrder { attempt, call, expectation, .. } = order;
        let (phase, agent) = (call.phase, call.name.clone());
        let report = match self.ask_agent(*call) {
            Ok(report) => report,
            Err(error) => {
                answer.refuse(error);
                return Vec::new();
            }
        };
        let (item, delay) = (self.item(&attempt.item), Duration::from_secs_f64(report.duration));
        let fact = Fact::Usage(report.usage);
        // Who has not done nothing by its own account has changed something.
        let has_changes = report.status != AgentStatus::NoWork;
        let judged = Box::new(facts::in_memory(report, &expectation, has_changes));
        let source = (attempt.clone(), phase, agent.clone());
        let result = Ok(Called { judged, ran: true, stderr: ErrorOutput::default() });
        self.agenda.agent(item, delay, Message::AgentEnded { attempt, phase, agent, result, answer });
        let (attempt, phase, agent) = source;
        vec![Message::AgentFact { attempt, phase, agent, model: None, fact }]
    }

    /// Returns what is prescribed for a call of an agent, judged by its adapter.
    pub(crate) fn ask_agent(&mut self, mut call: AgentCall) -> Result<AgentReport, Error> {
        let spec = &call.spec;
        let prescribed = self.answer(&spec.item);
        self.calls.push(AgentRecord {
            agent: call.name.clone(),
            item: spec.item.clone(),
            role: spec.role.clone(),
            phase: spec.phase.clone(),
            attempt: spec.attempt,
            model: spec.model.clone(),
            session: spec.session.clone(),
            prompt: spec.prompt.clone(),
        });
        call.adapter.command(&call.spec).map_err(refuse)?;
        if let Some(text) = prescribed.error {
            return Err(refuse(text));
        }
        if let Some(text) = prescribed.panic {
            self.panic = Some(text);
            return Err(refuse("the agent panics"));
        }
        let judged = (!prescribed.lines.is_empty()).then(|| {
            for line in &prescribed.lines {
                let _events = call.adapter.on_line(line);
            }
            call.adapter.outcome(Exit { code: prescribed.code, signal: prescribed.signal })
        });
        Ok(prescribed.report(judged))
    }

    fn item(&mut self, id: &str) -> usize {
        self.state.open().ok().and_then(|run| run.item(id)).unwrap_or(usize::MAX)
    }
}

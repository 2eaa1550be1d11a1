//! What of an attempt is at the hub: the lease that a worker holds, and everything that hangs on it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::papers::Papers;
use crate::error::{Error, Result};
use crate::host::git::hub::events;
use crate::host::git::hub::names;
use crate::host::git::hub::talk::{Hub, HubChange, HubMoved};
use crate::host::git::plumbing::refs;
use crate::host::owner;
use crate::model::worker::{AttemptLease, AttemptState, OutcomeRecord, WorkerSpec};

/// Where the validation notes are.
const NOTES: &str = "refs/notes/batchprp";

/// Tells the hub how an attempt goes on.
pub struct Publisher {
    hub: Hub,
    spec: WorkerSpec,
    text: AttemptLease,
    /// Commit at which the lease is at the hub.
    commit: String,
    /// Lines of events that the chain does not have yet.
    waiting: String,
    /// Lines that the chain has already.
    skip: usize,
    /// What agents and checks write.
    papers: Papers,
    /// When the last push began that the hub took.
    pub held_since: Instant,
    /// When a push was tried last.
    pub tried: Instant,
}

/// How telling the hub went.
#[derive(Debug)]
pub enum Told {
    Done,
    /// The lease is not ours any more.
    Fenced,
    /// The hub does not answer; the lease may still be ours.
    NotYet(Error),
}

impl Publisher {
    /// Prepares to take an attempt over.
    pub fn new(hub: Hub, spec: WorkerSpec) -> Self {
        let text = AttemptLease {
            run: spec.run.clone(),
            item: spec.item.clone(),
            attempt: spec.attempt,
            nonce: spec.nonce.clone(),
            state: AttemptState::Running,
            node: Some(owner::host_name()),
            count: 0,
            base: spec.item_base.clone(),
            tip: spec.tip.clone(),
            proof: spec.proof.clone(),
            events: None,
            record: None,
        };
        let now = Instant::now();
        let (commit, waiting) = (spec.lease.clone(), String::new());
        let papers = Papers::default();
        Self { hub, commit, spec, text, waiting, skip: 0, papers, held_since: now, tried: now }
    }

    /// Takes the attempt up where the hub has it; `false` where it is not ours any more.
    pub fn take_up(&mut self) -> Result<bool> {
        let Some(commit) = self.hub.lease(&self.spec.item)? else { return Ok(false) };
        let Some(text) = self.hub.read(&commit)?.filter(|lease| lease.nonce == self.spec.nonce) else {
            return Ok(false);
        };
        // What the chain of events has is not told again.
        if let Some(newest) = &text.events {
            let told = events::since(&self.hub.repo, None, newest)?;
            self.skip = told.lines.len();
            self.papers.skip(&told.papers);
        }
        (self.text, self.commit) = (AttemptLease { node: Some(owner::host_name()), ..text }, commit);
        Ok(true)
    }

    /// Says in which folder agents and checks write.
    pub fn papers_are_in(&mut self, folder: PathBuf) {
        self.papers.are_in(folder);
    }

    /// Adds what happened.
    pub fn hear(&mut self, line: &str) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.waiting.push_str(line);
        self.waiting.push('\n');
    }

    /// Tells whether there is a checkpoint that the hub does not have. A validation goes with the next push: without its
    /// record a checkpoint is only checked once more.
    pub fn has_news(&self) -> Result<bool> {
        let tip = self.hub.repo.tip(&self.spec.branch)?;
        Ok(tip.is_some_and(|tip| tip != self.text.tip))
    }

    /// How long ago the lease was renewed last.
    pub fn age(&self) -> Duration {
        self.held_since.elapsed()
    }

    /// Renews the lease, with all that is new.
    pub fn renew(&mut self) -> Result<Told> {
        self.tell(AttemptState::Running, None)
    }

    /// Tells what came of the attempt, or that it was stopped.
    pub fn end(&mut self, record: Option<OutcomeRecord>) -> Result<Told> {
        self.tell(if record.is_some() { AttemptState::Ended } else { AttemptState::Stopped }, record)
    }

    fn tell(&mut self, state: AttemptState, record: Option<OutcomeRecord>) -> Result<Told> {
        let repo = &self.hub.repo;
        let (spec, begin) = (&self.spec, Instant::now());
        let mut text = self.text.clone();
        (text.state, text.record, text.count) = (state, record, self.text.count + 1);
        if let Some(tip) = repo.tip(&spec.branch)? {
            text.tip = tip;
        }
        if let Some(base) = refs::read(repo, &refs::base(&spec.branch))? {
            text.base = base;
        }
        text.proof = refs::read(repo, NOTES)?.or(text.proof);
        let papers = self.papers.news(state != AttemptState::Running);
        if !self.waiting.is_empty() || !papers.is_empty() {
            text.events = Some(events::add(repo, text.events.as_deref(), &self.waiting, &papers)?);
            self.waiting.clear();
            self.text.events.clone_from(&text.events);
        }
        let commit = self.hub.write(&text, &[])?;
        let swap =
            |name, from: Option<&String>| HubChange::Swap { name, from: from.cloned(), to: Some(commit.clone()) };
        let mut changes = vec![
            swap(names::lease(&spec.item), Some(&self.commit)),
            HubChange::Put { name: names::attempt(&spec.run, &spec.item, spec.attempt), to: text.tip.clone() },
        ];
        if state == AttemptState::Ended {
            changes.push(swap(names::outcome(&spec.run, &spec.item, spec.attempt), None));
        }
        self.tried = begin;
        match self.hub.push(&changes) {
            Ok(HubMoved::Done) => {
                (self.text, self.commit, self.held_since) = (text, commit, begin);
                Ok(Told::Done)
            }
            Ok(HubMoved::Raced) => Ok(Told::Fenced),
            Err(error) => Ok(Told::NotYet(error)),
        }
    }

    /// Leaves the commits of an attempt that is not ours any more where they can be found.
    pub fn leave(&self) {
        let name = names::attempt(&self.spec.run, &self.spec.item, self.spec.attempt);
        if let Ok(Some(tip)) = self.hub.repo.tip(&self.spec.branch) {
            // Nobody waits for it.
            drop(self.hub.push(&[HubChange::Put { name, to: tip }]));
        }
    }
}

//! Everything that a verdict is made of.

use super::claims::Claims;
use super::tree::Tree;
use crate::model::agent::{AgentReport, AgentStatus, Exit, Finished, Limit, TimerKind};

/// What a call was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Changes in the worktree.
    #[default]
    Work,
    /// What it says: a document, a review.
    Answer,
}

/// What is known after an agent call.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name of the adapter.
    pub agent: String,
    /// Id of the item.
    pub item: String,
    pub wanted: Wanted,
    /// Folder in which it worked, for claims of absolute paths.
    pub worktree: String,

    /// The state in which the last validation left the worktree. What set-up made is in no tree.
    pub validated: Tree,
    /// What lay uncommitted in the worktree when the agent started; `None` when nobody looked, as after a crash of the
    /// orchestrator.
    pub start: Option<Tree>,
    /// The worktree when the agent ended, seen from the last checkpoint. What was committed there since is work, too:
    /// that of an agent whose orchestrator died, or of a person.
    pub end: Tree,
    /// Paths and folders that are never work: the item's own document, the folder of state.
    pub excluded: Vec<String>,
    /// Files, folders and globs that the document declares.
    pub declared: Vec<String>,
    /// Files that earlier phases of the item changed, and commits that are on its branch or were made by the agent.
    pub earlier: Vec<String>,
    pub commits: Vec<String>,
    /// Commands or gates will run for this phase, at a level that was asked for.
    pub checks: bool,

    /// `result.json`, when it was written and could be read.
    pub claims: Option<Claims>,
    /// Final answer.
    pub text: String,
    /// The adapter's judgement.
    pub status: AgentStatus,
    pub exit: Exit,
    /// The timer that ended it, and how long it worked, in seconds.
    pub timer: Option<TimerKind>,
    pub seconds: f64,
    /// The run was stopped meanwhile.
    pub cancelled: bool,
    pub limit: Option<Limit>,
    pub finished: Option<Finished>,
}

impl Default for Facts {
    /// An agent that ended well and of which nothing else is known.
    fn default() -> Self {
        Self {
            agent: String::new(),
            item: String::new(),
            wanted: Wanted::Work,
            worktree: String::new(),
            validated: Tree::default(),
            start: Some(Tree::default()),
            end: Tree::default(),
            excluded: Vec::new(),
            declared: Vec::new(),
            earlier: Vec::new(),
            commits: Vec::new(),
            checks: false,
            claims: None,
            text: String::new(),
            status: AgentStatus::Ok,
            exit: Exit { code: Some(0), signal: None },
            timer: None,
            seconds: 0.0,
            cancelled: false,
            limit: None,
            finished: None,
        }
    }
}

impl Facts {
    /// Returns what the report of an attempt tells by itself.
    pub fn of(agent: &str, item: &str, report: &AgentReport) -> Self {
        Self {
            agent: agent.to_owned(),
            item: item.to_owned(),
            claims: report.result.as_ref().map(Claims::read),
            text: report.text.clone(),
            status: report.status,
            exit: report.exit,
            timer: report.timer,
            seconds: report.duration,
            cancelled: report.cancelled,
            limit: report.limit,
            finished: report.finished.clone(),
            ..Self::default()
        }
    }
}

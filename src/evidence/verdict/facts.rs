//! Everything that a verdict is made of.

use super::claims::Claims;
use super::tree::Tree;
use crate::model::agent::{AgentStatus, Exit, TimerKind};

/// A usage limit that an event of the agent told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// When it ends, in epoch seconds, as far as anybody said.
    pub until: Option<i64>,
}

/// The last `finished` event of the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    pub ok: bool,
    pub reason: String,
    pub text: String,
}

/// What is known after an agent call that was to work on a phase.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name of the adapter.
    pub agent: String,
    /// Id of the item.
    pub item: String,
    /// Folder in which it worked, for claims of absolute paths.
    pub worktree: String,

    /// What set-up left in the worktree, and what the last validation left.
    pub set_up: Tree,
    pub validated: Tree,
    /// The worktree when the agent started and when it ended, both seen from the commit at its start. `None` when nobody
    /// looked at the start, as after a crash of the orchestrator.
    pub start: Option<Tree>,
    pub end: Tree,
    /// Paths and folders that are never work: the item's own document, the folder of state.
    pub excluded: Vec<String>,
    /// Files, folders and globs that the document declares.
    pub declared: Vec<String>,
    /// Declared files that are there and that git ignores: no evidence, but an explanation.
    pub ignored: Vec<String>,
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
            worktree: String::new(),
            set_up: Tree::default(),
            validated: Tree::default(),
            start: Some(Tree::default()),
            end: Tree::default(),
            excluded: Vec::new(),
            declared: Vec::new(),
            ignored: Vec::new(),
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

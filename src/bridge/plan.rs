//! What a run is opened with: its options and its graph.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::placed::ExecutorOptions;
use crate::event::kind::{EdgeInfo, ItemInfo};
use crate::model::gate::GateLine;
use crate::model::read::dialect::MarkTarget;

/// Which PRPs a command works on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    pub batch: Option<u32>,
    /// Ids, or paths of documents, as the user gave them; empty means all of the batch.
    pub ids: Vec<String>,
    /// Also look into the folder of executed PRPs.
    pub executed: bool,
    /// Take documents with errors too, their problems with them; with neither batch nor ids those of all batches.
    pub lenient: bool,
    /// The format of documents of other tools, where the user says it.
    pub format: Option<String>,
    /// Optional items of other tools' lists are taken too.
    pub optional: bool,
    /// A list of another tool becomes a batch for good: its items keep the ids that they get.
    pub adopt: bool,
}

/// What is written into the document of an item that was merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WriteBack {
    /// The status in the frontmatter.
    #[default]
    Status,
    /// The mark of the tool whose list it is.
    Mark(Box<MarkTarget>),
    Nothing,
}

/// What a merge conflict leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// The item waits for a person; the others go on.
    #[default]
    Park,
    /// Nothing starts any more.
    Stop,
    /// An agent resolves it, once.
    Agent,
}

impl OnConflict {
    /// The words of flags, configuration and scripts.
    pub const WORDS: [&str; 3] = ["park", "stop", "agent"];

    /// Reads the word of flags and configuration.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "park" => Some(Self::Park),
            "stop" => Some(Self::Stop),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

/// Limits and policies of a run; every field has the value that flags and configuration gave it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOptions {
    /// Name of the command, such as `exe`.
    pub command: String,
    pub batch: Option<u32>,
    pub jobs: u32,
    pub retries: u32,
    /// How often a phase that fails its checks goes back to its agent.
    pub repairs: u32,
    pub fail_fast: bool,
    pub max_fail: Option<u32>,
    /// Stages are barriers.
    pub barrier: bool,
    /// Who carries the items out, when that is not this process.
    pub executor: Option<ExecutorOptions>,
    /// The adapter that items call where `RunGraph::agents` names no other.
    pub agent: Option<String>,
    /// Items have branches and worktrees and are merged into the batch branch.
    pub merge: bool,
    /// With `merge`: the branches of items are left unmerged.
    pub no_merge: bool,
    /// The merged tree of each item is validated before the batch branch moves.
    pub validate_merge: bool,
    pub on_conflict: OnConflict,
    /// Base revision of the batch branch.
    pub base: Option<String>,
    /// Old branches of the items are set aside: they start anew from the batch branch as it is now.
    pub restart: bool,
    /// Nothing narrower than the batch was chosen: a restart then begins on a new batch branch too.
    pub whole: bool,
    /// A person carries the items out: their workspaces are kept as they are.
    pub by_hand: bool,
    /// Items whose merges are taken out of the batch branch first, to be carried out again.
    pub redo: Vec<String>,
    /// Items that are merged and are carried on all the same: phases came to them since, or were reverted.
    pub reopen: Vec<String>,
    /// Merged items whose gates each merged tree must still pass.
    pub stay_valid: Vec<StaysValid>,
    pub keep_worktrees: bool,
    pub wait_for_quota: bool,
    pub max_cost: Option<f64>,
    pub max_tokens: Option<u64>,
    /// Highest validation level.
    pub level: u8,
    /// Command line that resumes this run, for people; the one of the program where the script says none.
    pub resume: Option<String>,
    /// Commands that come next when everything is done, for people.
    pub next: Vec<String>,
}

/// A merged item that must still pass its gates when others are merged again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StaysValid {
    pub id: String,
    /// Items of this run without which it cannot pass.
    pub needs: Vec<String>,
    pub gates: Vec<GateLine>,
}

/// The graph as the machine runs it and the event tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunGraph {
    /// In topological order.
    pub items: Vec<ItemInfo>,
    pub edges: Vec<EdgeInfo>,
    pub stages: BTreeMap<u32, Vec<String>>,
    pub critical_path: Vec<String>,
    pub bound_hours: f64,
    /// The ids on which each item builds, also those that are not in the graph.
    pub dependencies: BTreeMap<String, Vec<String>>,
    /// Declared files of each item, for scope checks; also of items of the batch that are not part of the run.
    pub files: BTreeMap<String, Vec<String>>,
    /// The document of each item that has one, for status and merge titles.
    pub documents: BTreeMap<String, PathBuf>,
    /// What is written into the document of an item, where that is not its status.
    pub write_back: BTreeMap<String, WriteBack>,
    /// The commands of all gates in the document of each item.
    pub gates: BTreeMap<String, Vec<GateLine>>,
    /// The adapter that an item calls, where the script says so.
    pub agents: BTreeMap<String, String>,
}

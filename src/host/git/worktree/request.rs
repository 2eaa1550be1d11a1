//! What is asked for a worktree, and what is ready to be worked in.

use std::path::PathBuf;

use super::rescue::Rescue;

/// What an item needs before its recipe starts.
#[derive(Clone, Debug, Default)]
pub struct Prepare {
    pub branch: String,
    /// Commit from which a new branch starts.
    pub start: String,
    pub path: PathBuf,
    pub run: String,
    /// Id of the PRP.
    pub item: String,
    pub attempt: u32,
    /// Leaves uncommitted work where it is: the result of a finished agent that is about to be adopted.
    pub keep_changes: bool,
}

/// A worktree that is ready to be worked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    pub path: PathBuf,
    pub branch: String,
    /// Commit where the branch started.
    pub base: String,
    /// Tip of the branch, which is checked out.
    pub tip: String,
    pub item: String,
    pub run: String,
    /// Uncommitted work that was found and saved.
    pub rescued: Option<Rescue>,
    /// What had to be mended, for the event stream.
    pub repaired: Vec<String>,
}

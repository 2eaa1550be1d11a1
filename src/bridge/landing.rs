//! Landing a batch on the branch on which it began.

use crate::model::gate::GateLine;
use crate::model::landing::LandStrategy;

/// Brings the work of a batch onto a branch, once the tree that would be there passes its validation.
#[derive(Debug)]
pub struct Land {
    pub batch: Option<u32>,
    /// Branch instead of the one on which the batch began.
    pub onto: Option<String>,
    pub strategy: LandStrategy,
    /// Highest validation level.
    pub level: u8,
    /// Gates of the items that are merged.
    pub gates: Vec<GateLine>,
    /// What was taken back since an earlier landing may stay away.
    pub partial: bool,
    /// The command that asks for it, for messages.
    pub again: String,
}

/// Takes the last landing of a batch back.
#[derive(Debug)]
pub struct UndoLanding {
    pub batch: Option<u32>,
    /// Branch instead of the one on which the batch began.
    pub onto: Option<String>,
}

/// A branch that was moved, or that had everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landed {
    /// The batch branch.
    pub branch: String,
    pub onto: String,
    /// Commit at which the branch was before.
    pub from: String,
    pub to: String,
    /// Commits that it got; 0 where it had everything.
    pub commits: usize,
    /// Of these, commits on which the batch began, and which the branch did not have (any more).
    pub before: usize,
    pub how: LandStrategy,
}

/// Pushes what is to be proposed of a batch.
#[derive(Debug)]
pub struct PushWork {
    pub batch: Option<u32>,
    /// Branch instead of the one on which the batch began.
    pub onto: Option<String>,
    pub remote: String,
    /// Items with their merges, each of which is proposed by itself; the batch as a whole otherwise.
    pub merged: Option<Vec<(String, String)>>,
    /// Items whose requests were merged: their work is in what lies below.
    pub gone: Vec<String>,
    /// Items whose requests were merged into branches that lead nowhere.
    pub stranded: Vec<String>,
    /// It is only told what would be pushed, and where.
    pub look: bool,
}

/// What was pushed, and for which branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushedWork {
    /// The batch branch.
    pub branch: String,
    pub onto: String,
    /// Address of the remote.
    pub address: String,
    /// In the order in which they build on each other.
    pub heads: Vec<PushedHead>,
}

/// One branch that was pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushedHead {
    pub item: Option<String>,
    pub branch: String,
    pub commit: String,
    /// It was made again on what lies below it now.
    pub is_moved: bool,
    /// Files in which it conflicts with what lies below it now; nothing was pushed then.
    pub conflicts: Vec<String>,
}

//! Who works on an item, and how far: what the lease of the item at the hub says.

use serde::{Deserialize, Serialize};

use super::record::OutcomeRecord;

/// How far an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptState {
    /// The orchestrator wants it; no worker has begun.
    Submitted,
    /// A worker has taken it over, and renews the lease.
    Running,
    /// The worker was told to stop, or could not go on, and nothing of it runs any more. There is no outcome.
    Stopped,
    /// There is an outcome.
    Ended,
}

/// The text of a lease. Its commit has all commits that it names as parents, so that they travel together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptLease {
    pub run: String,
    pub item: String,
    pub attempt: u32,
    pub nonce: String,
    pub state: AttemptState,
    /// Name of the machine on which the worker is.
    pub node: Option<String>,
    /// Rises with each renewal: no two leases are the same commit.
    pub count: u64,
    /// Where the branch of the item begins and ends.
    pub base: String,
    pub tip: String,
    /// Commit with the validation notes.
    pub proof: Option<String>,
    /// Newest commit of the chain of events.
    pub events: Option<String>,
    pub record: Option<OutcomeRecord>,
}

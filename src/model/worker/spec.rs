//! What a worker is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Returns the name of a job: by it an engine is asked, and nobody has two.
pub fn job_name(run: &str, item: &str, attempt: u32) -> String {
    format!("batchprp.{run}.{item}.a{attempt}")
}

/// One attempt of one item, as a worker gets it in a file or on its standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerSpec {
    pub schema_version: u32,
    /// Id of the run that wants it.
    pub run: String,
    pub batch: Option<u32>,
    pub item: String,
    /// Counts from 1 for each item of a run.
    pub attempt: u32,
    /// Repository through which everything travels: a path, or an address that git understands.
    pub hub: String,
    /// Commit at which the lease of the item is as long as no worker has taken the attempt over.
    pub lease: String,
    /// Commit at which the batch began.
    pub base: String,
    pub batch_branch: String,
    pub batch_tip: String,
    /// Branch of the item.
    pub branch: String,
    /// Commit at which the branch of the item began.
    pub item_base: String,
    pub tip: String,
    /// Commit with the validation notes of the orchestrator, where there are any.
    pub proof: Option<String>,
    /// Commit with the documents of the project as they lie in the checkout of the orchestrator.
    pub documents: String,
    /// Name of the command, such as `exe`.
    pub script: String,
    /// What `main` of the script gets.
    pub args: serde_json::Value,
    /// Seconds for which the lease holds without being renewed.
    pub lease_s: f64,
    /// Comes back in the lease and in the record.
    pub nonce: String,
    /// Adapter of the agent, where the run names one.
    pub agent: Option<String>,
}

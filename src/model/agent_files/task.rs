//! The files of an attempt by which an agent that is no model learns its task and tells what it did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `spec.json`: what an agent is asked to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskSpec {
    /// Always 1.
    pub schema_version: u32,
    pub operation: Operation,
    pub batch_id: Option<u32>,
    /// Item such as `PRP-47.2.1`.
    pub work_item_id: Option<String>,
    /// From 1.
    pub attempt: u32,
    /// `type` (`phase`, `prp` or `artifact`), `path`, `content`, and what the script adds.
    pub input: Option<Value>,
    pub timeout_minutes: f64,
    /// Model that is asked for, as the agent calls it; `null` for its own choice.
    pub model: Option<String>,
    /// Tools that the role may use; empty for all.
    pub tools: Vec<String>,
    pub max_turns: Option<u32>,
    /// Path of the PRP, below the project root.
    pub prp_path: Option<String>,
    /// The phase to carry out; an agent is called once per phase.
    pub phase: Option<TaskPhase>,
    /// `phase_2` when an earlier run left this phase half done.
    pub resume_from: Option<String>,
    /// Highest level of validation that is asked for, 1 to 4.
    pub validation_level: Option<u32>,
    pub context: TaskContext,
}

/// What kind of work a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    Generate,
    #[default]
    Execute,
    Review,
    ContextUpdate,
}

/// The phase of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskPhase {
    /// As the document has it: `2`, `2A`, `10.1`.
    pub label: String,
    /// Place in the document, from 1.
    pub ordinal: u32,
    pub title: String,
}

/// Where a task stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskContext {
    pub project_root: Option<String>,
    /// Branch of the item.
    pub branch: Option<String>,
    pub batch_id: Option<String>,
    pub stage: Option<u32>,
    pub order: Option<u32>,
}

/// `result.json`: what an agent says it did. Every key may be left out, and none of them is believed without evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskResult {
    pub work_item_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prp_id: Option<String>,
    /// `success`, `completed`, `partial` or `failed`.
    pub status: String,
    /// `phase_1` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phases_completed: Vec<String>,
    pub output: TaskOutput,
    pub metrics: TaskMetrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What came of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskOutput {
    pub files: Vec<String>,
    pub commits: Vec<String>,
    pub errors: Vec<String>,
    /// `true`, or why the phase needed no change; without this a phase without changes is unproven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_changes: Option<Value>,
    /// Answer of a reviewer, in the form of its schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Value>,
}

/// What a task took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskMetrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

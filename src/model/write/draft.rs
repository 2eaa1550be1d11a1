//! What a new PRP is made of.

use crate::model::prp::Complexity;

/// Everything that the writer needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrpDraft {
    pub id: String,
    pub title: String,
    pub batch: u32,
    pub stage: u32,
    pub order: u32,
    pub goal: String,
    /// What the plan says before its first phase.
    pub intro: String,
    pub hours: f64,
    pub complexity: Complexity,
    pub files: Vec<String>,
    /// Ids.
    pub dependencies: Vec<String>,
    pub phases: Vec<DraftPhase>,
    pub gates: Vec<DraftGate>,
    /// Path of the plan, and the label of the phase in it.
    pub plan: String,
    pub plan_phase: String,
}

/// A phase of the new PRP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftPhase {
    pub title: String,
    /// Markdown below the heading.
    pub text: String,
}

/// A gate of the new PRP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftGate {
    pub level: u8,
    pub text: String,
    pub command: Option<String>,
}

//! Items and edges of the graph.

use crate::model::prp::Complexity;

/// A work item: a PRP, or a phase of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Id of the PRP or label of the phase; what `dependencies` and `conflicts_with` name.
    pub id: String,
    pub title: String,
    pub dependencies: Vec<String>,
    /// Declared paths, globs and directories.
    pub files: Vec<String>,
    /// Ids of items that must not run at the same time.
    pub conflicts_with: Vec<String>,
    /// Estimated hours; what is negative or not a number counts as nothing.
    pub hours: f64,
    /// `None` where the document does not say it.
    pub complexity: Option<Complexity>,
    pub phases: u32,
    /// Short name for people, such as `PRP-47.1.1-slug`.
    pub name: String,
}

impl Node {
    /// Returns the estimate as a number that can be added up.
    pub(super) fn weight(&self) -> f64 {
        if self.hours.is_finite() { self.hours.max(0.0) } else { 0.0 }
    }
}

/// Why one item waits for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The document says so.
    Explicit,
    /// Both change this file; whether the earlier one succeeds does not matter to the later one.
    File(String),
    /// One names the other in `conflicts_with`; likewise only their order matters.
    Conflict,
}

impl Reason {
    /// Returns the word used in files: `explicit`, `file` or `conflict`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::File(_) => "file",
            Self::Conflict => "conflict",
        }
    }

    /// Returns the shared file.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File(file) => Some(file),
            Self::Explicit | Self::Conflict => None,
        }
    }
}

/// `to` waits for `from`; both are indices of nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub reason: Reason,
}

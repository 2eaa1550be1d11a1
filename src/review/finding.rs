//! One thing that a review has to say, with its place and the way out.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// How much a finding matters: an error stops `exe`, a warning is printed, an info is only kept in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    #[serde(alias = "critical", alias = "high")]
    Error,
    #[serde(alias = "medium", alias = "major")]
    Warning,
    #[serde(alias = "low", alias = "minor", alias = "note")]
    Info,
}

impl FindingSeverity {
    /// Returns the word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A finding about one file, in the form of the review reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// How much it matters.
    pub severity: FindingSeverity,
    /// Stable short name of the rule or topic, such as `undefined_dependency`.
    pub category: String,
    /// File that the finding is about, relative to the project.
    #[serde(default, deserialize_with = "text_or_null")]
    pub file: String,
    /// Line in that file, from 1; null when the whole file is meant.
    #[serde(default)]
    pub line: Option<usize>,
    /// What is wrong, with the evidence.
    pub description: String,
    /// The way out.
    #[serde(default, deserialize_with = "text_or_null")]
    pub suggestion: String,
    /// Byte range in the text of the file, where known. Not part of the files.
    #[serde(skip)]
    pub span: Option<Range<usize>>,
}

/// Reads a text; agents that must give every key write null for what they do not know.
fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Finding {
    /// Tells whether the finding stops a run.
    pub fn is_error(&self) -> bool {
        self.severity == FindingSeverity::Error
    }
}

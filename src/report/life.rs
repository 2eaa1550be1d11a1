//! Whether somebody carries a run on.

use schemars::JsonSchema;
use serde::Serialize;

/// What became of the process of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    Ended,
    Running,
    /// It runs on another host, or nobody can tell from here.
    Elsewhere,
    /// Its process is gone before the end.
    Interrupted,
}

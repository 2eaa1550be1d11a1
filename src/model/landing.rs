//! How the work of a batch comes onto the branch on which it began.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// How the work of a batch comes onto a branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LandStrategy {
    /// The branch moves forward where nothing else is on it; otherwise both are merged.
    #[default]
    Auto,
    #[serde(rename = "ff")]
    FastForward,
    Merge,
    /// Every checkpoint is made again on top of the branch.
    Rebase,
    /// One commit for everything.
    Squash,
}

impl LandStrategy {
    /// Names of all strategies, as people give them.
    pub const NAMES: [&str; 5] = ["auto", "ff", "merge", "rebase", "squash"];
}

impl Display for LandStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::FastForward => "ff",
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::Squash => "squash",
        })
    }
}

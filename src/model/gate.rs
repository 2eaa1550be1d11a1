//! Validation gates found in a document.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One gate: a thing to check at one level. Without a command it is manual, and never counted as passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// 1 structure, 2 syntax, 3 tests, 4 integration.
    pub level: u8,
    /// What the document says about it, without the command.
    pub text: String,
    /// One shell command line of the user's own.
    pub command: Option<String>,
    /// Ordinal of the phase it belongs to; `None` when it belongs to the whole PRP.
    pub phase: Option<u32>,
    /// Where it stands in the document.
    pub span: Range<usize>,
}

impl Gate {
    /// Returns what is run; `None` for a manual gate.
    pub fn line(&self) -> Option<GateLine> {
        Some(GateLine { level: self.level, command: self.command.clone()? })
    }
}

/// A gate that a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualGate {
    pub level: u8,
    /// What is to be checked.
    pub text: String,
}

/// The command line of a gate, and the level at which it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateLine {
    pub level: u8,
    pub command: String,
}

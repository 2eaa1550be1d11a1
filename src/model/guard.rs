//! What a rule of the guard leads to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding of the guard matters; the order is from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule is not applied.
    Off,
    /// It is told, and nothing else.
    Note,
    /// The item is not merged before a person approves.
    Approve,
    /// The item is not merged.
    Refuse,
}

impl Level {
    /// The words by which the configuration names levels.
    pub const WORDS: [&str; 4] = ["off", "note", "approve", "refuse"];

    /// Reads a word of the configuration.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "off" => Self::Off,
            "note" => Self::Note,
            "approve" => Self::Approve,
            "refuse" => Self::Refuse,
            _ => return None,
        })
    }

    /// Returns the word used in configuration and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        assert_eq!(Level::WORDS.map(|word| Level::read(word).map(Level::as_str)), Level::WORDS.map(Some));
        assert_eq!(Level::read("warn"), None);
    }
}

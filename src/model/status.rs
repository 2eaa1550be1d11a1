//! The status word in the frontmatter of a PRP.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a PRP stands according to its own frontmatter. Git decides; this is what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Planning,
    InProgress,
    Completed,
    Partial,
    Failed,
    Blocked,
    Executed,
    /// Given up, put off or replaced: it is not executed, and what depends on it waits for a person.
    Cancelled,
}

impl Status {
    /// All words, in the order in which they are listed to people.
    pub const ALL: [Self; 8] = [
        Self::Planning,
        Self::InProgress,
        Self::Completed,
        Self::Partial,
        Self::Failed,
        Self::Blocked,
        Self::Executed,
        Self::Cancelled,
    ];

    /// Returns the word as it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Executed => "executed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a status word as people write it, in any case, with the accepted synonyms.
    pub fn read(text: &str) -> Option<Self> {
        // `cancelled (see 1.1.2)`, `done, at last` and `🚫 on hold` say what their first words say.
        let said =
            text.split(['(', '[', '{', ',', ';', ':', '—', '–']).find(|part| part.contains(char::is_alphanumeric));
        let word = said.unwrap_or_default().trim_matches(|letter: char| !letter.is_alphanumeric());
        let word = word.to_lowercase().replace(['\'', '’'], "").replace([' ', '-'], "_");
        Some(match word.as_str() {
            "planning" | "pending" | "new" | "ready" | "initial" | "draft" => Self::Planning,
            "in_progress" => Self::InProgress,
            "completed" | "done" | "success" => Self::Completed,
            "partial" => Self::Partial,
            "failed" => Self::Failed,
            "blocked" => Self::Blocked,
            "executed" => Self::Executed,
            "cancelled" | "canceled" | "deferred" | "superseded" | "on_hold" | "wontfix" | "wont_fix" | "archived" => {
                Self::Cancelled
            }
            _ => return None,
        })
    }

    /// Tells whether the work is over and done.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::Executed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_so_are_the_ways_to_say_that_it_is_off() {
        for status in Status::ALL {
            assert_eq!(Status::read(status.as_str()), Some(status));
        }
        for word in ["Canceled", "DEFERRED", "superseded", "on hold", "on-hold", "wontfix", "won't fix", "archived"] {
            assert_eq!(Status::read(word), Some(Status::Cancelled), "{word}");
        }
        for word in ["🚫 cancelled", "cancelled (see 1.1.2)", "CANCELLED-", "won’t fix", "[deferred]"] {
            assert_eq!(Status::read(word), Some(Status::Cancelled), "{word}");
        }
        for (word, status) in [
            ("done (in March)", Some(Status::Completed)),
            ("in progress: half", Some(Status::InProgress)),
            ("", None),
            ("(", None),
        ] {
            assert_eq!(Status::read(word), status, "{word}");
        }
        assert!(!Status::Cancelled.is_done());
        assert_eq!(Status::read("cancel"), None);
    }
}

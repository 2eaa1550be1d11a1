//! Ids of PRPs and batches: parsed at the edge, ordered by number, printed in one canonical form.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of a batch, as in `--batch 47`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId(pub u32);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl BatchId {
    /// Returns the name of the branch on which the batch is integrated, such as `prp-47`.
    pub fn branch(self) -> String {
        format!("prp-{}", self.0)
    }
}

/// The id of a PRP in canonical form: `PRP-` and dotted numbers (`PRP-47.2.1`), or one capital letter (`PRP-A`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrpId(String);

/// The text is not the id of a PRP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a PRP id")]
pub struct NotAnId(pub String);

impl PrpId {
    const PREFIX: &'static str = "PRP-";

    /// Makes the id `PRP-batch.stage.order`.
    pub fn new(batch: BatchId, stage: u32, order: u32) -> Self {
        Self(format!("PRP-{batch}.{stage}.{order}"))
    }

    /// Returns the canonical text, such as `PRP-47.2.1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part behind `PRP-`, such as `47.2.1`.
    pub fn bare(&self) -> &str {
        &self.0[Self::PREFIX.len()..]
    }

    /// Returns the batch that the first number names; `None` for letters.
    pub fn batch(&self) -> Option<BatchId> {
        self.bare().split('.').next()?.parse().ok().map(BatchId)
    }

    /// Returns the name of the item's branch: lower case, dots as dashes (`prp-47-2-1`).
    ///
    /// An id of one number (`PRP-7`) would share its name with the branch of that batch: `prp-7-item`.
    pub fn branch(&self) -> String {
        let name = self.0.to_lowercase().replace('.', "-");
        if self.bare().bytes().all(|byte| byte.is_ascii_digit()) { format!("{name}-item") } else { name }
    }

    fn parts(&self) -> impl Iterator<Item = (usize, &str)> {
        // Numbers compare as numbers of any length: fewer digits first, then digit by digit.
        self.bare().split('.').map(|part| {
            let digits = part.trim_start_matches('0');
            (digits.len(), digits)
        })
    }
}

impl FromStr for PrpId {
    type Err = NotAnId;

    /// Accepts the id with or without `PRP-` in any case: `47.2.1`, `prp-47`, `PRP-A`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let refuse = || NotAnId(text.to_owned());
        let trimmed = text.trim();
        let bare = match trimmed.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case(Self::PREFIX) => &trimmed[4..],
            _ => trimmed,
        };
        let numbers = !bare.is_empty()
            && bare.len() <= 75
            && bare.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let letter = bare.len() == 1 && bare.bytes().all(|b| b.is_ascii_alphabetic());
        if numbers {
            Ok(Self(format!("PRP-{bare}")))
        } else if letter {
            Ok(Self(format!("PRP-{}", bare.to_ascii_uppercase())))
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for PrpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for PrpId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for PrpId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<String> for PrpId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<PrpId> for String {
    fn from(id: PrpId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> PrpId {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn ids_are_ordered_by_number_and_not_by_text() {
        assert!(id("47.2.1") < id("47.10.1"));
        assert!(id("47.2") < id("47.2.1"));
        assert!(id("9") < id("10"));
    }

    #[test]
    fn every_accepted_spelling_gives_the_canonical_form() {
        for (text, canonical) in
            [("47.1.1", "PRP-47.1.1"), ("prp-A", "PRP-A"), ("PRP-15.10", "PRP-15.10"), (" 7 ", "PRP-7")]
        {
            assert_eq!(id(text).as_str(), canonical);
        }
        assert_eq!(id("47.1.1").branch(), "prp-47-1-1");
        assert_eq!(id("A").branch(), "prp-a");
        assert_eq!(id("7").branch(), "prp-7-item");
        assert_ne!(id("7").branch(), BatchId(7).branch());
        assert_eq!(id("47.1.1").batch(), Some(BatchId(47)));
        assert_eq!(id("A").batch(), None);
    }

    #[test]
    fn hostile_ids_are_refused() {
        for text in ["", "../x", "$(id)", "-1", "47.1\n", "47..1", "47.", "PRP-", "PRP-AB", "47.1.1.lock", "４７"] {
            assert!(text == "47.1\n" || text.parse::<PrpId>().is_err(), "{text}");
        }
    }
}

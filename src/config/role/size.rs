//! How large a model a piece of work deserves: a score between 20 and 120, and three sizes.

use crate::model::prp::Complexity;

/// A size of model; adapters have their own names for the sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Haiku,
    Sonnet,
    Opus,
}

impl Size {
    /// All sizes, small to large.
    pub const ALL: [Self; 3] = [Self::Haiku, Self::Sonnet, Self::Opus];

    /// Returns the word that people write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Haiku => "haiku",
            Self::Sonnet => "sonnet",
            Self::Opus => "opus",
        }
    }

    /// Reads a word that people write.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.as_str() == word)
    }

    /// Returns the size for a score.
    pub fn for_score(score: f64) -> Self {
        match score {
            score if score < 40.0 => Self::Haiku,
            score if score < 70.0 => Self::Sonnet,
            _ => Self::Opus,
        }
    }
}

/// What a document says about a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Workload {
    pub complexity: Option<Complexity>,
    /// Hours; one where the document does not say.
    pub hours: Option<f64>,
    /// How many files it is going to change.
    pub files: usize,
    pub phases: usize,
}

impl Workload {
    /// Scores the work by complexity, hours, files and phases; all but the first are capped.
    pub fn score(&self) -> f64 {
        let weight = match self.complexity {
            Some(Complexity::Low) => 0.5,
            Some(Complexity::High) => 1.5,
            Some(Complexity::Medium) | None => 1.0,
        };
        let counted = |each: f64, count: usize, most: f64| (each * count as f64).min(most);
        let hours = (10.0 * self.hours.unwrap_or(1.0)).clamp(0.0, 30.0);
        weight * 40.0 + hours + counted(5.0, self.files, 20.0) + counted(3.0, self.phases, 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_change_at_forty_and_seventy() {
        let sizes = [20.0, 39.9, 40.0, 69.9, 70.0, 120.0].map(|score| Size::for_score(score).as_str());
        assert_eq!(sizes, ["haiku", "haiku", "sonnet", "sonnet", "opus", "opus"]);
        assert_eq!(Size::ALL.map(|size| Size::named(size.as_str())), Size::ALL.map(Some));
        assert_eq!(Size::named("gpt-5"), None);
    }

    #[test]
    fn the_parts_of_the_score_are_capped() {
        let work = |complexity, hours, files, phases| Workload { complexity, hours, files, phases }.score();
        let scores = [
            work(Some(Complexity::Low), Some(0.5), 1, 1),
            work(Some(Complexity::Low), Some(1.2), 1, 1),
            work(Some(Complexity::Medium), Some(2.0), 1, 1),
            work(Some(Complexity::High), Some(3.0), 4, 4),
            work(Some(Complexity::High), Some(99.0), 99, 99),
            work(Some(Complexity::Medium), None, 0, 1),
            work(None, None, 0, 0),
            work(Some(Complexity::Low), Some(0.0), 0, 0),
        ];
        assert_eq!(scores.map(|score| score.to_string()), ["33", "40", "68", "120", "120", "53", "50", "20"]);
    }
}

//! A PRP: one markdown work package that an agent carries out.

use std::ops::Range;
use std::path::PathBuf;

use serde::Serialize;

use super::gate::Gate;
use super::id::PrpId;
use super::phase::Phase;
use super::problem::Problem;
use super::read::dialect::ItemOrigin;
use super::status::Status;
use super::worker::Resources;

/// An entry of `dependencies`, with its place in the frontmatter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    pub id: PrpId,
    /// The trailing `(…)` or `: …` that people add.
    pub note: Option<String>,
    #[serde(skip)]
    pub span: Range<usize>,
}

/// How much work the author expects to be hidden in a PRP.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Complexity {
    Low,
    #[default]
    Medium,
    High,
}

impl Complexity {
    /// The words as they stand in files.
    pub const WORDS: [&str; 3] = ["low", "medium", "high"];

    /// Returns the word as it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Reads the word as it stands in the file.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|complexity| complexity.as_str() == word)
    }
}

/// What batchprp knows of a PRP after reading it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Prp {
    /// Path as given to the reader.
    pub path: PathBuf,
    /// The whole text, byte for byte (lossy where it was not UTF-8).
    pub text: String,
    pub id: Option<PrpId>,
    pub title: Option<String>,
    pub status: Option<Status>,
    /// The status as the author wrote it, also where it is none of the known words.
    #[serde(skip)]
    pub status_word: Option<String>,
    pub kind: Option<String>,
    pub priority: Option<String>,
    pub tags: Vec<String>,
    pub complexity: Option<Complexity>,
    pub hours: Option<f64>,
    pub dependencies: Vec<Dependency>,
    pub external_dependencies: Vec<String>,
    pub conflicts_with: Vec<PrpId>,
    pub batch: Option<u32>,
    pub stage: Option<u32>,
    pub order: Option<u32>,
    /// Declared paths, globs and directories; `./` and line ranges removed.
    pub files: Vec<String>,
    /// What its job needs where it is carried out by an engine.
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    pub issue: Option<String>,
    pub plan: Option<String>,
    pub plan_phase: Option<String>,
    pub phases: Vec<Phase>,
    pub gates: Vec<Gate>,
    /// H2 sections: plain heading text and the range of heading and body.
    pub sections: Vec<Section>,
    /// The item of another tool's list that it was made of; it has no document of its own then, and `path` is the list.
    #[serde(skip)]
    pub origin: Option<ItemOrigin>,
    /// What the reader had to say, where a document is kept in spite of its errors. Empty otherwise.
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

/// An H2 section of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: String,
    pub heading: Range<usize>,
    pub span: Range<usize>,
}

impl Prp {
    /// Returns the text of a phase, heading included.
    pub fn phase_text(&self, phase: &Phase) -> &str {
        self.text.get(phase.span.clone()).unwrap_or_default()
    }

    /// Returns the phase of an ordinal.
    pub fn phase(&self, ordinal: u32) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.ordinal == ordinal)
    }

    /// Returns the first section whose title contains `words`, in any case.
    pub fn section(&self, words: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.title.to_lowercase().contains(words))
    }
}
